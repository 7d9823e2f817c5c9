import type { ResourceType } from './resource-type.js';

export interface OpenApiResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly headers?: { readonly [name: string]: string };
}

/** The answer to a GET of /openapi/v2, /openapi/v3 or a path below; undefined for any other path. */
export function openApiResponse(
  _path: string,
  _accept: string | undefined,
  _types: readonly ResourceType[],
): OpenApiResponse | undefined {
  return undefined;
}
