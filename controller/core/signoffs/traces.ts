import { canonicalJson, settingsDigest } from '../digest.js';
import type { ParsedDocument, ParsedFile } from '../documents/parsed.js';
import type { Asked, Brought, ReleaseDocument, Signoff } from '../governance.js';
import type { DesiredEnvironment, Json, JsonObject, ReleaseRepository } from '../model.js';

/** Something that stands in a file, and whose origin is asked for: a sign-off, the version of an environment, or its settings. */
export interface Trace {
  /** The same for the same content of the same document, whatever file it stands in. */
  readonly key: string;
  readonly path: string;
}

/** Which commit brought it; or why that is not known, as a part of a sentence. */
export type Origin = { readonly brought: Brought } | { readonly unknown: string };

const notFetched = 'its history could not be fetched';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function specOf({ value }: ParsedDocument): JsonObject {
  const { spec } = value;
  return isObject(spec) ? spec : {};
}

const versionKey = (product: string, environment: string, version: string) => `version ${product}/${environment} ${version}`;
const settingsKey = (product: string, environment: string, digest: string) => `settings ${product}/${environment} ${digest}`;

/** The keys of the sign-offs of a Release document, in its order, valid or not: it is what was written that counts. */
function signoffKeys(document: ParsedDocument): string[] {
  const { signoffs } = specOf(document);
  return Array.isArray(signoffs)
    ? signoffs.map((entry) => `signoff ${document.product}/${document.name} ${canonicalJson(entry)}`)
    : [];
}

function keysOf(document: ParsedDocument): string[] {
  const { kind, name = '', product = '' } = document;
  const { version, settings } = specOf(document);
  if (kind === 'Release') return signoffKeys(document);
  if (kind === 'MasterVersion') return [versionKey(product, name, String(version))];
  if (kind === 'EnvironmentConfig') return [settingsKey(product, name, settingsDigest(isObject(settings) ? settings : {}))];
  return [];
}

/** The keys of everything in a file that an origin can be asked for. */
export function keysIn({ documents }: ParsedFile): ReadonlySet<string> {
  return new Set(documents.flatMap(keysOf));
}

/** What has to be traced of a repository: every sign-off, and the version of every environment that there is a sign-off for. */
export function tracesOf(files: readonly ParsedFile[], repository: ReleaseRepository): Trace[] {
  const signed = repository.governance.releases.filter(({ signoffs }) => signoffs.length > 0);
  if (signed.length === 0) return [];
  const releases = new Set(signed.map(({ product, version }) => `${product}/${version}`));
  const versions = new Set(environmentsToSign(repository).map(keyOfVersion));
  return files.flatMap((file) =>
    file.documents.flatMap((document) => {
      if (document.kind === 'Release' && releases.has(`${document.product}/${document.name}`))
        return signoffKeys(document).map((key) => ({ key, path: file.path }));
      return document.kind === 'MasterVersion'
        ? keysOf(document).flatMap((key) => (versions.has(key) ? [{ key, path: file.path }] : []))
        : [];
    }),
  );
}

const keyOfVersion = ({ product, environment, version }: DesiredEnvironment) => versionKey(product.name, environment, version);

/** The environments whose stage demands sign-offs that the release of their version has some of. */
function environmentsToSign({ environments, governance }: ReleaseRepository): DesiredEnvironment[] {
  const signed = new Set(
    governance.releases.flatMap(({ product, version, signoffs }) =>
      signoffs.map(({ stage }) => `${product}/${version}/${stage}`),
    ),
  );
  return environments.filter(
    ({ product, stage, version }) =>
      signed.has(`${product.name}/${version}/${stage}`) &&
      (product.stages.find(({ name }) => name === stage)?.signoffs.length ?? 0) > 0,
  );
}

/** The settings of an environment, and the commit that brought its version: were they there then? */
export interface SettingsTrace extends Trace {
  readonly since: string;
}

/** The settings to be looked at once the origins of the versions are known. */
export function settingsTracesOf(
  files: readonly ParsedFile[],
  repository: ReleaseRepository,
  origins: ReadonlyMap<string, Origin>,
): SettingsTrace[] {
  const since = new Map<string, string>();
  for (const wanted of environmentsToSign(repository)) {
    const origin = origins.get(keyOfVersion(wanted));
    if (origin !== undefined && 'brought' in origin)
      since.set(settingsKey(wanted.product.name, wanted.environment, wanted.settingsDigest), origin.brought.commit);
  }
  if (since.size === 0) return [];
  return files.flatMap((file) =>
    file.documents.flatMap((document) => {
      const [key = ''] = document.kind === 'EnvironmentConfig' ? keysOf(document) : [];
      const commit = since.get(key);
      return commit === undefined ? [] : [{ key, path: file.path, since: commit }];
    }),
  );
}

/** The repository, with what is known of who wrote its sign-offs and who asks for what is to be signed. */
export function withOrigins(
  repository: ReleaseRepository,
  files: readonly ParsedFile[],
  origins: ReadonlyMap<string, Origin>,
): ReleaseRepository {
  const toSign = new Set(environmentsToSign(repository));
  const releases = new Map<string, string[]>();
  for (const { documents } of files)
    for (const document of documents)
      if (document.kind === 'Release' && document.valid)
        releases.set(`${document.product}/${document.name}`, signoffKeys(document));
  return {
    ...repository,
    environments: repository.environments.map((wanted) =>
      toSign.has(wanted) ? { ...wanted, asked: askedFor(wanted, origins) } : wanted,
    ),
    governance: {
      ...repository.governance,
      releases: repository.governance.releases.map((release) =>
        withSignoffOrigins(release, releases.get(`${release.product}/${release.version}`) ?? [], origins),
      ),
    },
  };
}

function askedFor(wanted: DesiredEnvironment, origins: ReadonlyMap<string, Origin>): Asked {
  const version = origins.get(keyOfVersion(wanted));
  if (version === undefined) return { unknown: notFetched };
  if ('unknown' in version) return { unknown: version.unknown };
  const settings = origins.get(settingsKey(wanted.product.name, wanted.environment, wanted.settingsDigest));
  if (settings === undefined) return { version: version.brought };
  return 'unknown' in settings ? { unknown: settings.unknown } : { version: version.brought, settings: settings.brought };
}

function withSignoffOrigins(
  release: ReleaseDocument,
  keys: readonly string[],
  origins: ReadonlyMap<string, Origin>,
): ReleaseDocument {
  if (release.signoffs.length === 0) return release;
  const signoffs = release.signoffs.map((signoff, at): Signoff => {
    const origin = origins.get(keys[at] ?? '');
    if (origin !== undefined && 'brought' in origin) return { ...signoff, brought: origin.brought };
    return { ...signoff, unbrought: origin?.unknown ?? notFetched };
  });
  return { ...release, signoffs };
}
