import { describe, expect, it } from 'vitest';
import { ReconcileError, type Retry } from '../../controller/core/errors.js';
import { KeyedQueue, type PassReport, type Requeue, type Timers } from '../../controller/reconcile/queue.js';

/** Time that a test moves on; what is due is called in order. */
function manualTimers(): Timers & { advance(ms: number): Promise<void> } {
  let now = 0;
  let due: { at: number; callback: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    after: (ms, callback) => {
      const timer = { at: now + ms, callback };
      due.push(timer);
      return () => {
        due = due.filter((one) => one !== timer);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((one) => one !== next);
        now = next.at;
        next.callback();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

function aQueue(process: (key: string, signal: AbortSignal) => Promise<Requeue>, concurrency = 2) {
  const timers = manualTimers();
  const reports: PassReport[] = [];
  const queue = new KeyedQueue({
    name: 'q',
    concurrency,
    deadlineMs: 60_000,
    timers,
    process,
    onPass: (report) => reports.push(report),
  });
  queue.start();
  return { queue, timers, reports };
}

/** Passes that end when the test says so. */
function heldPasses() {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const process = (key: string) =>
    new Promise<Requeue>((resolve) => {
      started.push(key);
      ends.push(() => resolve({}));
    });
  return { started, ends, process };
}

describe('the queue', () => {
  it('processes a key once, however often it was added', async () => {
    const seen: string[] = [];
    const { queue, timers } = aQueue(async (key) => {
      seen.push(key);
      return {};
    });
    for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
    await timers.advance(0);
    expect(seen.filter((key) => key === 'b')).toEqual(['b']);
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  it('never runs two passes of one key, and runs again what was added meanwhile', async () => {
    const { started, ends, process } = heldPasses();
    const { queue, timers } = aQueue(process);
    queue.add('a');
    await timers.advance(0);
    queue.add('a');
    queue.add('a');
    await timers.advance(0);
    expect(started).toEqual(['a']);
    ends[0]?.();
    await timers.advance(0);
    expect(started).toEqual(['a', 'a']);
    ends[1]?.();
    await timers.advance(100_000);
    expect(started).toEqual(['a', 'a']);
  });

  it('runs as many passes at a time as it may', async () => {
    const { started, ends, process } = heldPasses();
    const { queue, timers } = aQueue(process);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await timers.advance(0);
    expect(started).toEqual(['a', 'b']);
    ends[0]?.();
    await timers.advance(0);
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('looks again after the time that a pass asks for, or at once when somebody adds it', async () => {
    const times: number[] = [];
    const { queue, timers } = aQueue(async () => {
      times.push(timers.now());
      return { afterMs: 5_000 };
    });
    queue.add('a');
    await timers.advance(2_000);
    queue.add('a');
    await timers.advance(5_000);
    expect(times).toEqual([0, 2_000, 7_000]);
  });

  it('waits at most ten hours, since a timer of a month would fire at once', async () => {
    const times: number[] = [];
    const { queue, timers } = aQueue(async () => {
      times.push(timers.now());
      return { afterMs: 30 * 86_400_000 };
    });
    queue.add('a');
    await timers.advance(10 * 3_600_000);
    expect(times).toEqual([0, 36_000_000]);
  });

  it.each<[Retry, number[]]>([
    ['backoff', [0, 750, 2_250, 5_250]],
    ['now', [0, 40, 120, 280, 600, 1_240, 2_520, 5_080]],
    [{ afterMs: 3_000 }, [0, 3_000, 6_000]],
    ['never', [0]],
  ])('after a failure with retry %j it looks again at %j', async (retry, expected) => {
    const times: number[] = [];
    const { queue, timers } = aQueue(async () => {
      times.push(timers.now());
      throw new ReconcileError('Nope', 'no', { retry });
    });
    queue.add('a');
    await timers.advance(6_000);
    expect(times).toEqual(expected);
  });

  it('aborts a pass at its deadline, and reports it', async () => {
    const { queue, timers, reports } = aQueue(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    queue.add('a');
    await timers.advance(60_000);
    expect(reports.map(({ result, error }) => [result, error?.reason, error?.message])).toEqual([
      ['error', 'Interrupted', 'the pass took longer than 60 s'],
    ]);
  });

  it('aborts what is under way when it stops, which is nothing unforeseen', async () => {
    const { queue, timers, reports } = aQueue(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    queue.add('a');
    await timers.advance(0);
    await queue.stop();
    expect(reports.map(({ error }) => error?.reason)).toEqual(['Interrupted']);
  });

  it('stops when what is under way has ended, and takes nothing more', async () => {
    const { started, ends, process } = heldPasses();
    const { queue, timers } = aQueue(process);
    queue.add('a');
    await timers.advance(0);
    let stopped = false;
    const stopping = queue.stop().then(() => {
      stopped = true;
    });
    queue.add('b');
    await timers.advance(0);
    expect(stopped).toBe(false);
    ends[0]?.();
    await stopping;
    expect(started).toEqual(['a']);
  });
});
