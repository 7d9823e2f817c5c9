import type { ApiObject, Json, ResourceType } from './resource-type.js';

export interface TableOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly listMeta?: { [key: string]: Json };
  readonly includeObject: 'None' | 'Metadata' | 'Object';
}

/** A meta.k8s.io/v1 Table of `objects`. */
export function toTable(_type: ResourceType, _objects: readonly ApiObject[], _options: TableOptions): Json {
  return null;
}

/** Whether the client prefers a Table. */
export function wantsTable(_accept: string | undefined): boolean {
  return false;
}
