import type { DocumentKind, ParsedDocument, ParsedFile, ReadableDocument } from './parsed.js';

/** Everything of a repository by name, so that each rule finds in one step what it asks for. */
export interface RepositoryIndex {
  /** In the order of the files. */
  readonly documents: readonly ParsedDocument[];
  /** Product name → documents. */
  readonly products: ReadonlyMap<string, readonly ParsedDocument<'Product'>[]>;
  /** `product/environment` → documents. */
  readonly masterVersions: ReadonlyMap<string, readonly ParsedDocument<'MasterVersion'>[]>;
  readonly environmentConfigs: ReadonlyMap<string, readonly ParsedDocument<'EnvironmentConfig'>[]>;
  /** `product/version` → documents. */
  readonly releases: ReadonlyMap<string, readonly ParsedDocument<'Release'>[]>;
  /** Window name → documents. */
  readonly windows: ReadonlyMap<string, readonly ParsedDocument<'DeploymentWindow'>[]>;
  /** Name → documents. */
  readonly roles: ReadonlyMap<string, readonly ParsedDocument<'Roles'>[]>;
  readonly incidents: ReadonlyMap<string, readonly ParsedDocument<'Incident'>[]>;
  /** Path → text of the files that may be settings schemas; undefined for other files. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

export const environmentKey = (product: string, environment: string): string => `${product}/${environment}`;

/** Kinds whose names are not those of one product. */
const standsAlone: ReadonlySet<DocumentKind> = new Set([
  'Product',
  'DeploymentWindow',
  'Roles',
  'Incident',
  'NotificationPolicy',
]);

/** The name under which a document is looked up; undefined where it cannot be told. */
export function keyOf(document: ParsedDocument): string | undefined {
  if (document.name === undefined) return undefined;
  if (standsAlone.has(document.kind)) return document.name;
  return document.product === undefined ? undefined : environmentKey(document.product, document.name);
}

export function indexFiles(files: Iterable<ParsedFile>): RepositoryIndex {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const documents = sorted.flatMap((file) => file.documents);
  return {
    documents,
    products: group(documents, 'Product'),
    masterVersions: group(documents, 'MasterVersion'),
    environmentConfigs: group(documents, 'EnvironmentConfig'),
    releases: group(documents, 'Release'),
    windows: group(documents, 'DeploymentWindow'),
    roles: group(documents, 'Roles'),
    incidents: group(documents, 'Incident'),
    files: new Map(sorted.map((file) => [file.path, file.schemaText])),
  };
}

function group<K extends DocumentKind>(documents: readonly ParsedDocument[], kind: K): Map<string, ParsedDocument<K>[]> {
  const groups = new Map<string, ParsedDocument<K>[]>();
  for (const document of documents) {
    const key = document.kind === kind ? keyOf(document) : undefined;
    if (key === undefined) continue;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [document as ParsedDocument<K>]);
    else known.push(document as ParsedDocument<K>);
  }
  return groups;
}

/** The one document of that name as far as it can be looked at, valid or not; undefined where there is none, or more than one. */
export function readable<K extends DocumentKind>(
  documents: ReadonlyMap<string, readonly ParsedDocument<K>[]>,
  key: string,
): ReadableDocument<K> | undefined {
  const found = documents.get(key);
  const [first] = found ?? [];
  return found?.length === 1 && first?.content !== undefined ? (first as ReadableDocument<K>) : undefined;
}

/** The one valid document of that name; undefined where there is none, or more than one. */
export function only<K extends DocumentKind>(
  documents: ReadonlyMap<string, readonly ParsedDocument<K>[]>,
  key: string,
): (ParsedDocument<K> & { readonly valid: true }) | undefined {
  const found = documents.get(key);
  const [first] = found ?? [];
  return found?.length === 1 && first?.valid === true ? (first as ParsedDocument<K> & { readonly valid: true }) : undefined;
}
