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

export type Outcome<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'failed'; readonly code: 'ECONNREFUSED' | 'ECONNRESET' | 'TIMEOUT' | 'ABORTED'; readonly isSent: boolean };

/** A request that changes something, as the crash sweep counts it. */
export interface Effect {
  readonly name: string;
  readonly owner: Owner;
}

export interface Ask<T> {
  readonly name: string;
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
    if (owner === undefined) throw new Error(`${ask.name}: nobody asks`);
    return new Promise((resolve) => {
      let isSent = false;
      const fail = (code: Extract<Outcome<T>, { kind: 'failed' }>['code']) => settle({ kind: 'failed', code, isSent });
      const abort = () => fail('ABORTED');
      const giveUp = this.#scheduler.after(ask.timeoutMs, () => fail('TIMEOUT'));
      const settle = (outcome: Outcome<T>) => {
        giveUp();
        leave();
        ask.signal.removeEventListener('abort', abort);
        resolve(outcome);
      };
      const way = this.#way(ask);
      // Between the decision to send and the sending, a process can be stopped or killed.
      const leave = this.#scheduler.after(ask.isEffect && !this.steady ? this.#random.between(0, 2) : 0, () => {
        if (way.kind === 'refused') return fail('ECONNREFUSED');
        if (ask.isEffect && this.hooks.before?.({ name: ask.name, owner })) return;
        isSent = true;
        ask.onSend?.();
        this.#travel(ask, way, { owner, settle, fail });
      });
      if (ask.signal.aborted) abort();
      else ask.signal.addEventListener('abort', abort, { once: true });
    });
  }

  #travel<T>(
    ask: Ask<T>,
    way: Way,
    sender: { owner: Owner; settle: (outcome: Outcome<T>) => void; fail: (code: 'ECONNRESET' | 'ECONNREFUSED') => void },
  ): void {
    const { owner, settle, fail } = sender;
    const outMs = way.kind === 'late' ? this.#random.between(5_000, ask.lateMs) : way.outMs;
    if (way.kind === 'late' && way.isReset) this.#scheduler.after(way.backMs, () => fail('ECONNRESET'), owner);
    if (way.kind === 'lost') {
      if (way.isReset) this.#scheduler.after(way.backMs, () => fail('ECONNRESET'), owner);
      return;
    }
    this.#scheduler.outside(outMs, () => {
      const value = ask.serve();
      if (value === undefined) {
        this.#scheduler.after(way.backMs, () => fail('ECONNREFUSED'), owner);
        return;
      }
      if (ask.isEffect && this.hooks.after?.({ name: ask.name, owner })) return;
      if (way.kind === 'late') return;
      if (way.kind !== 'unanswered') this.#scheduler.after(way.backMs, () => settle({ kind: 'answer', value }), owner);
      else if (way.isReset) this.#scheduler.after(way.backMs, () => fail('ECONNRESET'), owner);
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
