import { durationOr } from '../core/duration.js';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import { nothingTold } from '../core/notify/record.js';
import type { Route } from '../core/notify/routes.js';
import type { ReleaseSourceResource, SinkSpec } from '../core/resources/release-source.js';
import { dropOld, type Lane, type LaneLoop, type Result, type Standstill, tellLane } from './notification-lane.js';
import { commitUrlOf, laneOf } from './notification-lanes.js';
import type { NotificationRecords } from './notification-records.js';
import type { SinkStanding } from './notification-standing.js';
import type { Ports, Sinks, TextRecords } from './ports.js';
import { type PublishedStates, toKeyText } from './published.js';
import type { PassReport, Timers } from './queue.js';

export interface NotificationPorts {
  readonly records: TextRecords;
  readonly sinks: Sinks;
  /** Told of each attempt. */
  readonly onResult?: (sink: string, result: Result) => void;
}

export interface NotificationOptions {
  readonly ports: Pick<Ports, 'clock' | 'sources' | 'environments' | 'runs' | 'releases' | 'leadership' | 'events' | 'log'>;
  readonly published: Pick<PublishedStates, 'has' | 'snapshotOf' | 'governanceOf' | 'of'>;
  readonly notify: NotificationPorts;
  readonly timers: Timers;
  readonly onPass?: (report: PassReport) => void;
  /** Runs that were kept until everybody was told may go. */
  readonly wakeEnvironments: (keys: readonly string[]) => void;
}

/** What is known of one sink of one source; all of it can be lost. */
export interface KnownSink {
  /** Places that something may have happened in since they were last looked at. */
  readonly news: Set<string>;
  readonly standing: SinkStanding;
  /** Place → the last run that needs telling no more. */
  readonly settled: Map<string, number>;
  /** Whether the products that it was told plans of were looked at since the start: nothing else may be left of them. */
  hasLooked: boolean;
  /** By the timers' clock: it asked not to be told anything before. */
  notBefore: Millis;
}

export interface Pass {
  readonly source: ReleaseSourceResource;
  readonly spec: SinkSpec;
  readonly routes: readonly Route[];
  readonly known: KnownSink;
}

/** What a pass works with. */
export interface PassContext extends NotificationOptions {
  readonly records: NotificationRecords;
}

/** After so long a pass ends, and another begins: it looks again at what is configured. */
const passLengthMs: Millis = 60_000;
/** Messages to one sink at a time, each of another place. */
const atATime = 4;
/** So many places in a row that fail make a sink that is away. */
const patience = 3;
/** What could not be finished goes on this soon. */
const goOnMs: Millis = 200;
/** Places that are looked at in one go. */
const atOnce = 500;

/** Tells a sink everything that it was not told; gives when to look again. */
export async function tellSink(pass: Pass, context: PassContext, signal: AbortSignal): Promise<Millis | undefined> {
  const { source, spec, routes, known } = pass;
  const { ports, notify, timers, records } = context;
  const { namespace, name } = source.metadata;
  const commit = context.published.snapshotOf({ namespace, name })?.commit;
  const towards = { source, sink: spec.name, routes, commit, commitUrl: commitUrlOf(source) };
  const lanes: Lane[] = [];
  await records.load(namespace, signal);
  if (!known.hasLooked)
    for (const product of records.planned(namespace, source.metadata.name, spec.name)) known.news.add(product);
  known.hasLooked = true;
  let looked = 0;
  for (const place of [...known.news]) {
    looked += 1;
    // Thousands of places must not keep the lease from being renewed.
    if (looked % atOnce === 0) await new Promise<void>((resolve) => timers.after(0, resolve));
    const lane = laneOf(place, towards, context);
    if (hasNews(lane, pass, context)) lanes.push(lane);
    else known.news.delete(place);
  }
  if (lanes.length === 0) return undefined;
  const loop: Omit<LaneLoop, 'sink'> = {
    ports,
    records,
    timeoutMs: durationOr(spec.timeout, 10_000),
    maxAgeMs: durationOr(spec.maxAge, 24 * 3_600_000),
    whenInDoubt: spec.whenInDoubt ?? 'repeat',
    note: (_lane, result, problem) => {
      notify.onResult?.(spec.name, result);
      note(known.standing, result, problem, ports.clock.now());
      if (problem !== undefined) ports.log.warn({ source: name, sink: spec.name, result, problem }, 'notification');
      if (result === 'delivered' || result === 'failed') return;
      const regarding = { kind: 'ReleaseSource' as const, key: { namespace, name } };
      const message = `${spec.name}: ${problem ?? result}`;
      ports.events.record({ regarding, type: 'Warning', reason: 'NotificationDropped', message });
    },
    waits: (lane, due) => known.standing.waits(lane.place, due),
  };
  // Before the sink is asked: what is too old is so whether or not it answers.
  for (const lane of lanes) await dropOld(lane, loop, signal);
  const sink = await openSink(pass, context, signal);
  return tellLanes(lanes, { loop: { ...loop, sink }, pass, context, until: timers.now() + passLengthMs }, signal);
}

