import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { evaluate, nextChangeOf } from '../../controller/core/gates/evaluate.js';
import type { Override } from '../../controller/core/governance.js';
import type { DesiredEnvironment } from '../../controller/core/model.js';
import { aDesired, anEnvironment, aProduct, aRun, aStage, at, someFacts } from '../support/facts.js';
import { aWindow } from './windows-fixture.js';

const freeze = aWindow({ timeZone: 'UTC', reason: 'audit', when: { from: '2026-11-22T00:00:00', to: '2026-11-23T00:00:00' } });
const governance = { releases: {}, windows: [freeze], roles: [], broken: [] };
const frozen = 'frozen by freeze (audit); next opening 2026-11-23 00:00 UTC';

const override = (over: Partial<Override> = {}): Override => ({
  gates: ['window'],
  version: '1.1.0',
  reason: 'the checkout is down',
  ...over,
});

const judge = (name: string, wanted: DesiredEnvironment) =>
  evaluate({ facts: someFacts({ governance }), wanted }).find((gate) => gate.name === name);

describe('override', () => {
  it('opens a gate that it names for its version, and says what would hold it, and why it does not', () => {
    expect(judge('window', aDesired({ override: override({ by: 'Ann' }) }))).toEqual({
      name: 'window',
      state: 'Passed',
      reason: 'Overridden',
      message: `overridden by Ann (the checkout is down); it would be held: ${frozen}`,
      nextChange: Date.parse('2026-11-23T00:00:00Z'),
    });
  });

  it('opens the window that is broken', () => {
    const broken = [{ kind: 'DeploymentWindow' as const, name: 'audit', message: 'audit.yaml:1:1 is broken' }];
    const facts = someFacts({ governance: { ...governance, broken } });
    const found = evaluate({ facts, wanted: aDesired({ override: override() }) }).find(({ name }) => name === 'window');
    expect([found?.state, found?.reason]).toEqual(['Passed', 'Overridden']);
  });

  it('says nothing for another version', () => {
    expect(judge('window', aDesired({ version: '1.1.1', override: override() }))?.message).toBe(frozen);
  });

  it('says nothing for a gate that it does not name', () => {
    expect(judge('window', aDesired({ override: override({ gates: ['soak'] }) }))?.message).toBe(frozen);
  });

  it('says nothing where the gate is open', () => {
    const facts = someFacts({ governance, now: at('10:00') + 86_400_000 });
    const found = evaluate({ facts, wanted: aDesired({ override: override() }) }).find(({ name }) => name === 'window');
    expect(found?.reason).toBe('WindowOpen');
  });

  it('opens the soak time, and never a gate that asks for evidence or for people', () => {
    const path = [{ environment: 'qa', stage: 'qa', verified: [] }];
    const after = [{ stage: 'qa', require: 'any' as const }];
    const stages = [aStage(), aStage({ name: 'uat', soakMs: 3_600_000, after })];
    const wanted = aDesired({
      stage: 'uat',
      product: aProduct({ stages }),
      override: override({ gates: ['soak', 'order', 'held', 'suspended', 'signoffs', 'valid'] }),
    });
    const holds = [{ metadata: { name: 'stop', namespace: 'default' }, spec: { reason: 'outage' } }];
    const judged = evaluate({ facts: someFacts({ path, holds }), wanted });
    const states = judged.map(({ name, state, reason }) => [name, state, reason]);
    expect(states).toContainEqual(['held', 'Blocked', 'Held']);
    expect(states).toContainEqual(['order', 'Waiting', 'ReleaseDigestUnknown']);
    expect(states).toContainEqual(['soak', 'Passed', 'Overridden']);
  });

  it('is recorded with the gates of the run that it lets start', () => {
    const facts = someFacts({
      governance,
      environment: anEnvironment(),
      runs: [aRun({ spec: { digest: 'sha256:old' } })],
      desired: aDesired({ override: override() }),
    });
    const { decision } = decide(facts);
    const gates = decision.do === 'start' ? decision.run.gates : [];
    expect(gates?.find(({ name }) => name === 'window')).toMatchObject({
      state: 'Passed',
      reason: 'Overridden',
      message: `overridden (the checkout is down); it would be held: ${frozen}`,
    });
  });
});

describe('gates', () => {
  it('are looked at again when an open one can close', () => {
    const judged = [
      { name: 'window', state: 'Passed' as const, reason: 'WindowOpen', message: 'open', nextChange: at('11:00') },
      { name: 'soak', state: 'Waiting' as const, reason: 'Soaking', message: 'soaks', nextChange: at('12:00') },
    ];
    expect(nextChangeOf(judged)).toBe(at('11:00'));
  });
});
