import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../controller/core/resources/deployment-run.js';
import {
  afterAnswer,
  afterBuild,
  afterItem,
  claimed,
  mayHaveStarted,
  nextStep,
  pending,
  toStop,
} from '../../controller/core/run/invocation.js';
import { afterLookup, doubledItems } from '../../controller/core/run/lookup.js';
import type { Lookup } from '../../controller/core/run/observation.js';
import { toTime } from '../../controller/core/time.js';
import { at } from '../support/facts.js';

const asked = at('10:00');
const claim = { holder: 'a', at: toTime(asked), nextBuildNumber: 41, session: 's1', posts: 1 };
const triggering: Invocation = {
  state: 'Triggering',
  claim,
  since: toTime(asked),
  requestedAt: toTime(asked),
  message: 'asking Jenkins',
};
const graceMs = 180_000;

function absent(over: Partial<Extract<Lookup, { state: 'read' }>> = {}): Lookup {
  return { state: 'read', session: 's1', nextBuildNumber: 41, items: [], builds: [], vanished: [], ...over };
}
const build = { number: 41, url: 'https://jenkins/job/deploy/41/', building: true, startedAt: asked };
const item = { queueId: 7, url: 'https://jenkins/queue/item/7/' };

describe('an invocation of a job', () => {
  it('is claimed with the next build number and the session that were read just before', () => {
    expect(claimed(pending, { state: 'ready', nextBuildNumber: 41, session: 's1' }, { holder: 'a', now: asked })).toEqual(
      triggering,
    );
  });

  it('counts every request, and keeps the time of the first', () => {
    const again: Invocation = { state: 'Pending', claim, requestedAt: toTime(asked) };
    const next = claimed(again, { state: 'ready', nextBuildNumber: 42, session: 's2' }, { holder: 'b', now: at('10:05') });
    expect([next.claim?.posts, next.requestedAt]).toEqual([2, toTime(asked)]);
  });

  it('is in the queue once Jenkins has accepted it', () => {
    const next = afterAnswer(triggering, { state: 'accepted', queueId: 7, queueUrl: item.url }, at('10:01'));
    expect(next).toEqual({
      ...triggering,
      state: 'Queued',
      queueId: 7,
      queueUrl: item.url,
      since: toTime(at('10:01')),
      message: 'accepted by Jenkins',
    });
  });

  it.each(['refused', 'unsent', 'ambiguous'] as const)(
    'is looked up after an answer that was %s, never asked again at once',
    (state) => {
      const next = afterAnswer(triggering, { state, message: 'why' }, at('10:01'));
      expect(next).toEqual({ ...triggering, claim: { ...claim, answer: state }, message: 'why' });
      expect(nextStep(next)).toEqual({ do: 'lookup' });
    },
  );

  it('ends where Jenkins took other parameters than asked for', () => {
    expect(afterAnswer(triggering, { state: 'mismatch', message: 'why' }, asked)).toMatchObject({
      state: 'Finished',
      result: 'CANCELLED',
      message: 'why',
    });
  });
});

