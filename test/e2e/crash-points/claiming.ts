import type { JobDefinition, Outcome } from '../../support/jenkins/definition.js';
import { type ConditionalStore, startConditionalStore } from '../../support/s3/conditional-store.js';
import { type CrashOptions, type CrashWorld, inCrashWorld } from './world.js';

/** What each build of a job does. */
export type Outcomes = NonNullable<JobDefinition['outcome']>;

/** The claim ledger of a job whose builds claim their run first and do nothing where they find it claimed. */
export interface Ledger {
  readonly store: ConditionalStore;
  /** The builds that claimed a run, and so had their effect. */
  readonly claimed: readonly number[];
  end(id: string, result: string): void;
}

/** What the job does, as `examples/jenkins/claim.sh`: a build that is refused ends at once as NOT_BUILT. */
function claiming(ledger: Ledger & { claimed: number[] }): Outcomes {
  return ({ TOWPATH_RUN: id = '' }, { number }): Partial<Outcome> => {
    const key = `claims/${id}`;
    if (ledger.store.objects.has(key)) return { durationMs: 0, result: 'NOT_BUILT', log: ['REFUSED'] };
    ledger.store.put(key, JSON.stringify({ towpathRun: id, build: number, at: '2026-11-22T10:01:00Z' }));
    ledger.claimed.push(number);
    return {};
  };
}

/** A world whose job claims its runs in a bucket; `job` makes the job of what a build does. */
export async function inClaimingWorld(
  options: (outcome: Outcomes) => CrashOptions,
  test: (world: CrashWorld, ledger: Ledger) => Promise<void>,
): Promise<void> {
  const store = await startConditionalStore();
  const end: Ledger['end'] = (id, result) => store.put(`claims/${id}.end`, JSON.stringify({ result }));
  const ledger = { store, claimed: [] as number[], end };
  const bucket = { name: 'claims', bucket: store.bucket, endpoint: store.endpoint, forcePathStyle: true };
  const secret = { accessKeyId: 'any', secretAccessKey: 'any' };
  const bucketOptions: CrashOptions = {
    deployer: ['claim: {bucket: claims}'],
    source: { buckets: [{ ...bucket, secretRef: { name: 's3' } }] },
    objects: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's3' }, stringData: secret }],
  };
  try {
    await inCrashWorld({ ...bucketOptions, ...options(claiming(ledger)) }, (world) => test(world, ledger));
  } finally {
    await store.close();
  }
}
