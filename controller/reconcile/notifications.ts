import { durationOr } from '../core/duration.js';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import { nothingTold } from '../core/notify/record.js';
import { begun, type Route, routesTo } from '../core/notify/routes.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource, SinkSpec } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { fromTime } from '../core/time.js';
import type { Lane, LaneLoop, Result, Standstill } from './notification-lane.js';
import { tellLane } from './notification-lane.js';
import { commitUrlOf, laneOf } from './notification-lanes.js';
import { beginningsName, NotificationRecords } from './notification-records.js';
import { SinkStanding, withSink } from './notification-standing.js';
import type { Key, Ports, Sinks, TextRecords } from './ports.js';
import { fromKeyText, type PublishedStates, toKeyText } from './published.js';
import { KeyedQueue, type PassReport, type Requeue, type Timers } from './queue.js';

export interface NotificationPorts {
  readonly records: TextRecords;
  readonly sinks: Sinks;
  /** Told of each attempt. */
  readonly onResult?: (sink: string, result: Result) => void;
}

export interface NotificationOptions {
  readonly ports: Pick<Ports, 'clock' | 'sources' | 'environments' | 'runs' | 'releases' | 'leadership' | 'log'>;
  readonly published: Pick<PublishedStates, 'has' | 'snapshotOf' | 'governanceOf'>;
  readonly notify: NotificationPorts;
  readonly timers: Timers;
  readonly onPass?: (report: PassReport) => void;
  /** Runs that were kept until everybody was told may go. */
  readonly wakeEnvironments: (keys: readonly string[]) => void;
}

/** What happens together is told together. */
const gatherMs: Millis = 200;
const passDeadlineMs: Millis = 300_000;
/** After so long a pass ends, and another begins: it looks again at what is configured. */
const passLengthMs: Millis = 60_000;
/** Messages to one sink at a time, each of another place. */
const atATime = 4;
/** So many places in a row that fail make a sink that is away. */
const patience = 3;
const longestWaitMs: Millis = 5 * 60_000;

/** What is known of one sink of one source; all of it can be lost. */
interface KnownSink {
  /** Places that something may have happened in since they were last looked at. */
  readonly news: Set<string>;
  readonly standing: SinkStanding;
  /** Place → the last run that needs telling no more. */
  readonly settled: Map<string, number>;
  /** By the timers' clock: it asked not to be told anything before. */
  notBefore: Millis;
}

/**
 * The outbox: what happened is read off the cluster's own records, what was told off records of its own. One pass at a time for each
 * sink, so that one that is slow or away delays no other and nothing else; places are told in the order in which things happened.
 */
export class Notifications {
  readonly queue: KeyedQueue;
  readonly #options: NotificationOptions;
  readonly #records: NotificationRecords;
  readonly #sinks = new Map<string, KnownSink>();

  constructor(options: NotificationOptions) {
    this.#options = options;
    this.#records = new NotificationRecords(options.notify.records, options.ports.log);
    this.queue = new KeyedQueue({
      name: 'notification',
      concurrency: 64,
      timers: options.timers,
      deadlineMs: passDeadlineMs,
      longestWaitMs: () => longestWaitMs,
      process: (key, signal) => this.#process(key, signal),
      ...(options.onPass === undefined ? {} : { onPass: options.onPass }),
    });
  }

  /** Something happened in an environment: `product.environment`. */
  environment({ namespace, name }: Key): void {
    const { environments, runs } = this.#options.ports;
    const [product = '', environment = ''] = name.split('.');
    const source =
      environments.get({ namespace, name })?.spec.source ??
      runs.ofEnvironment(namespace, product, environment).at(-1)?.spec.source;
    if (source !== undefined) this.#wake({ namespace, name: source }, [name]);
  }

  release(key: Key): void {
    const release = this.#options.ports.releases.get(key);
    if (release === undefined) return;
    this.#wake({ namespace: key.namespace, name: release.spec.source }, [release.spec.product]);
  }

  /** What is configured, or what policies say, may have changed: everything is looked at again. */
  source(key: Key): void {
    const { environments, runs, releases, sources } = this.#options.ports;
    if (sources.get(key)?.spec.sinks === undefined) return;
    const isOurs = (one: { metadata: { namespace: string }; spec: { source: string } }) =>
      one.metadata.namespace === key.namespace && one.spec.source === key.name;
    const places = new Set(
      environments
        .list()
        .filter(isOurs)
        .map(({ metadata }) => metadata.name),
    );
    for (const { spec } of runs.list().filter(isOurs)) places.add(environmentName(spec.product, spec.environment));
    for (const { spec } of releases.list().filter(isOurs)) places.add(spec.product);
    this.#wake(key, places);
  }

