/** A JSON value as it stands in an API object. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One printer column of a resource type, as in a CustomResourceDefinition's `additionalPrinterColumns`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  readonly priority?: number;
}

/** An OpenAPI v3 structural schema; left as JSON because the server interprets it. */
export type OpenApiSchema = { readonly [key: string]: Json };

/** One served type: what discovery, the REST handlers, OpenAPI and tables need to know of it. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly statusSubresource: boolean;
  readonly schema: OpenApiSchema;
  readonly columns: readonly PrinterColumn[];
}

/** An object as stored and served. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: Json | ObjectMeta;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  [field: string]: Json | undefined;
}