describe('what a lookup found', () => {
  const look = (invocation: Invocation, lookup: Lookup, now = at('10:01')) => afterLookup(invocation, lookup, { now, graceMs });

  it('a build is adopted, even when an item is there as well', () => {
    expect(look(triggering, absent({ builds: [build], items: [item] }))).toMatchObject({ state: 'Running', buildNumber: 41 });
  });

  it('of several builds the first is adopted', () => {
    expect(look(triggering, absent({ builds: [build, { ...build, number: 43 }] }))).toMatchObject({ buildNumber: 41 });
  });

  it('an item is adopted', () => {
    expect(look(triggering, absent({ items: [item] }))).toMatchObject({ state: 'Queued', queueId: 7 });
  });

  it('nothing, and a number without a build: nobody can know, and it is never asked again', () => {
    const next = look(triggering, absent({ nextBuildNumber: 42, vanished: [41], session: 's2' }));
    expect(next.state).toBe('Unknown');
    expect(look(next, absent({ nextBuildNumber: 42, session: 's3' }), at('23:00'))).toBe(next);
  });

  it('a build that carries other parameters than asked for is not adopted: nobody can know what it deployed', () => {
    const strange = { ...build, differs: 'VERSION was dropped' };
    const next = look(triggering, absent({ builds: [strange] }));
    expect([next.state, next.buildNumber, next.message]).toEqual([
      'Unknown',
      41,
      'build #41 (https://jenkins/job/deploy/41/) carries the id of this run, but VERSION was dropped: nobody can know what it deployed',
    ]);
    expect(look(next, absent({ builds: [strange] }), at('23:00'))).toBe(next);
  });

  it('a job that is gone: it is waited for until the time of the run is over, then nobody can know, and a person is asked', () => {
    const gone: Lookup = { state: 'unavailable', message: 'there is no such job', jobMissing: true };
    const seen: Invocation = { ...triggering, buildNumber: 41 };
    const context = { graceMs, deadline: asked + 60_000 };
    expect(afterLookup(seen, gone, { ...context, now: asked + 59_999 })).toEqual({ ...seen, message: 'there is no such job' });
    const unknown = afterLookup(seen, gone, { ...context, now: asked + 60_000 });
    expect([unknown.state, unknown.message]).toEqual(['Unknown', 'there is no such job; nobody can know what came of it']);
    expect(afterLookup(unknown, gone, { ...context, now: asked + 70_000 })).toBe(unknown);
    const down: Lookup = { state: 'unavailable', message: 'refuses connections' };
    expect(afterLookup(seen, down, { ...context, now: at('23:00') }).state).toBe('Triggering');
  });

  it('a build of a job that has gained parameters is adopted: all that was asked for is there, and the others are told of', () => {
    const next = look(triggering, absent({ builds: [{ ...build, added: ['DEBUG', 'REGION'] }] }));
    expect(next).toMatchObject({ state: 'Running', buildNumber: 41 });
    expect(next.message).toBe('running with the default of DEBUG, REGION, which the job did not have when it was looked at');
  });

  it('an item that carries other parameters is cancelled, and another one adopted', () => {
    const items = [
      { ...item, differs: 'VERSION has another value' },
      { queueId: 9, url: 'https://jenkins/queue/item/9/' },
    ];
    expect(look(triggering, absent({ items }))).toMatchObject({ state: 'Queued', queueId: 9 });
    expect(doubledItems(triggering, absent({ items })).map(({ queueId }) => queueId)).toEqual([7]);
    expect(look(triggering, absent({ items: items.slice(0, 1) })).state).toBe('Triggering');
  });

  it('nothing is concluded while an item carries other parameters: it may be leaving for a build that cannot be read yet', () => {
    const items = [{ ...item, differs: 'VERSION has another value' }];
    const late = asked + 10 * graceMs;
    for (const over of [{}, { vanished: [41] }, { session: 's2' }])
      expect(look(triggering, absent({ items, ...over }), late)).toEqual({
        ...triggering,
        message: 'in the queue of Jenkins with other parameters than were asked for; that is cancelled',
      });
  });

  it('a build that turns up later settles what was unknown', () => {
    const unknown: Invocation = { ...triggering, state: 'Unknown' };
    expect(look(unknown, absent({ builds: [build] }))).toMatchObject({ state: 'Running', buildNumber: 41 });
  });

  it('nothing, no gap, no answer, and another session: the new process may still get the request, the grace is waited out', () => {
    const lookup = absent({ session: 's2' });
    expect(look(triggering, lookup, asked + graceMs - 1).state).toBe('Triggering');
    expect(look(triggering, lookup, asked + graceMs)).toMatchObject({ state: 'Pending', claim });
  });

  it('an item of which a build had started: it would deploy again, so it is cancelled and nobody can know', () => {
    const lookup = absent({ session: 's2', items: [item] });
    const seen: Invocation = { ...triggering, buildNumber: 41 };
    const next = look(seen, lookup);
    expect([next.state, doubledItems(seen, lookup)]).toEqual(['Unknown', [item]]);
    expect(look(next, lookup)).toBe(next);
  });

  it('beside a build, or beside the first item, an item is a double', () => {
    const second = { ...item, queueId: 8 };
    expect(doubledItems(triggering, absent({ builds: [build], items: [item, second] }))).toEqual([item, second]);
    expect(doubledItems(triggering, absent({ items: [item, second] }))).toEqual([second]);
  });

  it('nothing, no gap, same session, no answer: the grace is waited out first', () => {
    expect(look(triggering, absent(), asked + graceMs - 1).state).toBe('Triggering');
    expect(look(triggering, absent(), asked + graceMs).state).toBe('Pending');
  });

  it('the grace is what was waited here, whatever a wall clock says that was set meanwhile', () => {
    const stateAfter = (waitedMs: number, now: number) => afterLookup(triggering, absent(), { now, graceMs, waitedMs }).state;
    expect(stateAfter(graceMs - 1, asked + 10 * graceMs)).toBe('Triggering');
    expect(stateAfter(graceMs, asked - graceMs)).toBe('Pending');
  });

  it.each(['refused', 'unsent'] as const)('nothing after a request that was %s: it is asked again without a grace', (answer) => {
    expect(look({ ...triggering, claim: { ...claim, answer } }, absent()).state).toBe('Pending');
  });

  it('nothing in the session that had accepted it, no gap: it was cancelled there, and is not asked again', () => {
    expect(look({ ...triggering, queueId: 7 }, absent())).toMatchObject({ state: 'Finished', result: 'CANCELLED' });
  });

  it('an accepted item that a restart lost is asked again', () => {
    expect(look({ ...triggering, queueId: 7 }, absent({ session: 's2' }))).toEqual({
      state: 'Pending',
      claim,
      requestedAt: toTime(asked),
      since: toTime(at('10:01')),
      message: 'Jenkins restarted before it had started anything; it is asked again',
    });
  });

  it('a build that was seen and is gone without a gap: nobody can know', () => {
    expect(look({ ...triggering, buildNumber: 41 }, absent({ session: 's2' })).state).toBe('Unknown');
  });

  it('a job that was made anew: nobody can know', () => {
    expect(look(triggering, absent({ session: 's2', nextBuildNumber: 1 })).state).toBe('Unknown');
  });

  it('a Jenkins that cannot be asked changes nothing but the message', () => {
    expect(look(triggering, { state: 'unavailable', message: 'down' })).toEqual({ ...triggering, message: 'down' });
    const unknown: Invocation = { ...triggering, state: 'Unknown', message: 'why nobody can know' };
    expect(look(unknown, { state: 'unavailable', message: 'down' })).toBe(unknown);
  });
});

