import { compact } from '../core/compact.js';
import type { Millis } from '../core/model.js';
import type { ForgeStatus, ReleaseSourceStatus } from '../core/resources/release-source.js';
import { sameJson } from '../core/same-json.js';
import { toTime } from '../core/time.js';
import type { DeliveryResult } from './forge-delivery.js';
import type { Key, SourceRecords } from './ports.js';

/** What is told of a source: its commits, or its pull requests. */
export type ForgeSubject = 'commits' | 'pulls';

/** What a pass came to. */
export interface ForgeDone extends DeliveryResult {
  /** What it changes in the status of the source. */
  readonly change: Partial<ForgeStatus>;
}

/** How it stands with the code host of one source, for its operator: both subjects together. */
export class ForgeStanding {
  readonly #done = new Map<ForgeSubject, ForgeDone>();

  /** The change of `status.forge` that the pass makes. */
  after(subject: ForgeSubject, done: ForgeDone, now: Millis): Partial<Record<keyof ForgeStatus, unknown>> {
    this.#done.set(subject, done);
    const all = [...this.#done.values()];
    const problem = all.map(({ error, refused }) => (error ?? refused)?.message).find((message) => message !== undefined);
    const undelivered = all.reduce((sum, { waiting }) => sum + waiting, 0);
    return {
      ...done.change,
      ...(done.delivered > 0 ? { lastDelivered: toTime(now) } : {}),
      problem,
      undelivered: undelivered === 0 ? undefined : undelivered,
    };
  }
}

/** Nothing is written where it is so already; what is undefined in the change goes. */
export async function writeForgeStatus(
  key: Key,
  change: Partial<Record<keyof ForgeStatus, unknown>>,
  { sources, signal }: { readonly sources: SourceRecords; readonly signal: AbortSignal },
): Promise<void> {
  const source = sources.get(key);
  if (source === undefined) return;
  const status: ReleaseSourceStatus = source.status ?? { observedGeneration: -1 };
  const { open = [], ...rest } = { ...status.forge, ...change } as ForgeStatus;
  const forge = compact<ForgeStatus>({ ...rest, open: open.length === 0 ? undefined : open });
  if (sameJson(forge, status.forge ?? {})) return;
  await sources.writeStatus(source, { ...status, forge }, signal);
}