  /** Whether nobody has to be told of the run any more, as far as is known: until then it is kept. */
  isSettled({ metadata, spec }: DeploymentRunResource, source: ReleaseSourceResource | undefined): boolean {
    const place = environmentName(spec.product, spec.environment);
    return (source?.spec.sinks ?? []).every(({ name }) => {
      const known = this.#sinks.get(toText({ namespace: metadata.namespace, name: spec.source }, name));
      return (known?.settled.get(place) ?? 0) >= spec.number;
    });
  }

  /** How long, in milliseconds, what waits longest has been waiting, by sink. */
  oldest(): readonly { readonly sink: string; readonly ms: Millis }[] {
    const now = this.#options.ports.clock.now();
    return [...this.#sinks].map(([text, { standing }]) => {
      const { oldest } = standing;
      return { sink: fromText(text).sink, ms: oldest === undefined ? 0 : Math.max(0, now - oldest) };
    });
  }

  #wake(source: Key, places: Iterable<string>): void {
    const sinks = this.#options.ports.sources.get(source)?.spec.sinks ?? [];
    for (const { name } of sinks) {
      const text = toText(source, name);
      const { news } = this.#known(text);
      for (const place of places) news.add(place);
      this.queue.addAfter(text, gatherMs);
    }
  }

  #known(text: string): KnownSink {
    const known = this.#sinks.get(text);
    if (known !== undefined) return known;
    const { source, sink } = fromText(text);
    const shown = this.#options.ports.sources.get(source)?.status?.sinks?.find(({ name }) => name === sink);
    const created = { news: new Set<string>(), standing: new SinkStanding(shown), settled: new Map(), notBefore: 0 };
    this.#sinks.set(text, created);
    return created;
  }

  async #process(text: string, signal: AbortSignal): Promise<Requeue> {
    const { ports, published, timers } = this.#options;
    const { source: key, sink: name } = fromText(text);
    const source = ports.sources.get(key);
    const spec = source?.spec.sinks?.find((one) => one.name === name);
    if (source === undefined || spec === undefined) {
      this.#sinks.delete(text);
      return {};
    }
    // Before git was read nobody knows who wants to be told; that will wake it.
    if (!published.has(key)) return {};
    const known = this.#known(text);
    const waitMs = known.notBefore - timers.now();
    if (waitMs > 0) return { afterMs: waitMs };
    const routes = await this.#routes(source, spec, signal);
    try {
      const afterMs = await this.#tellAll({ source, spec, routes, known }, signal);
      return afterMs === undefined ? {} : { afterMs };
    } finally {
      await this.#show(key, name, known, signal);
    }
  }

  async #routes(source: ReleaseSourceResource, { name: sink }: SinkSpec, signal: AbortSignal): Promise<readonly Route[]> {
    const { ports, published } = this.#options;
    const { namespace, name, creationTimestamp } = source.metadata;
    const snapshot = published.snapshotOf({ namespace, name });
    const policies = snapshot?.repository.governance.policies ?? [];
    const configured = {
      now: ports.clock.now(),
      createdAt: fromTime(creationTimestamp) ?? 0,
      committedAt: snapshot?.commit.time ?? 0,
      sinks: (source.spec.sinks ?? []).map((one) => one.name),
      policies,
    };
    const key = { namespace, name: beginningsName(name) };
    return routesTo(sink, policies, await this.#records.begin(key, (before) => begun(before, configured), signal));
  }

  async #tellAll(pass: Pass, signal: AbortSignal): Promise<Millis | undefined> {
    const { source, spec, routes, known } = pass;
    const { ports, notify, timers } = this.#options;
    const { namespace, name } = source.metadata;
    const commit = this.#options.published.snapshotOf({ namespace, name })?.commit;
    const towards = { source, sink: spec.name, routes, commit, commitUrl: commitUrlOf(source) };
    const lanes: Lane[] = [];
    for (const place of known.news) {
      const lane = laneOf(place, towards, this.#options);
      if (this.#hasNews(lane, pass)) lanes.push(lane);
      else known.news.delete(place);
    }
    if (lanes.length === 0) return undefined;
    const loop: LaneLoop = {
      ports,
      records: this.#records,
      sink: await this.#open(namespace, pass, signal),
      name: spec.name,
      timeoutMs: durationOr(spec.timeout, 10_000),
      maxAgeMs: durationOr(spec.maxAge, 24 * 3_600_000),
      whenInDoubt: spec.whenInDoubt ?? 'repeat',
      note: (_lane, result, problem) => {
        notify.onResult?.(spec.name, result);
        note(known.standing, result, problem, ports.clock.now());
        if (problem !== undefined) ports.log.warn({ source: name, sink: spec.name, result, problem }, 'notification');
      },
      waits: (lane, due) => known.standing.waits(lane.place, due),
    };
    return this.#tellLanes(lanes, { loop, known, pass, until: timers.now() + passLengthMs }, signal);
  }

  /** A look without asking anybody: most of what wakes an outbox is no news to it. */
  #hasNews(lane: Lane, { known, source }: Pass): boolean {
    const { due, record } = lane.look(this.#records.known(lane.record) ?? nothingTold);
    if (due.length > 0) return true;
    known.standing.waits(lane.place, due);
    const before = known.settled.get(lane.place) ?? 0;
    known.settled.set(lane.place, Math.max(before, record.upTo));
    const { namespace } = source.metadata;
    if (record.upTo > before && record.upTo > source.spec.historyLimit)
      this.#options.wakeEnvironments([toKeyText({ namespace, name: lane.place })]);
    return false;
  }

  async #open(namespace: string, { spec, known }: Pass, signal: AbortSignal) {
    try {
      return await this.#options.notify.sinks.open(namespace, spec, signal);
    } catch (error) {
      if (error instanceof ReconcileError) known.standing.problem = error.message;
      throw error;
    }
  }

  async #tellLanes(lanes: readonly Lane[], telling: Telling, signal: AbortSignal): Promise<Millis | undefined> {
    const { loop, known, pass, until } = telling;
    const waiting = [...lanes].reverse();
    const failures: unknown[] = [];
    let inARow = 0;
    let failure: string | undefined;
    let againMs: Millis | undefined;
    const stop = () => inARow >= patience || known.notBefore > this.#options.timers.now() || failures.length > 0;
    const worker = async () => {
      for (let lane = waiting.pop(); lane !== undefined; lane = waiting.pop()) {
        if (stop() || signal.aborted || this.#options.timers.now() > until) return;
        const standstill = await tellLane(lane, loop, signal).catch((error: unknown) => {
          failures.push(error);
          return {};
        });
        if (failures.length > 0) return;
        if (standstill === undefined) {
          inARow = 0;
          known.news.delete(lane.place);
          if (this.#hasNews(lane, pass)) known.news.add(lane.place);
          continue;
        }
        const { message, afterMs } = standstill as NonNullable<Standstill>;
        if (message !== undefined) {
          inARow += 1;
          failure = message;
          if (afterMs !== undefined) known.notBefore = this.#options.timers.now() + afterMs;
        } else if (afterMs !== undefined) againMs = Math.min(againMs ?? afterMs, afterMs);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atATime, lanes.length) }, worker));
    if (failures.length > 0) throw failures[0];
    if (failure !== undefined) {
      const waitMs = known.notBefore - this.#options.timers.now();
      throw new ReconcileError('SinkUnavailable', failure, { retry: waitMs > 0 ? { afterMs: waitMs } : 'backoff' });
    }
    known.standing.problem = known.standing.dropped > 0 ? known.standing.problem : undefined;
    return againMs ?? (known.news.size > 0 ? gatherMs : undefined);
  }

  /** Shows how the sink stands, where that has changed. What goes wrong here stops nothing. */
  async #show(key: Key, name: string, { standing }: KnownSink, signal: AbortSignal): Promise<void> {
    const { ports } = this.#options;
    const source = ports.sources.get(key);
    const status = source === undefined ? undefined : withSink(source, standing.toStatus(name));
    if (source === undefined || status === undefined || signal.aborted) return;
    try {
      await ports.sources.writeStatus(source, status, signal);
    } catch (error) {
      ports.log.debug({ source: toKeyText(key), sink: name, err: error }, 'status of a sink not written');
      this.queue.addAfter(toText(key, name), 1_000);
    }
  }
}

interface Pass {
  readonly source: ReleaseSourceResource;
  readonly spec: SinkSpec;
  readonly routes: readonly Route[];
  readonly known: KnownSink;
}

interface Telling {
  readonly loop: LaneLoop;
  readonly known: KnownSink;
  readonly pass: Pass;
  readonly until: Millis;
}

function note(standing: SinkStanding, result: Result, problem: string | undefined, now: Millis): void {
  if (result === 'delivered') standing.lastDelivered = now;
  else if (result !== 'failed') standing.dropped += 1;
  if (problem !== undefined) standing.problem = problem;
}

const toText = (source: Key, sink: string): string => `${toKeyText(source)}>${sink}`;

function fromText(text: string): { readonly source: Key; readonly sink: string } {
  const at = text.indexOf('>');
  return { source: fromKeyText(text.slice(0, at)), sink: text.slice(at + 1) };
}
