import type { Millis } from '../core/model.js';
import { type LaneRecord, openPlans } from '../core/notify/record.js';
import { begun, type Route, routesTo } from '../core/notify/routes.js';
import { productOfRelease } from '../core/release/name.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { ReleaseSourceResource, SinkSpec } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { fromTime } from '../core/time.js';
import { recordNames } from './notification-lanes.js';
import { type KnownSink, type NotificationOptions, tellSink } from './notification-pass.js';
import { beginningsName, isRecordName, NotificationRecords, placeOfRecord, recordName } from './notification-records.js';
import { SinkStanding, withSink } from './notification-standing.js';
import type { Key } from './ports.js';
import { fromKeyText, toKeyText } from './published.js';
import { KeyedQueue, type Requeue } from './queue.js';

/** What happens together is told together. */
const gatherMs: Millis = 200;
const passDeadlineMs: Millis = 300_000;
const longestWaitMs: Millis = 5 * 60_000;
const pruneEveryMs: Millis = 24 * 3_600_000;

/**
 * The outbox: what happened is read off the cluster's own records, what was told off records of its own. One pass at a time for each
 * sink, so that one that is slow or away delays no other and nothing else; places are told in the order in which things happened.
 */
export class Notifications {
  readonly queue: KeyedQueue;
  readonly #options: NotificationOptions;
  readonly #records: NotificationRecords;
  readonly #sinks = new Map<string, KnownSink>();
  /** Source → what was configured when everything was last looked at. */
  readonly #configured = new Map<string, string>();
  readonly #prunedAt = new Map<string, Millis>();

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
    const { releases, sources } = this.#options.ports;
    const release = releases.get(key);
    const product = productOfRelease(key.name);
    if (release !== undefined) this.#wake({ namespace: key.namespace, name: release.spec.source }, [product]);
    // Whose it was nobody knows any more; what was planned of it may have to be taken back.
    else for (const { metadata } of sources.list()) if (metadata.namespace === key.namespace) this.#wake(metadata, [product]);
  }

  /** What is configured, or what policies say, may have changed: everything is looked at again. */
  source(key: Key): void {
    const { environments, runs, releases, sources } = this.#options.ports;
    const source = sources.get(key);
    if (source?.spec.sinks === undefined) return;
    // A source is read every minute, and there may be thousands of places.
    const { policies, broken } = this.#options.published.snapshotOf(key)?.repository.governance ?? {};
    const configured = JSON.stringify([
      source.metadata.uid,
      source.spec.sinks,
      this.#options.published.has(key),
      policies,
      broken,
    ]);
    if (this.#configured.get(toKeyText(key)) === configured) return;
    this.#configured.set(toKeyText(key), configured);
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
    return [...this.#sinks].flatMap(([text, { standing }]) => {
      const { source, sink } = fromText(text);
      const { oldest } = standing;
      const isConfigured = this.#options.ports.sources.get(source)?.spec.sinks?.some(({ name }) => name === sink) ?? false;
      return isConfigured ? [{ sink, ms: oldest === undefined ? 0 : Math.max(0, now - oldest) }] : [];
    });
  }

  #wake(source: Key, places: Iterable<string>): void {
    const sinks = this.#options.ports.sources.get(source)?.spec.sinks ?? [];
    for (const { name } of sinks) {
      const text = toText(source, name);
      const { news } = this.#known(text);
      for (const place of places) {
        news.add(place);
        if (this.#endsPlan(source.namespace, place, name)) news.add(place.slice(0, place.indexOf('.')));
      }
      this.queue.addAfter(text, gatherMs);
    }
  }

  /** Whether a sink was told of a plan for an environment: what happens there may be the end of it. */
  #endsPlan(namespace: string, place: string, sink: string): boolean {
    const at = place.indexOf('.');
    if (at < 0) return false;
    const record = this.#records.known({ namespace, name: recordName(place.slice(0, at), sink) });
    const environment = place.slice(at + 1);
    return Object.entries(record?.plans ?? {}).some(([plan, { state }]) => state !== 'over' && plan.endsWith(`/${environment}`));
  }

  #known(text: string): KnownSink {
    const known = this.#sinks.get(text);
    if (known !== undefined) return known;
    const { source, sink } = fromText(text);
    const shown = this.#options.ports.sources.get(source)?.status?.sinks?.find(({ name }) => name === sink);
    const created = {
      news: new Set<string>(),
      standing: new SinkStanding(shown),
      settled: new Map(),
      hasLooked: false,
      notBefore: 0,
    };
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
      const afterMs = await tellSink({ source, spec, routes, known }, { ...this.#options, records: this.#records }, signal);
      return afterMs === undefined ? {} : { afterMs };
    } finally {
      await this.#show(key, name, known, signal);
      await this.#prune(key.namespace, signal);
    }
  }

  /** Once in a while, what was told of places and to sinks that are gone is forgotten. What goes wrong here stops nothing. */
  async #prune(namespace: string, signal: AbortSignal): Promise<void> {
    const { ports, timers } = this.#options;
    if ((this.#prunedAt.get(namespace) ?? Number.NEGATIVE_INFINITY) > timers.now() - pruneEveryMs || signal.aborted) return;
    this.#prunedAt.set(namespace, timers.now());
    const wanted = recordNames(namespace, ports);
    const isOwed = (name: string, record: LaneRecord) =>
      openPlans(record).some(({ source }) =>
        ports.sources.get({ namespace, name: source })?.spec.sinks?.some((sink) => sink.name === placeOfRecord(name)[1]),
      );
    const isWanted = (name: string, record: LaneRecord) => wanted.has(name) || !isRecordName(name) || isOwed(name, record);
    await this.#records.prune(namespace, isWanted, signal).catch((error: unknown) => {
      ports.log.debug({ namespace, err: error }, 'records of notifications not pruned');
    });
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

const toText = (source: Key, sink: string): string => `${toKeyText(source)}>${sink}`;

function fromText(text: string): { readonly source: Key; readonly sink: string } {
  const at = text.indexOf('>');
  return { source: fromKeyText(text.slice(0, at)), sink: text.slice(at + 1) };
}