/** A look without asking anybody: most of what wakes an outbox is no news to it. */
function hasNews(lane: Lane, { known, source }: Pass, { records, wakeEnvironments }: PassContext): boolean {
  const { due, record } = lane.look(records.known(lane.record) ?? nothingTold);
  if (due.length > 0) return true;
  known.standing.waits(lane.place, due);
  const before = known.settled.get(lane.place) ?? 0;
  known.settled.set(lane.place, Math.max(before, record.upTo));
  const { namespace } = source.metadata;
  if (record.upTo > before && record.upTo > source.spec.historyLimit)
    wakeEnvironments([toKeyText({ namespace, name: lane.place })]);
  return false;
}

async function openSink({ source, spec, known }: Pass, { notify }: PassContext, signal: AbortSignal) {
  try {
    return await notify.sinks.open(source.metadata.namespace, spec, signal);
  } catch (error) {
    if (error instanceof ReconcileError) known.standing.problem = error.message;
    throw error;
  }
}

interface Telling {
  readonly loop: LaneLoop;
  readonly pass: Pass;
  readonly context: PassContext;
  readonly until: Millis;
}

async function tellLanes(lanes: readonly Lane[], telling: Telling, signal: AbortSignal): Promise<Millis | undefined> {
  const { loop, pass, context, until } = telling;
  const { known } = pass;
  const waiting = [...lanes].reverse();
  const failures: unknown[] = [];
  let inARow = 0;
  let failure: string | undefined;
  let againMs: Millis | undefined;
  // What was lost on the way is shown until something is told again.
  const droppedBefore = known.standing.dropped;
  const stop = () => inARow >= patience || known.notBefore > context.timers.now() || failures.length > 0;
  const worker = async () => {
    for (let lane = waiting.pop(); lane !== undefined; lane = waiting.pop()) {
      if (stop() || signal.aborted || context.timers.now() > until) return;
      const standstill = await tellLane(lane, loop, signal).catch((error: unknown) => {
        failures.push(error);
        return {};
      });
      if (failures.length > 0) return;
      if (standstill === undefined) {
        inARow = 0;
        known.news.delete(lane.place);
        if (hasNews(lane, pass, context)) known.news.add(lane.place);
        continue;
      }
      const { message, afterMs } = standstill as NonNullable<Standstill>;
      if (message !== undefined) {
        inARow += 1;
        failure = message;
        // Others come first the next time: what is wrong may be wrong with this place alone.
        known.news.delete(lane.place);
        known.news.add(lane.place);
        if (afterMs !== undefined) known.notBefore = context.timers.now() + afterMs;
      } else if (afterMs !== undefined) againMs = Math.min(againMs ?? afterMs, afterMs);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, lanes.length) }, worker));
  if (failures.length > 0) throw failures[0];
  if (failure !== undefined) {
    const waitMs = known.notBefore - context.timers.now();
    throw new ReconcileError('SinkUnavailable', failure, { retry: waitMs > 0 ? { afterMs: waitMs } : 'backoff' });
  }
  if (known.standing.dropped === droppedBefore) known.standing.problem = undefined;
  return againMs ?? (known.news.size > 0 ? goOnMs : undefined);
}

function note(standing: SinkStanding, result: Result, problem: string | undefined, now: Millis): void {
  if (result === 'delivered') standing.lastDelivered = now;
  else if (result !== 'failed') standing.dropped += 1;
  if (problem !== undefined) standing.problem = problem;
}
