import { compact } from '../compact.js';
import type { ClaimPlace, Millis } from '../model.js';
import type { DeploymentRunSpec, Invocation, LedgerEntry } from '../resources/deployment-run.js';
import { fromTime, readableTime, toTime } from '../time.js';
import { afterBuild, askAgain, finished, withMessage } from './invocation.js';
import type { BuildReading, ClaimReading } from './observation.js';

/**
 * The optional half of the trigger protocol: what follows from the claim ledger of a product whose job claims each run before it does
 * anything. It answers what Jenkins cannot: whether a build that it lost ever began, and how it ended.
 */

/** Where the builds of the run claim it; undefined where the product says nothing of it. */
export function claimPlaceOf({ deployer }: DeploymentRunSpec): ClaimPlace | undefined {
  const { bucket, prefix, configMap } = deployer?.claim ?? {};
  if (configMap !== undefined) return { configMap };
  return bucket === undefined ? undefined : { bucket, prefix: prefix ?? '' };
}

/** What Jenkins alone leaves open. */
export interface Doubt {
  /** As it was before Jenkins was asked. */
  readonly before: Invocation;
  /** As it would be without a ledger: Unknown. */
  readonly unknown: Invocation;
  /** Whether Jenkins was read; without that nothing is asked again. */
  readonly jenkinsRead: boolean;
}

interface Moment {
  readonly now: Millis;
  /** Until when a ledger that cannot be read is waited for. */
  readonly deadline?: Millis | undefined;
}

/** What the ledger makes of a run that Jenkins leaves unknown. */
export function afterClaim(doubt: Doubt, reading: ClaimReading, { now, deadline }: Moment): Invocation {
  const { before, unknown, jenkinsRead } = doubt;
  switch (reading.state) {
    case 'ended':
      return byLedger(unknown, reading, now);
    case 'claimed':
      return notEnded({ ...unknown, ledger: entryOf(reading) }, before);
    case 'absent': {
      if (unknown.ledger !== undefined)
        return stillUnknown(
          before,
          unknown,
          `the claim of ${nameOf(unknown.ledger.build)} is gone from the claim ledger; nobody can know how far it came`,
        );
      return jenkinsRead
        ? askAgain(unknown, 'no build has claimed the run, so none had an effect; it is asked again', now)
        : before;
    }
    case 'unavailable': {
      if (before.state === 'Unknown') return before;
      const waiting = `${unknown.message}; the claim ledger could say: ${reading.message}`;
      return deadline !== undefined && now >= deadline ? { ...unknown, message: waiting } : withMessage(before, waiting);
    }
  }
}

type Finished = Extract<BuildReading, { state: 'finished' }>;

/**
 * How a build ended, seen with the ledger: one that found its run claimed by another build was refused as a double. It had no effect,
 * and says nothing about the deployment; the other build does. That a build has claimed its run is kept: then no repetition of it has
 * an effect. One that failed without a claim leaves the run to whoever comes later.
 */
export function afterEnd(invocation: Invocation, build: Finished, reading: ClaimReading, now: Millis): Invocation {
  const ended = `build #${invocation.buildNumber} ended with ${build.result}`;
  if (reading.state === 'unavailable' && build.result !== 'SUCCESS') {
    return withMessage(invocation, `${ended}; whether another build had claimed the run is not known: ${reading.message}`);
  }
  if (reading.state !== 'claimed' && reading.state !== 'ended') return afterBuild(invocation, build, now);
  const { build: first } = reading;
  if (first === undefined || first === invocation.buildNumber)
    return afterBuild({ ...invocation, ledger: entryOf(reading) }, build, now);
  const { buildUrl: _, buildNumber = first, refused = [], ...rest } = invocation;
  return {
    ...rest,
    state: 'Running',
    buildNumber: first,
    refused: [...refused.filter((number) => number !== buildNumber), buildNumber].slice(-20),
    ledger: entryOf(reading),
    since: toTime(now),
    message: `${ended} without effect: build #${first} had claimed the run, and is followed`,
  };
}

/** Whether a build that succeeded never claimed its run: then the job does not do what the product says of it. */
export function missesClaim(build: BuildReading, reading: ClaimReading): boolean {
  return build.state === 'finished' && build.result === 'SUCCESS' && reading.state === 'absent';
}

function byLedger(unknown: Invocation, reading: Extract<ClaimReading, { state: 'ended' }>, now: Millis): Invocation {
  const message = `so says the claim ledger, where ${nameOf(reading.build)} recorded it`;
  const settled = compact<Invocation>({
    ...unknown,
    buildNumber: reading.build ?? unknown.buildNumber,
    buildUrl: reading.build === unknown.buildNumber ? unknown.buildUrl : undefined,
    ledger: entryOf(reading),
  });
  return finished(settled, reading.result, { now, message });
}

function notEnded(unknown: Invocation, before: Invocation): Invocation {
  const { build, at } = unknown.ledger ?? {};
  const since = fromTime(at);
  const when = since === undefined ? '' : ` at ${readableTime(since)}`;
  const message = `${nameOf(build)} claimed the run${when} and has not recorded its end; Jenkins has no record of it, and nobody can know how far it came`;
  return stillUnknown(before, unknown, message);
}

/** The same object where nothing is new: then there is nothing to write. */
function stillUnknown(before: Invocation, unknown: Invocation, message: string): Invocation {
  return before.state === 'Unknown' && before.message === message ? before : { ...unknown, message };
}

function entryOf(reading: Extract<ClaimReading, { state: 'claimed' | 'ended' }>): LedgerEntry {
  return compact<LedgerEntry>({
    build: reading.build,
    at: reading.at === undefined ? undefined : toTime(reading.at),
    result: reading.state === 'ended' ? reading.result : undefined,
  });
}

function nameOf(build: number | undefined): string {
  return build === undefined ? 'a build' : `build #${build}`;
}
