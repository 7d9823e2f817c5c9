/** An event for people: one per transition. `reason` stands in reasons.ts. */
export interface EventRecord {
  readonly regarding: {
    readonly kind: 'Environment' | 'DeploymentRun' | 'ReleaseSource' | 'Release' | 'Hold';
    readonly key: { readonly namespace: string; readonly name: string };
    readonly uid?: string;
  };
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
