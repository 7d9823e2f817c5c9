import type { Millis } from '../../controller/core/model.js';

/** A process, as the scheduler sees it: what belongs to a dead one never runs, what belongs to a stopped one runs later. */
export interface Owner {
  readonly name: string;
  dead: boolean;
  pausedUntil: Millis;
}

interface Task {
  at: Millis;
  readonly order: number;
  readonly owner: Owner | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Virtual time. One task runs at a time, and everything that follows from it without waiting (all microtasks) is over before
 * the next one: so the order of a seed's events depends on the seed alone.
 */
export class Scheduler {
  /** Milliseconds since the start; never goes back: the monotonic clock of all processes. */
  now: Millis = 0;
  /** Whose code runs: code that waits for an answer goes on under the same owner. */
  current: Owner | undefined;
  tasks = 0;
  readonly #heap: Task[] = [];
  readonly #aborts = new WeakMap<AbortSignal, Set<() => void>>();
  #order = 0;
  #isUnderWay = false;
  readonly #afterEach: () => void;

  /** `afterEach` is called when a task and all that followed from it is over; what it throws ends the run. */
  constructor(afterEach: () => void = () => undefined) {
    this.#afterEach = afterEach;
  }

  /** Calls back once, as part of `owner`; returns how to cancel it. */
  after(ms: Millis, run: () => void, owner: Owner | undefined = this.current): () => void {
    const task: Task = { at: this.now + Math.max(0, Math.round(ms)), order: this.#order, owner, run, cancelled: false };
    this.#order += 1;
    this.#push(task);
    return () => {
      task.cancelled = true;
    };
  }

  /** The same, as part of the world: no crash and no pause touches it. */
  outside(ms: Millis, run: () => void): () => void {
    const { current } = this;
    this.current = undefined;
    const cancel = this.after(ms, run, undefined);
    this.current = current;
    return cancel;
  }

  /** Calls back when the signal fires, unless what is returned is called before: one listener a signal, for it costs more than a step. */
  onAbort(signal: AbortSignal, run: () => void): () => void {
    const known = this.#aborts.get(signal);
    const waiting = known ?? new Set();
    if (known === undefined) {
      this.#aborts.set(signal, waiting);
      signal.addEventListener(
        'abort',
        () => {
          for (const each of [...waiting]) each();
        },
        { once: true },
      );
    }
    waiting.add(run);
    return () => waiting.delete(run);
  }

  /**
   * Runs what is due until that time; throws what a task throws. Node looks into its next-tick queue only when no microtask is
   * left: so each turn, a microtask itself, begins when all that could go on after the one before has done so.
   */
  runUntil(end: Millis): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        try {
          if (this.#runNext(end)) process.nextTick(begin);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      const soon = Promise.resolve();
      const begin = () => void soon.then(turn);
      begin();
    });
  }

  /** Ends the turn before and begins the next one; false: nothing more is due. */
  #runNext(end: Millis): boolean {
    if (this.#isUnderWay) {
      this.#isUnderWay = false;
      this.current = undefined;
      this.#afterEach();
    }
    const task = this.#pop(end);
    if (task === undefined) {
      this.now = Math.max(this.now, end);
      return false;
    }
    this.now = task.at;
    this.current = task.owner;
    this.tasks += 1;
    this.#isUnderWay = true;
    task.run();
    return true;
  }

  /** Lets code run as part of a process now, outside of any task. */
  as(owner: Owner, run: () => void): void {
    const { current } = this;
    this.current = owner;
    run();
    this.current = current;
  }

  #pop(end: Millis): Task | undefined {
    for (;;) {
      const [task] = this.#heap;
      if (task === undefined || task.at > end) return undefined;
      this.#remove();
      if (task.cancelled || task.owner?.dead === true) continue;
      const until = task.owner?.pausedUntil ?? 0;
      if (until <= task.at) return task;
      task.at = until;
      this.#push(task);
    }
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.push(task) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || isBefore(parent, task)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = task;
  }

  #remove(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const [child, place] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = place;
    }
    heap[at] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