describe('a queue item', () => {
  const queued: Invocation = { ...triggering, state: 'Queued', queueId: 7 };
  it('that is gone, or somebody else’s now, leads to a lookup that remembers the item', () => {
    expect(afterItem(queued, { state: 'missing' }, asked)).toMatchObject({ state: 'Triggering', queueId: 7 });
  });
  it('that has left without a build yet is asked again', () => {
    expect(afterItem(queued, { state: 'leaving' }, asked)).toBe(queued);
  });
  it('that was cancelled ends it, for the reason that it was cancelled for', () => {
    expect(afterItem(queued, { state: 'cancelled' }, asked)).toMatchObject({
      result: 'CANCELLED',
      message: 'cancelled in the queue of Jenkins',
    });
    expect(afterItem(toStop(queued, 'timeout'), { state: 'cancelled' }, asked)).toMatchObject({ result: 'TIMEOUT' });
  });
  it('that waits says why, and the same reason changes nothing', () => {
    const waits = afterItem(queued, { state: 'waiting', why: 'no executor', stuck: false }, asked);
    expect(waits.message).toBe('in the queue of Jenkins: no executor');
    expect(afterItem(waits, { state: 'waiting', why: 'no executor', stuck: false }, at('11:00'))).toBe(waits);
  });
});

