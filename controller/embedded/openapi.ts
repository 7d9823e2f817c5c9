import { createHash } from 'node:crypto';
import { serverVersion } from './discovery.js';
import { definitionsOf } from './openapi-definitions.js';
import { pathsOf } from './openapi-paths.js';
import { encodeOpenApiV2 } from './openapi-protobuf.js';
import type { Json, ResourceType } from './resource-type.js';

export interface OpenApiResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly headers?: { readonly [name: string]: string };
}

/** What clients ask for (with `@`), and what is answered: `@` is not allowed in a media type, so newer servers write a dot. */
const protobufV2 = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;
const protobufV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * The answer to a GET of /openapi/v2 (JSON or protobuf), /openapi/v3 or /openapi/v3/GROUP-VERSION (JSON); undefined for any other path.
 * 406 for forms that are not served; clients then ask again for another.
 */
export function openApiResponse(
  path: string,
  accept: string | undefined,
  types: readonly ResourceType[],
): OpenApiResponse | undefined {
  if (path === '/openapi/v2') return answerV2(accept, types);
  if (path === '/openapi/v3' || path === '/openapi/v3/') return answerJson(accept, indexV3(types));
  const served = types.filter((type) => path === `/openapi/v3/${pathOf(type)}`);
  return served.length === 0 ? undefined : answerJson(accept, documentV3(served));
}

function answerV2(accept: string | undefined, types: readonly ResourceType[]): OpenApiResponse {
  const form = acceptedMedia(accept).find((media) => isJson(media) || protobufV2.test(media));
  const document: Json = {
    swagger: '2.0',
    info: { title: 'Towpath embedded API', version: serverVersion },
    paths: pathsOf(types, 'v2'),
    definitions: definitionsOf(types, 'v2'),
  };
  if (form === undefined || isJson(form)) return answerJson(accept, document);
  return withTag({ status: 200, contentType: protobufV2Type, body: encodeOpenApiV2(document) });
}

function indexV3(types: readonly ResourceType[]): Json {
  const groups = [...new Set(types.map(pathOf))].sort();
  const entries = groups.map((path): [string, Json] => {
    const content = JSON.stringify(documentV3(types.filter((type) => pathOf(type) === path)));
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(Buffer.from(content))}` }];
  });
  return { paths: Object.fromEntries(entries) };
}

function documentV3(types: readonly ResourceType[]): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Towpath embedded API', version: serverVersion },
    paths: pathsOf(types, 'v3'),
    components: { schemas: definitionsOf(types, 'v3') },
  };
}

function pathOf({ group, version }: ResourceType): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function answerJson(accept: string | undefined, document: Json): OpenApiResponse {
  if (!acceptedMedia(accept).some(isJson))
    return { status: 406, contentType: 'text/plain; charset=utf-8', body: Buffer.from('only application/json is served') };
  return withTag({ status: 200, contentType: 'application/json', body: Buffer.from(JSON.stringify(document)) });
}

function withTag(response: OpenApiResponse): OpenApiResponse {
  return { ...response, headers: { etag: `"${hashOf(response.body)}"`, vary: 'Accept' } };
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').toUpperCase();
}

function acceptedMedia(accept: string | undefined): string[] {
  const clauses = (accept ?? '').split(',').map((clause) => clause.split(';')[0]?.trim() ?? '');
  const media = clauses.filter((clause) => clause !== '');
  return media.length === 0 ? ['*/*'] : media;
}

function isJson(media: string): boolean {
  return media === 'application/json' || media === '*/*' || media === 'application/*';
}
