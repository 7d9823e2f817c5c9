import { describe, expect, it } from 'vitest';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { evaluate } from '../../controller/core/gates/evaluate.js';
import { window } from '../../controller/core/gates/window.js';
import type { BrokenDocument, DeploymentWindow } from '../../controller/core/governance.js';
import { judgeForRecord, replay } from '../../controller/core/judgement/judgement.js';
import type { DesiredEnvironment } from '../../controller/core/model.js';
import { aDesired, anEnvironment, aProduct, someFacts } from '../support/facts.js';
import { aWindow, hour, minute } from './windows-fixture.js';

/** Adelaide is 10 h 30 min ahead of UTC in summer: its year ends at 13:30 UTC. */
const freeze = aWindow({ name: 'year-end', reason: 'Retail peak', exempt: ['emergency'] });
const evenings = aWindow({
  name: 'evenings',
  effect: 'allow',
  when: { schedule: '0 20 * * 2,4', durationMs: 4 * hour },
});

interface Case {
  readonly windows?: readonly DeploymentWindow[];
  readonly broken?: readonly BrokenDocument[];
  readonly usual?: number;
  readonly wanted?: DesiredEnvironment;
}

function factsAt(now: string, { windows = [], broken = [], usual }: Case): EnvironmentFacts {
  const { metadata, spec } = anEnvironment();
  const environment = { metadata, spec: { ...spec, stage: 'production', client: 'acme', environment: 'prod-acme' } };
  const facts = someFacts({ now: Date.parse(now), environment, governance: { releases: {}, windows, roles: [], broken } });
  return usual === undefined ? facts : { ...facts, usualDurationMs: usual };
}

const here = { environment: 'prod-acme', stage: 'production', client: 'acme' };
const judge = (now: string, given: Case) =>
  window({ facts: factsAt(now, given), wanted: { ...(given.wanted ?? aDesired()), ...here } });

const utc = (time: string) => Date.parse(time);
const withOverride = { who: 'an author, by a commit with an override' };

