import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../controller/core/resources/deployment-run.js';
import { mayHaveStarted, nextStep } from '../../controller/core/run/invocation.js';
import { afterClaim, afterEnd, claimPlaceOf, missesClaim } from '../../controller/core/run/ledger.js';
import { afterLookup } from '../../controller/core/run/lookup.js';
import type { BuildReading, ClaimReading, Lookup } from '../../controller/core/run/observation.js';
import { toTime } from '../../controller/core/time.js';
import { aRun, at } from '../support/facts.js';

const asked = at('10:00');
const now = at('10:20');
const claim = { holder: 'a', at: toTime(asked), nextBuildNumber: 41, session: 's1', posts: 1 };
const triggering: Invocation = { state: 'Triggering', claim, requestedAt: toTime(asked), message: 'asking Jenkins' };
const unknown: Invocation = { ...triggering, state: 'Unknown', since: toTime(now), message: 'no record of build #41' };
const running: Invocation = { ...triggering, state: 'Running', buildNumber: 42, buildUrl: 'https://jenkins/42/' };
const unavailable: ClaimReading = { state: 'unavailable', message: 'the bucket is down' };
const lostMessage =
  'build #41 claimed the run at 2026-11-22 10:01 UTC and has not recorded its end; Jenkins has no record of it, and nobody can know how far it came';

interface Row {
  readonly what: string;
  readonly before: Invocation;
  readonly reading: ClaimReading;
  readonly jenkinsRead?: boolean;
  readonly deadline?: number;
  readonly wanted: Invocation;
}

const lost: Invocation = { ...unknown, ledger: { build: 41, at: toTime(at('10:01')) }, message: lostMessage };
const rows: readonly Row[] = [
  {
    what: 'not claimed: asked again, under the same claim',
    before: triggering,
    reading: { state: 'absent' },
    wanted: {
      state: 'Pending',
      claim,
      requestedAt: toTime(asked),
      since: toTime(now),
      message: 'no build has claimed the run, so none had an effect; it is asked again',
    },
  },
  {
    what: 'not claimed, and Jenkins cannot be asked: nothing is concluded',
    before: unknown,
    reading: { state: 'absent' },
    jenkinsRead: false,
    wanted: unknown,
  },
  {
    what: 'claimed and ended: finished with the recorded result, by the build that recorded it',
    before: triggering,
    reading: { state: 'ended', result: 'FAILURE', build: 41, at: at('10:01') },
    wanted: {
      ...unknown,
      state: 'Finished',
      buildNumber: 41,
      result: 'FAILURE',
      ledger: { build: 41, at: toTime(at('10:01')), result: 'FAILURE' },
      message: 'so says the claim ledger, where build #41 recorded it',
    },
  },
  {
    what: 'ended, although Jenkins cannot be asked: settled all the same',
    before: unknown,
    reading: { state: 'ended', result: 'SUCCESS' },
    jenkinsRead: false,
    wanted: {
      ...unknown,
      state: 'Finished',
      result: 'SUCCESS',
      ledger: { result: 'SUCCESS' },
      message: 'so says the claim ledger, where a build recorded it',
    },
  },
  {
    what: 'claimed and not ended: nobody can know',
    before: triggering,
    reading: { state: 'claimed', build: 41, at: at('10:01') },
    wanted: lost,
  },
  {
    what: 'the same once more: nothing changes',
    before: lost,
    reading: { state: 'claimed', build: 41, at: at('10:01') },
    wanted: lost,
  },
  {
    what: 'a claim that was there and is gone: never taken for a run that nobody claimed',
    before: lost,
    reading: { state: 'absent' },
    wanted: { ...lost, message: 'the claim of build #41 is gone from the claim ledger; nobody can know how far it came' },
  },
  {
    what: 'a ledger that cannot be read: waited for, and said',
    before: triggering,
    reading: unavailable,
    deadline: now + 1,
    wanted: { ...triggering, message: 'no record of build #41; the claim ledger could say: the bucket is down' },
  },
  {
    what: 'a ledger that cannot be read until the time is up: a person is asked',
    before: triggering,
    reading: unavailable,
    deadline: now,
    wanted: { ...unknown, message: 'no record of build #41; the claim ledger could say: the bucket is down' },
  },
  { what: 'a ledger that cannot be read, of an Unknown run: it stays', before: unknown, reading: unavailable, wanted: unknown },
];

