import type { Millis } from '../../controller/core/model.js';
import type { JobLedger, SimEffect } from './jenkins-state.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface ClaimedBuild {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly ledger: JobLedger;
  readonly effect: SimEffect;
  readonly durationMs: Millis;
  readonly result: string;
  /** The run is claimed: from here on it has its effect. */
  readonly onClaim: (effect: SimEffect) => void;
  /** The shell is over. */
  readonly onEnd: (result: string) => void;
}

const pausesMs: readonly Millis[] = [1_000, 2_000, 3_000];

/**
 * What a build does whose job claims its runs, as examples/jenkins/claim.sh does: claim, deploy, record the end. It goes on when
 * Jenkins is killed; whoever sets the end of the effect cuts it off.
 */
export function runClaimed(build: ClaimedBuild): void {
  const { random, effect } = build;
  const first = random.between(20, 1_500);
  later(build, first, () => claim(build, pausesMs));
  effect.claim = 'pending';
}

function claim(build: ClaimedBuild, [pauseMs, ...pauses]: readonly Millis[]): void {
  const { effect, ledger, random, onEnd } = build;
  const id = effect.parameters.TOWPATH_RUN ?? '';
  // Without an id there is nothing to claim: somebody has started it by hand.
  const outcome = id === '' ? 'granted' : ledger.claim(id, effect.number);
  if (outcome === 'unavailable') {
    if (pauseMs === undefined) onEnd('FAILURE');
    else later(build, pauseMs, () => claim(build, pauses));
    return;
  }
  if (outcome === 'taken') {
    effect.claim = 'refused';
    later(build, random.between(20, 1_500), () => onEnd(ledger.refusal));
    return;
  }
  effect.claim = 'granted';
  build.onClaim(effect);
  later(build, build.durationMs, () => record(build, id));
}

/** A build whose end is not recorded does not succeed. */
function record({ effect, ledger, result, onEnd }: ClaimedBuild, id: string): void {
  const isRecorded = id === '' || ledger.end(id, effect.number, result);
  onEnd(isRecorded ? result : 'FAILURE');
}

function later({ scheduler, effect }: ClaimedBuild, ms: Millis, run: () => void): void {
  scheduler.outside(ms, () => {
    if (effect.endedAt === undefined) run();
  });
}
