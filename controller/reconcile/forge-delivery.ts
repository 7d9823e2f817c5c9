import { type ReconcileError, toReconcileError } from '../core/errors.js';
import type { StatusReport } from '../core/forge-report/status.js';
import type { Forge } from './ports.js';

/** Something to be said at the code host; `place` is where, `text` all that it says. */
export interface Item {
  readonly place: string;
  readonly text: string;
  deliver(forge: Forge, signal: AbortSignal): Promise<void>;
}

export function statusItem(status: StatusReport): Item {
  const { sha, context, state, description, url = '' } = status;
  return {
    place: `${sha} ${context}`,
    text: JSON.stringify([state, description, url]),
    deliver: (forge, signal) => forge.setStatus(status, signal),
  };
}

export function commentItem(comment: { readonly pullRequest: number; readonly marker: string; readonly body: string }): Item {
  return {
    place: `comment ${comment.pullRequest}`,
    text: comment.body,
    deliver: (forge, signal) => forge.putComment(comment, signal),
  };
}

export interface DeliveryResult {
  readonly delivered: number;
  /** Items that the host did not take, and that wait for another pass. */
  readonly waiting: number;
  /** What it refuses is not offered again before it says something else. */
  readonly refused?: ReconcileError;
  /** Why the pass could not go on. */
  readonly error?: ReconcileError;
}

/** Places whose last word is remembered; of others the host itself is asked. */
const mostKnown = 5_000;

/** What the code host of one source was told; all of it can be lost: the client compares with what the host has. */
export class Delivered {
  readonly #texts = new Map<string, string>();

  /** Says what was not said yet, in order. The first failure that may pass ends it. Never throws but for the signal. */
  async deliver(items: readonly Item[], forge: Forge, signal: AbortSignal): Promise<DeliveryResult> {
    const news = items.filter(({ place, text }) => this.#texts.get(place) !== text);
    let delivered = 0;
    let refused: ReconcileError | undefined;
    for (const [at, item] of news.entries()) {
      try {
        await item.deliver(forge, signal);
        delivered += 1;
      } catch (cause) {
        const error = toReconcileError(cause);
        const waiting = news.length - at;
        if (error.retry !== 'never') return { delivered, waiting, error, ...(refused === undefined ? {} : { refused }) };
        refused = error;
      }
      this.#remember(item);
    }
    return { delivered, waiting: 0, ...(refused === undefined ? {} : { refused }) };
  }

  #remember({ place, text }: Item): void {
    this.#texts.delete(place);
    this.#texts.set(place, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > mostKnown && oldest !== undefined) this.#texts.delete(oldest);
  }
}