describe('a queue item that carries other parameters than were asked for', () => {
  const queued: Invocation = { ...triggering, state: 'Queued', queueId: 7 };
  const differs = 'VERSION was dropped';
  it('is looked up, and so cancelled, while it waits', () => {
    expect(afterItem(queued, { state: 'waiting', why: '', stuck: false, differs }, asked)).toMatchObject({
      state: 'Triggering',
      message: 'in the queue of Jenkins with other parameters than were asked for; that is cancelled',
    });
  });
  it('has left for a build of which nobody can know what it deploys', () => {
    const url = 'https://jenkins/job/deploy/41/';
    expect(afterItem(queued, { state: 'started', buildNumber: 41, url, differs }, asked)).toMatchObject({
      state: 'Unknown',
      differs,
      message: `build #41 (${url}) carries the id of this run, but ${differs}: nobody can know what it deployed`,
    });
  });
});

describe('the reason why an item waits', () => {
  it('is said without the time that Jenkins counts down in it', () => {
    const queued: Invocation = { ...triggering, state: 'Queued', queueId: 7 };
    const waits = (why: string) => afterItem(queued, { state: 'waiting', why, stuck: false }, asked).message;
    expect(waits('In the quiet period. Expires in 0.98 sec')).toBe('in the queue of Jenkins: In the quiet period');
  });
});

describe('a build', () => {
  const running: Invocation = { ...triggering, state: 'Running', buildNumber: 41, message: 'running' };
  const finished = { state: 'finished', url: build.url, startedAt: asked, finishedAt: at('10:30') } as const;
  it('that has ended ends it with its result', () => {
    expect(afterBuild(running, { ...finished, result: 'FAILURE' }, at('10:30'))).toMatchObject({
      state: 'Finished',
      result: 'FAILURE',
    });
  });
  it('that was started with something else than was asked for says nothing of the run: nobody can know what it deployed', () => {
    const differs = 'VERSION was dropped';
    const next = afterBuild(running, { ...finished, result: 'SUCCESS', differs }, at('10:30'));
    expect([next.state, next.differs, next.message]).toEqual([
      'Unknown',
      differs,
      `build #41 (${build.url}) carries the id of this run, but ${differs}: nobody can know what it deployed`,
    ]);
  });
  it('that was started with more than was asked for counts, and says with what', () => {
    const building = { state: 'building', url: build.url, startedAt: asked, added: ['DEBUG'] } as const;
    const note = 'with the default of DEBUG, which the job did not have when it was looked at';
    expect(afterBuild(running, building, asked).message).toBe(`running ${note}`);
    expect(afterBuild(running, { ...finished, result: 'SUCCESS', added: ['DEBUG'] }, at('10:30'))).toMatchObject({
      state: 'Finished',
      result: 'SUCCESS',
      message: note,
    });
  });
  it('that was stopped for its time has timed out', () => {
    expect(afterBuild(toStop(running, 'timeout'), { ...finished, result: 'ABORTED' }, at('10:30'))).toMatchObject({
      result: 'TIMEOUT',
    });
  });
  it('that succeeded although it was asked to stop has succeeded', () => {
    expect(afterBuild(toStop(running, 'timeout'), { ...finished, result: 'SUCCESS' }, at('10:30'))).toMatchObject({
      result: 'SUCCESS',
    });
  });
  it('that is gone is looked for, and its number remembered', () => {
    expect(afterBuild(running, { state: 'missing' }, asked)).toMatchObject({ state: 'Triggering', buildNumber: 41 });
  });
  it('that was seen may have had an effect; a request alone has not', () => {
    expect([
      mayHaveStarted(running),
      mayHaveStarted({ ...triggering, state: 'Unknown' }),
      mayHaveStarted(triggering),
      mayHaveStarted(undefined),
    ]).toEqual([true, true, false, false]);
  });
});