describe('a run that Jenkins leaves unknown, and whose ledger says', () => {
  it.each(rows)('$what', ({ before, reading, jenkinsRead = true, deadline, wanted }) => {
    const doubt = { before, unknown: before.state === 'Unknown' ? before : unknown, jenkinsRead };
    const next = afterClaim(doubt, reading, { now, deadline });
    expect(next).toEqual(wanted);
    if (wanted === before) expect(next).toBe(before);
  });

  it('that it ended: it may have changed the environment, whatever the result', () => {
    const next = afterClaim({ before: unknown, unknown, jenkinsRead: true }, { state: 'ended', result: 'FAILURE' }, { now });
    expect(mayHaveStarted(next)).toBe(true);
  });
});

const finished = (result: string): Extract<BuildReading, { state: 'finished' }> => ({
  state: 'finished',
  url: 'https://jenkins/42/',
  result,
  startedAt: asked,
  finishedAt: now,
});

describe('a build that has ended', () => {
  const others: readonly ClaimReading[] = [
    { state: 'claimed', build: 41 },
    { state: 'ended', build: 41, result: 'SUCCESS' },
  ];

  it.each(['NOT_BUILT', 'FAILURE', 'ABORTED', 'SUCCESS'])(
    'with %s, of a run that another build has claimed: it was refused as a double, and the other is followed',
    (result) => {
      for (const reading of others) {
        const next = afterEnd(running, finished(result), reading, now);
        expect(next).toEqual({
          ...triggering,
          state: 'Running',
          buildNumber: 41,
          refused: [42],
          ledger: reading.state === 'ended' ? { build: 41, result: 'SUCCESS' } : { build: 41 },
          since: toTime(now),
          message: `build #42 ended with ${result} without effect: build #41 had claimed the run, and is followed`,
        });
        expect(nextStep(next)).toEqual({ do: 'readBuild', number: 41 });
      }
    },
  );

  const own: readonly ClaimReading[] = [
    { state: 'absent' },
    { state: 'claimed' },
    { state: 'claimed', build: 42 },
    { state: 'ended', build: 42, result: 'FAILURE' },
  ];
  it.each(own)('with FAILURE is a failure where the ledger says %j', (reading) => {
    expect(afterEnd(running, finished('FAILURE'), reading, now)).toMatchObject({
      state: 'Finished',
      result: 'FAILURE',
      buildNumber: 42,
    });
  });

  it('keeps that it had claimed the run, and that nobody had', () => {
    const kept = own.map((reading) => afterEnd(running, finished('FAILURE'), reading, now).ledger);
    expect(kept).toEqual([undefined, {}, { build: 42 }, { build: 42, result: 'FAILURE' }]);
  });

  it('with FAILURE waits for a ledger that cannot be read; with SUCCESS it does not', () => {
    expect(afterEnd(running, finished('FAILURE'), unavailable, now)).toEqual({
      ...running,
      message: 'build #42 ended with FAILURE; whether another build had claimed the run is not known: the bucket is down',
    });
    expect(afterEnd(running, finished('SUCCESS'), unavailable, now)).toMatchObject({ state: 'Finished', result: 'SUCCESS' });
  });

  it('with SUCCESS and without a claim belongs to a job that does not claim', () => {
    expect([
      missesClaim(finished('SUCCESS'), { state: 'absent' }),
      missesClaim(finished('FAILURE'), { state: 'absent' }),
      missesClaim(finished('SUCCESS'), { state: 'claimed' }),
      missesClaim(finished('SUCCESS'), unavailable),
    ]).toEqual([true, false, false, false]);
  });

  it('without effect is not found again when the one that claimed the run is gone', () => {
    const followed = afterEnd(running, finished('FAILURE'), { state: 'claimed', build: 41 }, now);
    const refused = { number: 42, url: 'https://jenkins/42/', building: false, result: 'FAILURE', startedAt: asked };
    const lookup: Lookup = { state: 'read', session: 's1', nextBuildNumber: 43, items: [], builds: [refused], vanished: [] };
    const next = afterLookup({ ...followed, state: 'Triggering' }, lookup, { now, graceMs: 180_000 });
    expect([next.state, next.buildNumber]).toEqual(['Unknown', 41]);
  });
});

describe('the place of claims', () => {
  const placeOf = (written: object) => {
    const { spec } = aRun();
    return claimPlaceOf({ ...spec, ...(spec.deployer && { deployer: { ...spec.deployer, ...written } }) });
  };
  it('is what was frozen into the run', () => {
    expect([
      placeOf({}),
      placeOf({ claim: { bucket: 'ledger', prefix: 'claims/' } }),
      placeOf({ claim: { configMap: { namespace: 'ci' } } }),
    ]).toEqual([undefined, { bucket: 'ledger', prefix: 'claims/' }, { configMap: { namespace: 'ci' } }]);
  });
});
