import type { TObject } from '@sinclair/typebox';

export const apiGroup = 'towpath.dev';
export const apiVersion = 'v1alpha1';

/** A printer column, as kubectl shows it. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
  readonly description?: string;
}

/** One kind of the API: the single source of its CRD, its TypeScript types and its reference page. */
export interface ResourceDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: TObject;
  readonly status: TObject;
  readonly columns: readonly Column[];
}

/** Metadata as far as Towpath reads or writes it. */
export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A custom resource of this API as the controller handles it. */
export interface Resource<Spec, Status> {
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}
