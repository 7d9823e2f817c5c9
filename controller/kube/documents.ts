import { type Document, isMap, isNode, isScalar, parseAllDocuments } from 'yaml';
import { formatPath, type Path } from '../core/documents/places.js';
import { discreetMessage } from '../core/documents/yaml-messages.js';
import type { JsonObject } from '../core/model.js';
import { apiGroup, apiVersion } from '../core/resources/definition.js';
import { environment } from '../core/resources/environment.js';
import { hold } from '../core/resources/hold.js';
import { releaseSource } from '../core/resources/release-source.js';
import { problemsOf } from '../core/resources/written-problems.js';
import type { KubeClient } from './client.js';
import { collectionPath, segment } from './paths.js';

interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects of a YAML file. Throws with file and line, and without a word of the file, where something is no object of the API. */
export function parseDocuments(text: string, file: string): ApiObject[] {
  const documents = parseAllDocuments(text, { prettyErrors: true });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? [];
      throw new Error(`${file}:${line}:${col}: ${discreetMessage(error)}`);
    }
    const line = text.slice(0, document.range[0]).split('\n').length;
    const value = toValue(document, `${file}:${line}`);
    if (value === null) return [];
    if (!isDocument(value)) throw new Error(`${file}:${line}: a document needs apiVersion, kind and metadata.name`);
    const [problem, ...more] = problemsOf(value as unknown as JsonObject);
    if (problem === undefined) return [value];
    const place = placeOf(document, problem.path, text);
    const others = more.length === 0 ? '' : ` (and ${more.length} more ${more.length === 1 ? 'problem' : 'problems'})`;
    throw new Error(`${file}:${place}: ${formatPath(problem.path)} ${problem.message}${others}`);
  });
}

/** `line:column` of what stands there, or else of what is around it. */
function placeOf(document: Document.Parsed, path: Path, text: string): string {
  for (let length = path.length; length >= 0; length -= 1) {
    const parent = length === 0 ? undefined : document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1]) : undefined;
    const node = isNode(pair?.key) ? pair.key : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const before = text.slice(0, node.range[0]).split('\n');
    return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
  }
  return '1:1';
}

function toValue(document: { toJS(options: { maxAliasCount: number }): unknown }, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new Error(`${place}: anchors and aliases are not allowed: write the value out`);
  }
}

function isDocument(value: unknown): value is ApiObject {
  if (typeof value !== 'object' || value === null || !('metadata' in value) || !('kind' in value) || !('apiVersion' in value))
    return false;
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && typeof metadata.name === 'string';
}

const paths: Readonly<Record<string, (namespace: string) => string>> = {
  'v1/Secret': (namespace) => `/api/v1/namespaces/${segment(namespace)}/secrets`,
  'v1/ConfigMap': (namespace) => `/api/v1/namespaces/${segment(namespace)}/configmaps`,
  'v1/Namespace': () => '/api/v1/namespaces',
  ...Object.fromEntries(
    [releaseSource, environment, hold].map((definition) => [
      `${apiGroup}/${apiVersion}/${definition.kind}`,
      (namespace: string) => collectionPath(definition, namespace),
    ]),
  ),
};

/** Applies the objects server-side, in the order of the file; what they do not speak of stays as it is. */
export async function applyDocuments(client: KubeClient, documents: readonly ApiObject[], signal: AbortSignal): Promise<void> {
  for (const document of documents) {
    const kind = `${document.apiVersion}/${document.kind}`;
    const path = paths[kind];
    if (path === undefined)
      throw new Error(`${kind} ${document.metadata.name} cannot be applied here (${Object.keys(paths).join(', ')})`);
    const namespace = document.metadata.namespace ?? 'default';
    await client.request({
      method: 'PATCH',
      path: `${path(namespace)}/${segment(document.metadata.name)}`,
      query: { fieldManager: 'towpath-standalone', force: true },
      contentType: 'application/apply-patch+yaml',
      body: document,
      what: `apply ${document.kind} ${document.metadata.name}`,
      signal,
    });
  }
}