describe('window', () => {
  it('is not there where no window selects the environment', () => {
    const others = [{ products: ['books'] }, { stages: ['qa'] }, { clients: ['globex'] }, { environments: ['qa'] }];
    const windows = others.map((selector) => aWindow({ selector, when: { schedule: '* * * * *', durationMs: hour } }));
    expect(judge('2026-12-20T00:00:00Z', { windows })).toBeUndefined();
  });

  it('closes by what git says of the environment now, also before its record says so', () => {
    const windows = [aWindow({ ...freeze, selector: { stages: ['uat'] } })];
    const moved = aDesired({ environment: 'prod-acme', stage: 'uat' });
    const facts = factsAt('2026-12-20T00:00:00Z', { windows });
    expect([window({ facts, wanted: moved })?.state, window({ facts })]).toEqual(['Waiting', undefined]);
  });

  it('opens at the very moment at which a freeze is over, by the clock of its zone', () => {
    expect(judge('2027-01-04T13:29:59.999Z', { windows: [freeze] })?.state).toBe('Waiting');
    expect(judge('2027-01-04T13:30:00Z', { windows: [freeze] })).toEqual({
      state: 'Passed',
      reason: 'WindowOpen',
      message: 'open; no window closes it within 400 days',
    });
  });

  it('opens for what its windows allow, until they close', () => {
    expect(judge('2026-11-24T09:30:00Z', { windows: [evenings] })).toEqual({
      state: 'Passed',
      reason: 'WindowOpen',
      message: 'open until 2026-11-24 13:30 UTC (evenings)',
      nextChange: utc('2026-11-24T13:30:00Z') + 1,
    });
  });

  it('opens for a release class that every window exempts', () => {
    const wanted = aDesired({ release: { class: 'emergency' } });
    expect(judge('2026-12-20T00:00:00Z', { windows: [freeze], wanted })).toEqual({
      state: 'Passed',
      reason: 'Exempt',
      message: 'emergency releases are exempt from year-end',
    });
    const other = aWindow({ name: 'audit', when: { from: '2026-12-19T00:00:00', to: '2026-12-22T00:00:00' } });
    expect(judge('2026-12-20T00:00:00Z', { windows: [freeze, other], wanted })?.message).toBe(
      'frozen by audit; next opening 2026-12-21 13:30 UTC',
    );
  });

  it('opens for a deployment that is over at the very moment at which it closes', () => {
    expect(judge('2026-11-24T12:55:00Z', { windows: [evenings], usual: 35 * minute })?.state).toBe('Passed');
    expect(judge('2026-11-24T12:55:00.001Z', { windows: [evenings], usual: 35 * minute })?.state).toBe('Waiting');
  });

  it('closes at the very moment at which a freeze begins', () => {
    expect(judge('2026-12-17T13:29:59.999Z', { windows: [freeze] })?.state).toBe('Passed');
    expect(judge('2026-12-17T13:30:00Z', { windows: [freeze] })?.state).toBe('Waiting');
  });

  it('closes outside of all windows that allow, also for a class that is exempt from a freeze alone', () => {
    const wanted = aDesired({ release: { class: 'emergency' } });
    expect(judge('2026-12-20T00:00:00Z', { windows: [freeze, evenings], wanted })).toMatchObject({
      state: 'Waiting',
      reason: 'OutsideWindow',
      nextChange: utc('2026-12-22T09:30:00Z'),
    });
  });

  it('closes in a freeze even where a window allows: deny wins', () => {
    expect(judge('2026-12-22T10:00:00Z', { windows: [freeze, evenings] })?.reason).toBe('Frozen');
  });

  it('explains a freeze with its reason and the next opening, which no other window closes', () => {
    expect(judge('2026-12-22T10:00:00Z', { windows: [freeze, evenings] })).toEqual({
      state: 'Waiting',
      reason: 'Frozen',
      message: 'frozen by year-end (Retail peak); next opening 2027-01-05 09:30 UTC',
      nextChange: utc('2027-01-05T09:30:00Z'),
      ...withOverride,
    });
  });

  it('explains several freezes, the one that lasts longest first', () => {
    const others = ['a', 'b', 'c', 'd'].map((name, index) =>
      aWindow({ name, when: { from: '2026-12-19T00:00:00', to: `2026-12-2${index + 2}T00:00:00` } }),
    );
    expect(judge('2026-12-20T00:00:00Z', { windows: others })?.message).toBe(
      'frozen by d and c, b, a; next opening 2026-12-24 13:30 UTC',
    );
    expect(judge('2026-12-20T00:00:00Z', { windows: [...others, freeze] })?.message).toBe(
      'frozen by year-end (Retail peak) and d, c, b and 1 more; next opening 2027-01-04 13:30 UTC',
    );
  });

  it('explains that a deployment would not be over before a window closes, and names the next that is long enough', () => {
    const short = aWindow({ name: 'short', effect: 'allow', when: { schedule: '0 12 * * *', durationMs: 30 * minute } });
    expect(judge('2026-11-24T13:10:00Z', { windows: [evenings, short], usual: 35 * minute })).toEqual({
      state: 'Waiting',
      reason: 'WindowTooShort',
      message: 'takes about 35m, and evenings closes at 2026-11-24 13:30 UTC; next opening 2026-11-26 09:30 UTC',
      nextChange: utc('2026-11-26T09:30:00Z'),
      ...withOverride,
    });
    expect(judge('2026-12-17T13:10:00Z', { windows: [freeze], usual: 35 * minute })?.message).toBe(
      'takes about 35m, and year-end begins at 2026-12-17 13:30 UTC; next opening 2027-01-04 13:30 UTC',
    );
  });

  it('explains that nothing opens any more, or for long enough, and who can change that', () => {
    const past = aWindow({ name: 'go-live', effect: 'allow', when: { from: '2026-11-01T00:00:00', to: '2026-11-02T00:00:00' } });
    expect(judge('2026-11-24T00:00:00Z', { windows: [past] })).toEqual({
      state: 'Blocked',
      reason: 'OutsideWindow',
      message: 'outside of go-live; no opening any more',
      who: 'an author, by a commit, of a window or an override',
    });
    expect(judge('2026-11-24T10:00:00Z', { windows: [evenings], usual: 5 * hour })).toMatchObject({
      state: 'Blocked',
      reason: 'WindowTooShort',
      message: 'takes about 5h, and evenings closes at 2026-11-24 13:30 UTC; no opening of 5h within 400 days',
    });
  });

  it('explains no opening that is cut off where the search ends', () => {
    const sundays = aWindow({ effect: 'allow', when: { schedule: '10,50 9-12 * * 0', durationMs: 15 * minute } });
    const hours = Array.from({ length: 8 * 24 }, (_, index) => utc('2026-11-22T00:00:00Z') + index * hour);
    const found = hours.map((now) => judge(new Date(now).toISOString(), { windows: [sundays], usual: 35 * minute }));
    expect([...new Set(found.map((verdict) => verdict?.state))]).toEqual(['Blocked']);
  });

  it('next change of an open window is the moment at which a deployment does not fit any more', () => {
    const { nextChange = 0 } = judge('2026-11-24T10:00:00Z', { windows: [evenings], usual: 35 * minute }) ?? {};
    const at = (time: number) => judge(new Date(time).toISOString(), { windows: [evenings], usual: 35 * minute })?.state;
    expect([at(nextChange - 1), at(nextChange)]).toEqual(['Passed', 'Waiting']);
  });

  it('next change of what opens beyond 400 days is when that can be said', () => {
    const far = aWindow({ effect: 'allow', when: { from: '2030-01-01T00:00:00', to: '2030-01-02T00:00:00' } });
    const { nextChange = 0, message } = judge('2026-11-24T00:00:00Z', { windows: [far] }) ?? {};
    expect(message).toBe('outside of freeze; no opening within 400 days');
    expect(judge(new Date(nextChange).toISOString(), { windows: [far] })).toMatchObject({
      state: 'Waiting',
      message: 'outside of freeze; next opening 2029-12-31 13:30 UTC',
    });
  });

  it('next change of windows that are all too short, every few minutes, is in sight', () => {
    const often = aWindow({ effect: 'allow', when: { schedule: '*/5 * * * *', durationMs: minute } });
    const found = judge('2026-11-24T00:00:30Z', { windows: [often], usual: 35 * minute });
    expect(found?.message).toMatch(/closes at .*; no opening of 35m before 2026-1[12]-/);
    expect(found?.nextChange).toBeGreaterThan(utc('2026-11-24T01:00:00Z'));
  });

  it('fails closed where a window that could concern the environment is broken, and says where', () => {
    const broken = (selector?: BrokenDocument['selector']): BrokenDocument => ({
      kind: 'DeploymentWindow',
      name: 'audit',
      message: 'windows/audit.yaml:6:13 "Adelaide" is not an IANA time zone',
      ...(selector === undefined ? {} : { selector }),
    });
    const closed = {
      state: 'Failed',
      reason: 'WindowInvalid',
      message: 'nobody knows what the window audit was to say: windows/audit.yaml:6:13 "Adelaide" is not an IANA time zone',
      who: 'an author, by a commit',
    };
    expect(judge('2026-11-24T10:00:00Z', { broken: [broken()], windows: [evenings] })).toEqual(closed);
    expect(judge('2026-11-24T10:00:00Z', { broken: [broken({ clients: ['acme'] })] })).toEqual(closed);
    expect(judge('2026-11-24T10:00:00Z', { broken: [broken({ clients: ['globex'] })] })).toBeUndefined();
    const wanted = aDesired({ release: { class: 'emergency' } });
    expect(judge('2026-11-24T10:00:00Z', { broken: [broken()], wanted })).toEqual(closed);
  });

  it('fails closed where the runtime does not know the zone of a window', () => {
    expect(judge('2026-11-24T10:00:00Z', { windows: [aWindow({ timeZone: 'Mars/Olympus' })] })).toMatchObject({
      state: 'Failed',
      message: 'nobody can say when the window freeze is (Mars/Olympus)',
    });
  });

  it('is judged again from the record of its judgement', () => {
    const wanted = aDesired({ product: aProduct(), release: { class: 'minor' } });
    const facts = factsAt('2026-11-24T13:10:00Z', { windows: [freeze, evenings], usual: 35 * minute });
    const { gates, record } = judgeForRecord({ facts, wanted });
    expect(gates).toEqual(evaluate({ facts, wanted }));
    expect(replay(record)).toEqual(gates);
    expect(gates.find(({ name }) => name === 'window')?.reason).toBe('WindowTooShort');
  });
});
