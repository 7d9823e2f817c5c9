import { describe, expect, it } from 'vitest';
import { gatesBefore, toGateStatuses } from '../../controller/core/gates/evaluate.js';
import type { EnvironmentStatus, GateStatus } from '../../controller/core/resources/environment.js';
import { at } from '../support/facts.js';

const judged = (state: GateStatus['state'], who?: string) => [
  { name: 'signoffs', state, reason: 'R', message: 'm', ...(who === undefined ? {} : { who }) },
];

describe('what a gate costs in waiting', () => {
  it('adds up over the states in which it was closed, with who could have opened it', () => {
    const first = toGateStatuses(judged('Blocked', 'the client'), [], at('10:00'));
    const second = toGateStatuses(judged('Waiting'), first, at('10:05'));
    const third = toGateStatuses(judged('Passed'), second, at('10:06'));
    expect([first, second, third].map(([gate]) => [gate?.waitedSeconds, gate?.waitedFor])).toEqual([
      [undefined, undefined],
      [300, 'the client'],
      [360, 'the client'],
    ]);
  });

  it('stays while nothing changes, so that nothing is written', () => {
    const before = toGateStatuses(judged('Passed'), toGateStatuses(judged('Blocked'), [], at('10:00')), at('10:05'));
    expect(toGateStatuses(judged('Passed'), before, at('11:00'))).toEqual(before);
  });

  it('begins anew for another content', () => {
    const gates = toGateStatuses(judged('Passed'), toGateStatuses(judged('Blocked', 'Ann'), [], at('10:00')), at('10:05'));
    const desired = { version: '1', digest: 'sha256:a', settingsDigest: '', commit: '', since: '' };
    const status: EnvironmentStatus = { observedGeneration: 1, desired, gates };
    expect([gatesBefore(status, 'sha256:a')[0]?.waitedSeconds, gatesBefore(status, 'sha256:b')[0]?.waitedSeconds]).toEqual([
      300,
      undefined,
    ]);
  });
});
