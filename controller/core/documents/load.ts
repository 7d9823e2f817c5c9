import { settingsDigest } from '../digest.js';
import type { Governance, ReleaseDocument } from '../governance.js';
import type { DesiredEnvironment, Finding, InvalidEnvironment, Product, ReleaseRepository } from '../model.js';
import { loadGovernance, releasesOf } from './load-governance.js';
import { toProduct } from './normal-form.js';
import type { ParsedFile, ValidDocument } from './parsed.js';
import { environmentKey, indexFiles, only, type RepositoryIndex } from './repository-index.js';
import { rules } from './rules/all.js';
import { type Stopped, type Subject, subjectOf, type Verdict } from './rules/verdict.js';
import { dnsLabelRule } from './schema/shapes.js';
import { createSettingsCache, type SettingsCache } from './settings/cache.js';

const dnsLabel = new RegExp(dnsLabelRule.pattern);
const isDnsLabel = (name: string): boolean => name.length <= dnsLabelRule.maxLength && dnsLabel.test(name);

/**
 * What one commit says: the rules across documents over the files as read. A document that breaks a rule stops only what depends on it.
 * `cache` keeps compiled settings schemas from one commit to the next.
 */
export function loadRepository(files: Iterable<ParsedFile>, cache: SettingsCache = createSettingsCache()): ReleaseRepository {
  const all = [...files];
  const index = indexFiles(all);
  const verdicts = rules.flatMap((rule) => rule(index, cache));
  const stopped = collectStopped(index, verdicts);
  const findings = sortFindings([...all.flatMap((file) => file.findings), ...verdicts.map(({ finding }) => finding)]);
  const releases = releasesOf(index, stopped);
  const governance: Governance = loadGovernance({ index, stopped, releases, verdicts, files: all });
  return {
    ...toEnvironments({ index, stopped, releases, cache }),
    governance,
    findings,
    documents: countDocuments(all, verdicts),
  };
}

function collectStopped(index: RepositoryIndex, verdicts: readonly Verdict[]): Stopped {
  const stopped = new Map<Subject, Finding[]>();
  const add = (subject: Subject, findings: readonly Finding[]) => {
    const known = stopped.get(subject);
    if (known === undefined) stopped.set(subject, [...findings]);
    else known.push(...findings);
  };
  for (const document of index.documents)
    if (!document.valid) for (const subject of subjectOf(document)) add(subject, document.findings);
  for (const { finding, stops } of verdicts) for (const subject of stops) add(subject, [finding]);
  return stopped;
}

interface Loading {
  readonly index: RepositoryIndex;
  readonly stopped: Stopped;
  readonly releases: ReadonlyMap<string, ReleaseDocument>;
  readonly cache: SettingsCache;
}

function toEnvironments(loading: Loading): { environments: DesiredEnvironment[]; invalid: InvalidEnvironment[] } {
  const { index, stopped } = loading;
  const environments: DesiredEnvironment[] = [];
  const invalid: InvalidEnvironment[] = [];
  const products = new Map<string, Product>();
  for (const key of [...new Set([...index.masterVersions.keys(), ...index.environmentConfigs.keys()])].sort()) {
    const [product = '', environment = ''] = key.split('/');
    // A name that is none cannot be the name of anything that exists; its finding says so.
    if (!isDnsLabel(product) || !isDnsLabel(environment)) continue;
    const version = only(index.masterVersions, key);
    const findings = findingsOf({ index, stopped, key, product, version });
    const config = only(index.environmentConfigs, key);
    const document = only(index.products, product);
    if (findings.length > 0 || version === undefined || config === undefined || document === undefined) {
      invalid.push({ product, environment, findings: sortFindings(findings) });
      continue;
    }
    const normal = products.get(product) ?? toProduct(document.content);
    products.set(product, normal);
    environments.push(toEnvironment({ product: normal, version, config }, loading));
  }
  return { environments, invalid };
}

interface Dependencies {
  readonly index: RepositoryIndex;
  readonly stopped: Stopped;
  readonly key: string;
  readonly product: string;
  readonly version: ValidDocument<'MasterVersion'> | undefined;
}

/** Everything that is wrong with what an environment depends on. */
function findingsOf({ index, stopped, key, product, version }: Dependencies): Finding[] {
  const release = environmentKey(product, version?.content.spec.version ?? '');
  const found = [
    ...(stopped.get(`environment:${key}`) ?? []),
    ...(stopped.get(`product:${product}`) ?? []),
    ...(version === undefined ? [] : (stopped.get(`release:${release}`) ?? [])),
  ];
  if (found.length > 0) return found;
  const complete =
    version !== undefined && only(index.environmentConfigs, key) !== undefined && only(index.products, product) !== undefined;
  return complete ? [] : [unexplained(index, key)];
}

/** An environment whose other document is broken in a way that nothing links it to this one. */
function unexplained(index: RepositoryIndex, key: string): Finding {
  const [document] = [...(index.masterVersions.get(key) ?? []), ...(index.environmentConfigs.get(key) ?? [])];
  const message = 'the other document of the environment, or its product, is not valid';
  return {
    file: document?.places.file ?? '',
    line: 1,
    column: 1,
    severity: 'error',
    rule: 'incomplete-environment',
    path: '',
    message,
  };
}

interface EnvironmentParts {
  readonly product: Product;
  readonly version: ValidDocument<'MasterVersion'>;
  readonly config: ValidDocument<'EnvironmentConfig'>;
}

function toEnvironment(parts: EnvironmentParts, { releases, cache }: Loading): DesiredEnvironment {
  const { product } = parts;
  const wanted = parts.version.content.spec;
  const { stage, client, settings = {} } = parts.config.content.spec;
  const release = releases.get(environmentKey(product.name, wanted.version));
  const digest = cache.digests.get(parts.config.value) ?? settingsDigest(settings);
  cache.digests.set(parts.config.value, digest);
  return {
    product,
    environment: parts.config.content.metadata.name,
    stage,
    ...(client === undefined ? {} : { client }),
    version: wanted.version,
    ...(wanted.reason === undefined ? {} : { reason: wanted.reason }),
    ...(wanted.notBefore === undefined ? {} : { notBefore: Date.parse(wanted.notBefore) }),
    settings,
    settingsDigest: digest,
    ...(release === undefined ? {} : { release: { class: release.class } }),
    ...(wanted.override === undefined ? {} : { override: wanted.override }),
  };
}

function countDocuments(files: readonly ParsedFile[], verdicts: readonly Verdict[]): { valid: number; invalid: number } {
  const broken = new Set(verdicts.filter(({ finding }) => finding.severity === 'error').map(({ document }) => document));
  let valid = 0;
  let invalid = 0;
  for (const file of files) {
    invalid += file.unknownDocuments;
    for (const document of file.documents)
      if (document.valid && !broken.has(document)) valid += 1;
      else invalid += 1;
  }
  return { valid, invalid };
}

function sortFindings(findings: readonly Finding[]): Finding[] {
  const compare = (a: Finding, b: Finding) =>
    (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
    a.line - b.line ||
    a.column - b.column ||
    (a.message < b.message ? -1 : 1);
  const sorted = [...findings].sort(compare);
  // What several products share is reported once.
  return sorted.filter((finding, at) => at === 0 || finding !== sorted[at - 1]);
}
