import { ReconcileError } from '../core/errors.js';
import type { Json, Millis } from '../core/model.js';
import type { Due } from '../core/notify/due.js';
import type { Message } from '../core/notify/message.js';
import { type LaneRecord, withDoubt, withoutDoubt, withTelling, withTold, withUntold } from '../core/notify/record.js';
import { fromTime } from '../core/time.js';
import { type NotificationRecords, settleMs } from './notification-records.js';
import type { Delivery, Key, Ports, Sink } from './ports.js';

/** What is left of a lease is never much more: a sink that may take longer is told nevertheless, and its key or a look settles the rest. */
const longestTrustMs: Millis = 10_000;

/** One place, as one sink is told of it: an environment, or the releases of a product. */
export interface Lane {
  /** `product.environment`, or `product`. */
  readonly place: string;
  readonly record: Key;
  /** What is due, by what is recorded, and the record without what is settled. */
  look(record: LaneRecord): { readonly due: readonly Due[]; readonly record: LaneRecord };
  compose(due: Due): Message;
}

export type Result = 'delivered' | 'failed' | 'refused' | 'dropped' | 'doubtful';

export interface LaneLoop {
  readonly ports: Pick<Ports, 'clock' | 'leadership'>;
  readonly records: NotificationRecords;
  readonly sink: Sink;
  readonly timeoutMs: Millis;
  readonly maxAgeMs: Millis;
  readonly whenInDoubt: 'repeat' | 'skip';
  /** Told of each attempt; `problem` is for people. */
  readonly note: (lane: Lane, result: Result, problem?: string) => void;
  /** Told how much waits. */
  readonly waits: (lane: Lane, due: readonly Due[]) => void;
}

/** Why a lane stands still, and when it is worth another look; undefined where everything was told. */
export type Standstill = { readonly message?: string; readonly afterMs?: Millis } | undefined;

/** Settles what the sink need not be asked for: gives up what nobody needs any more, and counts what waits. Safe to repeat. */
export async function dropOld(lane: Lane, loop: Omit<LaneLoop, 'sink'>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { due, record } = lane.look(await loop.records.read(lane.record, signal));
    const silent = due.find(({ isSilent }) => isSilent === true);
    if (silent !== undefined) {
      await loop.records.write(lane.record, withTold(record, silent.subject), signal);
      continue;
    }
    loop.waits(lane, due);
    const old = due.find(({ at }) => loop.ports.clock.now() - at > loop.maxAgeMs);
    if (old === undefined) return;
    await loop.records.write(lane.record, withUntold(record, old.subject), signal);
    loop.note(lane, 'dropped', `a message of ${lane.place} (${old.event}) was dropped: it could not be delivered in time`);
  }
}

/** Tells the sink everything of one place that it was not told, in order. Safe to repeat, whatever interrupts it. */
export async function tellLane(lane: Lane, loop: LaneLoop, signal: AbortSignal): Promise<Standstill> {
  for (;;) {
    const { due, record } = lane.look(await loop.records.read(lane.record, signal));
    loop.waits(lane, due);
    const [next] = due;
    if (next === undefined) return undefined;
    const standstill = await tell({ lane, next, record }, loop, signal);
    if (standstill !== undefined) return standstill;
  }
}

interface Telling {
  readonly lane: Lane;
  readonly next: Due;
  readonly record: LaneRecord;
}

async function tell({ lane, next, record }: Telling, loop: LaneLoop, signal: AbortSignal): Promise<Standstill> {
  const { records, sink } = loop;
  if (next.isSilent === true) {
    await records.write(lane.record, withTold(record, next.subject), signal);
    return undefined;
  }
  const message = lane.compose(next);
  const told = async (result: Result, problem?: string, handle?: Json): Promise<Standstill> => {
    const settled = result === 'refused' ? withUntold(record, next.subject) : withTold(record, next.subject, handle);
    await records.write(lane.record, settled, signal);
    loop.note(lane, result, problem);
    return undefined;
  };
  const onItsWayMs = (next.follows ?? Number.NEGATIVE_INFINITY) + settleMs - loop.ports.clock.now();
  if (onItsWayMs > 0) return { afterMs: onItsWayMs };
  if (record.doubt?.key === message.key) {
    const found = await settle({ lane, next, record }, { message, loop }, signal);
    if (found.state === 'wait') return found.standstill;
    if (found.state === 'told') return told(found.result, found.problem, found.handle);
  }
  const noted = notedBefore({ lane, next, record }, message, loop);
  if (noted !== record) await records.write(lane.record, noted, signal);
  if (loop.ports.leadership.remainingMs() <= Math.min(loop.timeoutMs, longestTrustMs))
    throw new ReconcileError('Interrupted', 'the lease may be over before the sink has answered');
  const delivery = await sink.send(message, next.handle, signal);
  if (delivery.state === 'delivered') return told('delivered', undefined, delivery.handle);
  if (delivery.state === 'refused') return told('refused', `a message of ${lane.place} was refused: ${delivery.message}`);
  if (noted !== record && !delivery.isSent) await records.write(lane.record, withoutDoubt(record), signal);
  loop.note(lane, 'failed', delivery.message);
  return standstillOf(delivery);
}

/** What has to be durable before a message is sent; the same record where nothing has. */
function notedBefore({ next, record }: Telling, { key }: Message, { sink, whenInDoubt, ports }: LaneLoop): LaneRecord {
  const begun = withTelling(record, next.subject);
  // Without a key that the sink honours, that it may have been sent has to be known before it is sent.
  const isDoubted = sink.certainty === 'lookup' || (sink.certainty === 'none' && whenInDoubt === 'skip');
  return isDoubted ? withDoubt(begun, key, ports.clock.now()) : begun;
}

function standstillOf({ message, afterMs }: Extract<Delivery, { state: 'failed' }>): NonNullable<Standstill> {
  return { message, ...(afterMs === undefined ? {} : { afterMs }) };
}

type Settled =
  | { readonly state: 'send' }
  | { readonly state: 'wait'; readonly standstill: NonNullable<Standstill> }
  | { readonly state: 'told'; readonly result: Result; readonly problem?: string; readonly handle?: Json };

/** What became of a message that was about to be sent when somebody was interrupted. */
async function settle(
  { lane, next, record }: Telling,
  { message, loop }: { message: Message; loop: LaneLoop },
  signal: AbortSignal,
): Promise<Settled> {
  const since = fromTime(record.doubt?.at) ?? 0;
  if (loop.sink.certainty !== 'lookup') {
    const problem = `nobody knows whether a message of ${lane.place} (${next.event}) arrived; it is not sent again`;
    return { state: 'told', result: 'doubtful', problem };
  }
  const left = since + settleMs - loop.ports.clock.now();
  if (left > 0) return { state: 'wait', standstill: { afterMs: left } };
  const search = await loop.sink.find(message, { since, handle: next.handle }, signal);
  if (search.state === 'found')
    return { state: 'told', result: 'delivered', ...(search.handle === undefined ? {} : { handle: search.handle }) };
  if (search.state === 'absent') return { state: 'send' };
  loop.note(lane, 'failed', search.message);
  const { afterMs } = search;
  return { state: 'wait', standstill: { message: search.message, ...(afterMs === undefined ? {} : { afterMs }) } };
}
