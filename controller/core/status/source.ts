import { compact } from '../compact.js';
import type { ReconcileError } from '../errors.js';
import type { Finding, Millis, Snapshot } from '../model.js';
import type { Condition } from '../resources/environment.js';
import type { ReleaseSourceResource, ReleaseSourceStatus } from '../resources/release-source.js';
import { toTime } from '../time.js';

const shownErrors = 20;

interface Wanted {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  readonly abnormal?: 'Reconciling' | 'Stalled';
}

/** The status after a commit was read: Ready even with invalid documents, which are listed; they stop only what depends on them. */
export function readyStatus(
  source: ReleaseSourceResource,
  read: { snapshot: Snapshot; findings: readonly Finding[]; now: Millis },
): ReleaseSourceStatus {
  const { snapshot, now } = read;
  const { commit, repository } = snapshot;
  const errors = read.findings.filter(({ severity }) => severity === 'error');
  const same = source.status?.commit?.sha === commit.sha && isReady(source);
  const { valid, invalid } = repository.documents;
  const problems = errors.length === 0 ? '' : `, ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`;
  const message = `${commit.sha.slice(0, 12)}: ${valid} valid documents${invalid > 0 ? `, ${invalid} invalid` : ''}${problems}`;
  return compact<ReleaseSourceStatus>({
    observedGeneration: generation(source),
    lastFetchTime: same ? source.status?.lastFetchTime : toTime(now),
    commit: {
      sha: commit.sha,
      short: commit.sha.slice(0, 12),
      author: commit.author,
      time: toTime(commit.time),
      subject: commit.subject,
    },
    documents: { valid, invalid },
    errors: errors.length === 0 ? undefined : firstOfEachFile(errors).map(toError),
    environments: repository.environments.length + repository.invalid.length,
    webhook: source.status?.webhook,
    forge: source.status?.forge,
    sinks: standingSinks(source),
    conditions: conditions(source, { ready: true, reason: errors.length === 0 ? 'Loaded' : 'LoadedWithErrors', message }, now),
  });
}

/** How the sinks stand is told by those who tell them; here it is kept, and what is not configured any more goes. */
function standingSinks({ spec, status }: ReleaseSourceResource): ReleaseSourceStatus['sinks'] {
  const kept = status?.sinks?.filter(({ name }) => spec.sinks?.some((one) => one.name === name));
  return kept?.length === 0 ? undefined : kept;
}

/** As many errors as are shown, in their order: the first of each file before the second of any, so that one file never hides another. */
function firstOfEachFile(errors: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  const ranked = errors.map((error, order) => {
    const rank = seen.get(error.file) ?? 0;
    seen.set(error.file, rank + 1);
    return { error, order, rank };
  });
  const shown = ranked.sort((a, b) => a.rank - b.rank || a.order - b.order).slice(0, shownErrors);
  return shown.sort((a, b) => a.order - b.order).map(({ error }) => error);
}

function toError({ file, line, column, path, message }: Finding) {
  return { file, line, column, message: path === '' ? message : `${path}: ${message}` };
}

/** The status after the repository could not be read: what was known stays. */
export function failedStatus(source: ReleaseSourceResource, error: ReconcileError, now: Millis): ReleaseSourceStatus {
  const { reason, message, retry } = error;
  const abnormal = retry === 'never' ? 'Stalled' : 'Reconciling';
  return {
    ...known(source),
    observedGeneration: generation(source),
    conditions: conditions(source, { ready: false, reason, message, abnormal }, now),
  };
}

export function suspendedStatus(source: ReleaseSourceResource, now: Millis): ReleaseSourceStatus {
  const wanted = { ready: false, reason: 'Suspended', message: 'suspended: no commits are read and no deployments start' };
  return { ...known(source), observedGeneration: generation(source), conditions: conditions(source, wanted, now) };
}

function known(source: ReleaseSourceResource): Omit<ReleaseSourceStatus, 'observedGeneration' | 'conditions'> {
  const { observedGeneration: _, conditions: __, ...rest } = source.status ?? { observedGeneration: -1 };
  return rest;
}

function conditions(source: ReleaseSourceResource, { ready, reason, message, abnormal }: Wanted, now: Millis): Condition[] {
  const types = abnormal === undefined ? (['Ready'] as const) : (['Ready', abnormal] as const);
  return types.map((type) => {
    const status = type === 'Ready' && !ready ? 'False' : 'True';
    const before = source.status?.conditions?.find((one) => one.type === type && one.status === status);
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: before?.lastTransitionTime ?? toTime(now),
      observedGeneration: generation(source),
    };
  });
}

function isReady(source: ReleaseSourceResource): boolean {
  return source.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function generation(source: ReleaseSourceResource): number {
  return source.metadata.generation ?? 1;
}
