import type { Json, ResourceType } from './resource-type.js';

/** The document of /api, /apis, /version and the paths below them; undefined for any other path. */
export function discoveryDocument(_path: string, _types: readonly ResourceType[]): Json | undefined {
  return undefined;
}
