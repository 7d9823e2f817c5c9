import type { ParsedDocument, ParsedFile } from '../core/documents/parsed.js';

/** Which of the documents that did not change are needed to judge those that did, told by names. */

/** A version that an environment goes to, and the one that it comes from. */
export interface Way {
  readonly product: string;
  readonly from?: string;
  readonly to: string;
}

export class Scope {
  readonly environments = new Set<string>();
  readonly products = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #holders = new Set<string>();

  constructor(changed: readonly ParsedFile[]) {
    for (const { path, documents } of changed) {
      this.#holders.add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) this.#folders.add(path.slice(0, at));
      for (const document of documents) this.#add(document);
    }
  }

  /** Whether something below the folder changed. */
  touches(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** Whether a file right in the folder changed: what is beside it belongs to it. */
  holds(folder: string): boolean {
    return this.#holders.has(folder);
  }

  #add({ kind, name, product, ...document }: ParsedDocument): void {
    if (product !== undefined) this.products.add(product);
    if (name !== undefined && (kind === 'MasterVersion' || kind === 'EnvironmentConfig')) this.environments.add(name);
    const { content } = document;
    if (kind === 'Release' && content !== undefined && 'dependencies' in content.spec)
      for (const needed of Object.keys(content.spec.dependencies ?? {})) this.products.add(needed);
  }
}

/** Whether others than the environments that a file names may depend on it: then everything is read. */
export function isFarReaching({ documents, unknownDocuments, findings, schemaText }: ParsedFile): boolean {
  const own = ({ kind, valid }: ParsedDocument) => valid && kind !== 'Product' && kind !== 'Roles';
  return schemaText !== undefined || unknownDocuments + findings.length > 0 || !documents.every(own);
}

/** Whether a release that the file holds is in none of the others. */
export function losesRelease({ documents }: ParsedFile, others: readonly ParsedFile[]): boolean {
  const releases = new Set(others.flatMap((file) => file.documents.flatMap(releaseKey)));
  return documents.flatMap(releaseKey).some((key) => !releases.has(key));
}

const releaseKey = ({ kind, name, product }: ParsedDocument): string[] => (kind === 'Release' ? [`${product}/${name}`] : []);

/** From which version to which the environments go. */
export function waysOf(base: readonly ParsedFile[], head: readonly ParsedFile[]): Way[] {
  const before = versionsIn(base);
  const ways = new Map<string, Way>();
  for (const [key, { product, version }] of versionsIn(head)) {
    const from = before.get(key)?.version;
    const way = { product, to: version, ...(from === undefined ? {} : { from }) };
    ways.set(JSON.stringify(way), way);
  }
  return [...ways.values()];
}

function versionsIn(files: readonly ParsedFile[]): Map<string, { readonly product: string; readonly version: string }> {
  const versions = new Map<string, { product: string; version: string }>();
  for (const { documents } of files)
    for (const { kind, name, product = '', content } of documents)
      if (kind === 'MasterVersion' && content !== undefined && 'version' in content.spec)
        versions.set(`${product}/${name}`, { product, version: content.spec.version });
  return versions;
}
