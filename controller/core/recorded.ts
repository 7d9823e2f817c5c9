import { compact } from './compact.js';
import type { Millis } from './model.js';
import type { DeploymentRunResource } from './resources/deployment-run.js';
import type { HistoryEntry, RecordedState, VerifiedRelease } from './resources/environment.js';
import { deployed, finishedAt, isTerminal, leftUncertain, phaseOf, startedAt } from './run/run.js';
import { fromTime, toTime } from './time.js';

/** What an operator says runs there: recorded without a run, and vouched for. */
export interface Adoption {
  readonly version: string;
  readonly digest?: string;
  readonly releaseDigest?: string;
  readonly at: Millis;
}

/**
 * What the last successful deployment put there, worked out anew from the runs each time; only an adoption, which has
 * no run, is taken over from the status before.
 */
export function recordedState(
  before: RecordedState | undefined,
  runs: readonly DeploymentRunResource[],
  adoption: Adoption | undefined,
): RecordedState | undefined {
  const base = adoption === undefined ? latest(before, runs) : fromAdoption(adoption);
  if (base === undefined) return undefined;
  const since = fromTime(base.since) ?? 0;
  const number = runs.find((run) => run.metadata.name === base.run)?.spec.number;
  const later = runs.filter((run) => (number === undefined ? startedAt(run) >= since : run.spec.number > number));
  return { ...base, certain: !later.some(leftUncertain), verified: isVerified(base, later) };
}

function latest(before: RecordedState | undefined, runs: readonly DeploymentRunResource[]): RecordedState | undefined {
  const run = runs.findLast(deployed);
  if (run === undefined) return before;
  const since = finishedAt(run) ?? startedAt(run);
  const adoptedLater = before !== undefined && before.run === undefined && (fromTime(before.since) ?? 0) >= since;
  if (adoptedLater) return before;
  const { version, digest, releaseDigest } = run.spec;
  const verified = phaseOf(run) === 'Succeeded';
  return { version, digest, releaseDigest, certain: true, verified, run: run.metadata.name, since: toTime(since) };
}

function fromAdoption({ version, digest, releaseDigest, at }: Adoption): RecordedState {
  return compact<RecordedState>({ version, digest, releaseDigest, certain: true, verified: true, since: toTime(at) });
}

/** The last verification that ran alone for the recorded digest decides, else what the deployment's own said. */
function isVerified(base: RecordedState, later: readonly DeploymentRunResource[]): boolean {
  const last = later.findLast((run) => run.spec.action === 'verify' && run.spec.digest === base.digest && isConclusive(run));
  return last === undefined ? base.verified : phaseOf(last) === 'Succeeded';
}

function isConclusive(run: DeploymentRunResource): boolean {
  return phaseOf(run) === 'Succeeded' || phaseOf(run) === 'VerificationFailed';
}

const verifiedLimit = 50;

/** The standing of each release here, newest first; replaying the same runs changes nothing. */
export function verifiedReleases(
  before: readonly VerifiedRelease[],
  runs: readonly DeploymentRunResource[],
  recorded: RecordedState | undefined,
): VerifiedRelease[] {
  const standing = new Map(before.map((entry) => [entry.releaseDigest, entry]));
  const note = (releaseDigest: string, version: string, result: VerifiedRelease['result'], at: Millis) => {
    const known = standing.get(releaseDigest);
    if (known?.result === result) return;
    standing.set(releaseDigest, { releaseDigest, version, since: toTime(at), result });
  };
  for (const run of runs) {
    if (!isConclusive(run)) continue;
    const at = finishedAt(run) ?? 0;
    const known = standing.get(run.spec.releaseDigest);
    if (known !== undefined && (fromTime(known.since) ?? 0) > at) continue;
    note(run.spec.releaseDigest, run.spec.version, phaseOf(run) === 'Succeeded' ? 'Passed' : 'Failed', at);
  }
  if (
    recorded !== undefined &&
    recorded.run === undefined &&
    recorded.releaseDigest !== undefined &&
    !standing.has(recorded.releaseDigest)
  ) {
    note(recorded.releaseDigest, recorded.version, 'Passed', fromTime(recorded.since) ?? 0);
  }
  return [...standing.values()].sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0)).slice(0, verifiedLimit);
}

const historyLimit = 10;

/** The last deployments and adoptions, newest first; entries of runs that are gone stay. */
export function history(
  before: readonly HistoryEntry[],
  runs: readonly DeploymentRunResource[],
  recorded: RecordedState | undefined,
): HistoryEntry[] {
  const ended = runs.filter((run) => isTerminal(run) && phaseOf(run) !== 'Superseded').map(entryOf);
  const known = new Set(ended.map(({ run }) => run));
  const kept = before.filter(({ run, startedAt: at }) => (run === undefined ? at !== recorded?.since : !known.has(run)));
  const adopted = recorded !== undefined && recorded.run === undefined ? [adoptionEntry(recorded)] : [];
  return [...ended.reverse(), ...adopted, ...kept]
    .sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : a.finishedAt > b.finishedAt ? -1 : 0))
    .slice(0, historyLimit);
}

function entryOf(run: DeploymentRunResource): HistoryEntry {
  return {
    version: run.spec.version,
    digest: run.spec.digest,
    run: run.metadata.name,
    result: phaseOf(run),
    startedAt: toTime(startedAt(run)),
    finishedAt: toTime(finishedAt(run) ?? startedAt(run)),
  };
}

function adoptionEntry({ version, digest, since }: RecordedState): HistoryEntry {
  return compact<HistoryEntry>({ version, digest, result: 'Adopted', startedAt: since, finishedAt: since });
}
