import type { Millis } from '../../controller/core/model.js';
import type { Random } from './random.js';
import type { Owner, Scheduler } from './scheduler.js';

/** What can go wrong on the way to a server; each a probability for one request. */
export interface LinkFaults {
  /** The connection is not made: nothing is sent. */
  refused: number;
  /** The request is lost, and its sender waits in vain. */
  lost: number;
  /** It is done, and the answer is lost: a reset, or a wait in vain. */
  unanswered: number;
  /** Its sender is told of a reset or waits in vain; the request comes to the server later, through a proxy. */
  late: number;
  /** Slower than usual. */
  slow: number;
}

export const noFaults: LinkFaults = { refused: 0, lost: 0, unanswered: 0, late: 0, slow: 0 };

interface Failure {
  readonly kind: 'failed';
  readonly code: 'ECONNREFUSED' | 'ECONNRESET' | 'TIMEOUT' | 'ABORTED';
  readonly isSent: boolean;
}

export type Outcome<T> = { readonly kind: 'answer'; readonly value: T } | Failure;

/** A request that changes something, as the crash sweep counts it. */
export interface Effect {
  readonly name: string;
  readonly owner: Owner;
}

export interface Ask<T> {
  /** For the crash sweep: only effects are asked for it. */
  readonly name: () => string;
  readonly faults: LinkFaults;
  readonly isEffect: boolean;
  readonly timeoutMs: Millis;
  /** How late a late one can come. */
  readonly lateMs: Millis;
  readonly signal: AbortSignal;
  /** Called when it leaves. */
  readonly onSend?: () => void;
  /** What the server does when the request is there; undefined: nobody listens. */
  readonly serve: () => T | undefined;
}

export interface Hooks {
  /** Called right before a request with an effect leaves; true: its sender dies here. */
  before?: (effect: Effect) => boolean;
  /** Called when the effect is done and before the answer leaves; true: the sender dies here. */
  after?: (effect: Effect) => boolean;
}

interface Way {
  readonly kind: 'ok' | keyof LinkFaults;
  readonly outMs: Millis;
  readonly backMs: Millis;
  readonly isReset: boolean;
}

/** From the decision to change something until the request leaves. */
const maxLeaveMs: Millis = 2;

/** Who waits for an answer: until it comes, the time is over, or the signal fires. */
class Sender<T> {
  isSent = false;
  readonly #resolve: (outcome: Outcome<T>) => void;
  readonly #scheduler: Scheduler;
  readonly #deadline: Millis;
  readonly #ends: (() => void)[];

  constructor({ timeoutMs, signal }: Ask<T>, way: Way, how: { resolve: (outcome: Outcome<T>) => void; scheduler: Scheduler }) {
    const { resolve, scheduler } = how;
    this.#resolve = resolve;
    this.#scheduler = scheduler;
    this.#deadline = scheduler.now + timeoutMs;
    this.#ends = [scheduler.onAbort(signal, () => this.fail('ABORTED'))];
    // What comes in time needs no timer; a process that stands still meanwhile finds its time over before the answer.
    const comesInTime = (way.kind === 'ok' || way.kind === 'refused') && way.outMs + way.backMs + maxLeaveMs < timeoutMs;
    if (!comesInTime) this.#ends.push(scheduler.after(timeoutMs, () => this.fail('TIMEOUT')));
  }

  answered(value: T): void {
    if (this.#scheduler.now < this.#deadline) this.settle({ kind: 'answer', value });
    else this.fail('TIMEOUT');
  }

  /** To be called when there is nothing more to wait for. */
  whenOver(end: () => void): void {
    this.#ends.push(end);
  }

  fail(code: Failure['code']): void {
    this.settle({ kind: 'failed', code, isSent: this.isSent });
  }

  settle(outcome: Outcome<T>): void {
    for (const end of this.#ends) end();
    this.#resolve(outcome);
  }
}

/** All requests go through here: each takes seeded virtual time and may fail on either way. */
export class Network {
  readonly hooks: Hooks = {};
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  /** While nothing goes wrong, requests take the same time: the crash sweep counts on that. */
  steady = false;

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
  }

  ask<T>(ask: Ask<T>): Promise<Outcome<T>> {
    const owner = this.#scheduler.current;
    if (owner === undefined) throw new Error(`${ask.name()}: nobody asks`);
    return new Promise((resolve) => {
      const way = this.#way(ask);
      const sender = new Sender(ask, way, { resolve, scheduler: this.#scheduler });
      if (ask.signal.aborted) return sender.fail('ABORTED');
      // What only asks is sent at once; between the decision to change something and the sending, a process can be stopped or killed.
      const leave = () => this.#leave(ask, way, { owner, sender });
      if (!ask.isEffect) return leave();
      const delayMs = this.steady ? 0 : this.#random.between(0, maxLeaveMs);
      sender.whenOver(this.#scheduler.after(delayMs, leave));
    });
  }

  #leave<T>(ask: Ask<T>, way: Way, { owner, sender }: { owner: Owner; sender: Sender<T> }): void {
    if (way.kind === 'refused') {
      sender.fail('ECONNREFUSED');
    } else if (!(ask.isEffect && this.hooks.before?.({ name: ask.name(), owner }))) {
      sender.isSent = true;
      ask.onSend?.();
      this.#travel(ask, way, { owner, sender });
    }
  }

  #travel<T>(ask: Ask<T>, way: Way, { owner, sender }: { owner: Owner; sender: Sender<T> }): void {
    const back = (run: () => void) => {
      this.#scheduler.after(way.backMs, run, owner);
    };
    const reset = () => back(() => sender.fail('ECONNRESET'));
    const outMs = way.kind === 'late' ? this.#random.between(5_000, ask.lateMs) : way.outMs;
    if ((way.kind === 'late' || way.kind === 'lost') && way.isReset) reset();
    if (way.kind === 'lost') return;
    this.#scheduler.outside(outMs, () => {
      const value = ask.serve();
      if (value === undefined) return back(() => sender.fail('ECONNREFUSED'));
      if (ask.isEffect && this.hooks.after?.({ name: ask.name(), owner })) return;
      if (way.kind === 'late') return;
      if (way.kind !== 'unanswered') back(() => sender.answered(value));
      else if (way.isReset) reset();
    });
  }

  #way({ faults }: { faults: LinkFaults }): Way {
    if (this.steady) return { kind: 'ok', outMs: 2, backMs: 2, isReset: false };
    const random = this.#random;
    const kinds = ['refused', 'lost', 'unanswered', 'late'] as const;
    const kind = kinds.find((one) => random.chance(faults[one])) ?? 'ok';
    const limit = random.chance(faults.slow) ? 4_000 : 20;
    return { kind, outMs: random.between(0, limit), backMs: random.between(0, limit), isReset: random.chance(0.5) };
  }
}
