import { describe, expect, it } from 'vitest';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import { toTime } from '../../controller/core/time.js';
import { usualDuration } from '../../controller/core/windows/usual-duration.js';
import { usualDurationHere } from '../../controller/reconcile/usual-duration.js';
import { anEnvironment, aRun, at, type RunOver } from '../support/facts.js';
import { ManualClock } from '../support/manual-clock.js';
import { MemoryPorts } from '../support/memory-ports.js';
import { aWindow, minute } from './windows-fixture.js';

/** A run that was asked for at 09:00 on, a minute after the one before, and took so many minutes. */
function took(minutes: number, number = 1, over: RunOver = {}): DeploymentRunResource {
  const asked = at('06:00') + number * minute;
  const run = aRun({ number, at: asked + minutes * minute, ...over });
  const jenkins = run.status?.jenkins;
  if (run.status === undefined || jenkins === undefined) return run;
  return { ...run, status: { ...run.status, jenkins: { ...jenkins, requestedAt: toTime(asked) } } };
}

const inMinutes = (ms: number | undefined) => (ms === undefined ? undefined : ms / minute);

describe('the usual duration', () => {
  it('is the median, of an even number the longer of the two in the middle', () => {
    expect(inMinutes(usualDuration([took(30, 1), took(90, 2), took(35, 3)]))).toBe(35);
    expect(inMinutes(usualDuration([took(30, 1), took(40, 2)]))).toBe(40);
  });

  it('counts from asking Jenkins to the end of the verification, of the last ten that succeeded', () => {
    const old = [1, 2, 3, 4, 5].map((number) => took(300, number, { at: at('07:00') }));
    const recent = [6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((number) => took(120 + number, number));
    expect(inMinutes(usualDuration([...old, ...recent]))).toBe(131);
  });

  it('does not count what failed, what goes on, or what verified alone', () => {
    const others = [
      took(1, 2, { phase: 'Failed' }),
      took(1, 3, { phase: 'VerificationFailed' }),
      took(1, 4, { phase: 'Running' }),
      took(1, 5, { phase: 'Superseded' }),
      took(1, 6, { spec: { action: 'verify' } }),
    ];
    expect(inMinutes(usualDuration([took(30), ...others]))).toBe(30);
    expect(usualDuration(others)).toBeUndefined();
  });

  it('is that of the environment, else of the product in the stage, else unknown', () => {
    const api = new MemoryPorts(new ManualClock(at('10:00')));
    const runs: DeploymentRunResource[] = [];
    const ports = { ...api.ports() };
    const here = () =>
      usualDurationHere(
        anEnvironment(),
        { releases: {}, windows: [aWindow()], roles: [], broken: [] },
        {
          ...ports,
          runs: {
            ...ports.runs,
            ofEnvironment: (_, __, environment) => runs.filter(({ spec }) => spec.environment === environment),
            ofProduct: () => runs,
          },
        },
      );
    expect(here()).toBeUndefined();
    runs.push(took(50, 1, { spec: { environment: 'uat', stage: 'uat' } }));
    expect(here()).toBeUndefined();
    runs.push(took(40, 1, { spec: { environment: 'qa-2' } }));
    expect(inMinutes(here())).toBe(40);
    runs.push(took(30, 2, { spec: { environment: 'qa' } }));
    expect(inMinutes(here())).toBe(30);
  });

  it('is not looked for where no window selects the environment', () => {
    const api = new MemoryPorts(new ManualClock(at('10:00')));
    const elsewhere = [aWindow({ selector: { stages: ['production'] } })];
    expect(
      usualDurationHere(
        anEnvironment(),
        { releases: {}, windows: elsewhere, roles: [], broken: [] },
        {
          ...api.ports(),
          runs: {
            ...api.ports().runs,
            ofEnvironment: () => {
              throw new Error('it was looked for');
            },
          },
        },
      ),
    ).toBeUndefined();
  });
});
