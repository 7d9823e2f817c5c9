import { compact } from '../compact.js';
import type { BrokenDocument, Governance, ReleaseDocument } from '../governance.js';
import type { Finding } from '../model.js';
import { toIncident, toRelease, toRoles, toWindow } from './governing.js';
import { toNotificationPolicy } from './notification-policies.js';
import type { DocumentKind, ParsedDocument, ParsedFile, ValidDocument } from './parsed.js';
import { only, type RepositoryIndex } from './repository-index.js';
import type { Stopped, Verdict } from './rules/verdict.js';

interface Read {
  readonly index: RepositoryIndex;
  readonly stopped: Stopped;
  readonly releases: ReadonlyMap<string, ReleaseDocument>;
  readonly verdicts: readonly Verdict[];
  readonly files: readonly ParsedFile[];
}

/** `product/version` → the release, of the Release documents that nothing is wrong with. */
export function releasesOf(index: RepositoryIndex, stopped: Stopped): ReadonlyMap<string, ReleaseDocument> {
  const releases = new Map<string, ReleaseDocument>();
  for (const key of index.releases.keys()) {
    const document = only(index.releases, key);
    if (document !== undefined && !stopped.has(`release:${key}`)) releases.set(key, toRelease(document.content));
  }
  return releases;
}

/** What governs. A document that something is wrong with is not left out in silence: it is told as broken, and what depends on it stays closed. */
export function loadGovernance({ index, releases, verdicts, stopped, files }: Read): Governance {
  const errors = errorsOf(index, verdicts);
  const sound = <K extends DocumentKind>(kind: K) =>
    index.documents.filter(
      (document): document is ValidDocument<K> => document.kind === kind && document.valid && !errors.has(document),
    );
  const policies = sound('NotificationPolicy').map(toNotificationPolicy);
  return {
    ...(policies.length === 0 ? {} : { policies }),
    releases: [...releases.values()],
    windows: sound('DeploymentWindow').map(({ content }) => toWindow(content)),
    roles: sound('Roles').flatMap(({ content }) => toRoles(content)),
    incidents: sound('Incident').map(({ content }) => toIncident(content)),
    broken: [...brokenDocuments(index, errors), ...brokenReleases(index, stopped), ...namelessReleases(index), ...unread(files)],
  };
}

/** Document → its first error, of its own or of the rules across documents. */
function errorsOf(index: RepositoryIndex, verdicts: readonly Verdict[]): ReadonlyMap<ParsedDocument, Finding> {
  const errors = new Map<ParsedDocument, Finding>();
  for (const document of index.documents) {
    const first = document.valid ? undefined : document.findings[0];
    if (first !== undefined) errors.set(document, first);
  }
  for (const { document, finding } of verdicts)
    if (finding.severity === 'error' && !errors.has(document)) errors.set(document, finding);
  return errors;
}

const text = ({ file, line, column, message }: Finding): string => `${file}:${line}:${column} ${message}`;

function brokenDocuments(index: RepositoryIndex, errors: ReadonlyMap<ParsedDocument, Finding>): BrokenDocument[] {
  return index.documents.flatMap((document) => {
    const finding = errors.get(document);
    if (finding === undefined || (document.kind !== 'DeploymentWindow' && document.kind !== 'Roles')) return [];
    const selector = document.kind === 'DeploymentWindow' ? document.content?.spec.selector : undefined;
    return [compact<BrokenDocument>({ kind: document.kind, name: document.name ?? '', selector, message: text(finding) })];
  });
}

function brokenReleases(index: RepositoryIndex, stopped: Stopped): BrokenDocument[] {
  return [...index.releases.keys()].flatMap((key): BrokenDocument[] => {
    const [finding] = stopped.get(`release:${key}`) ?? [];
    if (finding === undefined) return [];
    const [product = '', name = ''] = key.split('/');
    return [{ kind: 'Release', name, product, message: text(finding) }];
  });
}

/** Releases of which the name or the product cannot be told: they may be any of what is left. */
function namelessReleases({ documents }: RepositoryIndex): BrokenDocument[] {
  return documents.flatMap(({ kind, valid, name, product, ...document }): BrokenDocument[] => {
    const isNameless = kind === 'Release' && !valid && (name === undefined) !== (product === undefined);
    const [finding] = 'findings' in document ? document.findings : [];
    if (!isNameless || finding === undefined) return [];
    return [compact<BrokenDocument>({ kind, name: name ?? '', product, message: text(finding) })];
  });
}

/** Files that cannot be read and speak of a window or a release: a freeze must not be over because somebody saved it in another encoding. */
function unread(files: readonly ParsedFile[]): BrokenDocument[] {
  return files.flatMap(({ path, mayHoldWindow, mayHoldReleases, findings: [first] }): BrokenDocument[] => {
    if (first === undefined) return [];
    const message = text(first);
    const [product, ...others] = mayHoldReleases?.products ?? [];
    const of = product === undefined || others.length > 0 ? {} : { product };
    return [
      ...(mayHoldWindow === true ? [{ kind: 'DeploymentWindow' as const, name: path, message }] : []),
      ...(mayHoldReleases?.names ?? []).map((name) => ({ kind: 'Release' as const, name, ...of, message })),
    ];
  });
}
