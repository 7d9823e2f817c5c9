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
  #order = 0;
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

  /** Runs what is due until that time; throws what a task throws. */
  async runUntil(end: Millis): Promise<void> {
    await null;
    for (let task = this.#pop(end); task !== undefined; task = this.#pop(end)) {
      this.now = task.at;
      this.current = task.owner;
      this.tasks += 1;
      task.run();
      await drained();
      this.current = undefined;
      this.#afterEach();
    }
    this.now = Math.max(this.now, end);
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

/** Node runs the next-tick queue only when no microtask is left, so this resolves when all that could go on has done so. */
function drained(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
