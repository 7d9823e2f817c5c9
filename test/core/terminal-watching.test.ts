import { describe, expect, it } from 'vitest';
import type { DeploymentRunResource, DeploymentRunStatus } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { bar, progressOf, progressText } from '../../controller/core/terminal/progress.js';
import { environmentOutcome, runOutcome } from '../../controller/core/terminal/watching.js';
import { anEnvironment, aRun, at } from '../support/facts.js';

const running = (status: Partial<DeploymentRunStatus>): DeploymentRunResource => ({
  ...aRun({ phase: 'Running' }),
  status: { observedGeneration: 1, phase: 'Running', ...status },
});

describe('the progress of a run', () => {
  const usual = { timestamps: { Running: '2026-11-22T10:00:00Z' }, estimatedEnd: '2026-11-22T10:40:00Z' };

  it('goes on by the clock between two records, and never says that it is done before it is', () => {
    const percents = ['10:00', '10:10', '10:39', '10:41', '12:00'].map((now) => progressOf(running(usual), at(now))?.percent);
    expect(percents).toEqual([0, 25, 97, 99, 99]);
    expect(progressOf(running({ ...usual, progress: 60 }), at('10:10'))?.percent).toBe(60);
  });

  it('says how long it still takes, and how long it is over its usual time', () => {
    expect(progressText(running(usual), at('10:10'), 8)).toBe('██░░░░░░  25 %, about 30m left');
    expect(progressText(running(usual), at('10:45'), 8)).toBe('████████  99 %, 5m over its usual time');
    expect(progressText(running({}), at('10:10'), 8)).toBe('Running');
    expect([bar(0, 4), bar(50, 4), bar(100, 4)]).toEqual(['░░░░', '██░░', '████']);
  });
});

describe('the end of what is watched', () => {
  const environment = (reason: string, { stalled = false, recorded = '1.0.0' } = {}): EnvironmentResource => {
    const condition = (type: string, status: 'True' | 'False') => ({
      type,
      status,
      reason,
      message: reason,
      lastTransitionTime: '2026-11-22T10:00:00Z',
      observedGeneration: 1,
    });
    const ready = condition('Ready', reason === 'Deployed' ? 'True' : 'False');
    return anEnvironment({
      observedGeneration: 1,
      desired: { version: '1.1.0', settingsDigest: 's', commit: 'c', since: '2026-11-22T10:00:00Z' },
      recorded: { version: recorded, certain: true, verified: true, since: '2026-11-22T10:00:00Z' },
      conditions: stalled ? [ready, condition('Stalled', 'True')] : [ready],
    });
  };

  it('is that of the run: good, failed, or up to somebody', () => {
    const phases = [
      'Pending',
      'Running',
      'Verifying',
      'Succeeded',
      'Failed',
      'VerificationFailed',
      'Superseded',
      'Unknown',
    ] as const;
    const codes = phases.map((phase) => runOutcome(running({ phase })));
    expect(codes).toEqual([undefined, undefined, undefined, 0, 1, 1, 1, 3]);
  });

  it('is that of the environment, at rest', () => {
    const outcome = (reason: string, stalled = false) => environmentOutcome(environment(reason, { stalled }), undefined);
    expect([outcome('Deployed'), outcome('Deploying'), outcome('DeploymentFailed')]).toEqual([0, undefined, undefined]);
    expect([outcome('DeploymentFailed', true), outcome('VerificationFailed', true)]).toEqual([1, 1]);
    expect([outcome('Blocked'), outcome('Blocked', true), outcome('DeploymentUnknown', true)]).toEqual([undefined, 3, 3]);
    expect(environmentOutcome(anEnvironment(), undefined)).toBeUndefined();
  });

  it('is that of one version, whatever holds it before', () => {
    const outcome = (version: string, reason: string, recorded: string) =>
      environmentOutcome(environment(reason, { stalled: reason !== 'Deployed', recorded }), version);
    expect(outcome('1.1.0', 'Deployed', '1.1.0')).toBe(0);
    expect(outcome('1.1.0', 'Deployed', '1.0.0')).toBeUndefined();
    expect(outcome('1.1.0', 'Blocked', '1.0.0')).toBeUndefined();
    expect(outcome('1.1.0', 'DeploymentFailed', '1.0.0')).toBe(1);
    expect(outcome('1.2.0', 'DeploymentFailed', '1.0.0')).toBeUndefined();
  });
});
