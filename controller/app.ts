import { durationOr } from './core/duration.js';
import type { Millis } from './core/model.js';
import type { DeploymentRunResource } from './core/resources/deployment-run.js';
import { finishedAt, phaseOf, startedAt } from './core/run/run.js';
import { fromTime } from './core/time.js';
import { createRepositories } from './git/repositories.js';
import { type HttpServer, startHttpServer } from './http/server.js';
import { createDeployers } from './jenkins/deployers.js';
import type { KubeTarget } from './kube/connection.js';
import { createKube, type Kube } from './kube/kube.js';
import { createLeadership } from './kube/leadership.js';
import { Controller } from './reconcile/controller.js';
import type { Ports } from './reconcile/ports.js';
import type { PassReport, Timers } from './reconcile/queue.js';
import { createDescriptors } from './s3/descriptors.js';
import { watchEventLoop } from './telemetry/event-loop.js';
import type { Logger } from './telemetry/logger.js';
import { type EnvironmentSample, Metrics } from './telemetry/metrics.js';

export interface AppOptions {
  readonly kubeconfig?: KubeTarget;
  readonly namespace?: string;
  readonly lease: { readonly namespace: string; readonly name: string; readonly leaseMs?: Millis };
  readonly identity: string;
  readonly http: { readonly host: string; readonly port: number };
  readonly cacheDirectory: string;
  /** Where folders that stand in for buckets are looked for; absent: there are none (only standalone has them). */
  readonly directoriesRelativeTo?: string;
  readonly logger: Logger;
}

export interface App {
  readonly http: HttpServer;
  readonly kube: Kube;
  /** Resolves with the reason when the process must end: its lease is lost, or it was stopped. */
  readonly ended: Promise<'lost' | 'stopped'>;
  stop(): Promise<void>;
}

const timers: Timers = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Puts the parts together: API, adapters, queues, leadership, HTTP. The only place that knows all of them. */
export async function startApp(options: AppOptions): Promise<App> {
  const { logger } = options;
  const now = Date.now;
  const kube = await createKube({
    now,
    logger,
    instance: options.identity,
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  });
  const stop = new AbortController();
  const loop = watchEventLoop();
  const state: { synced: boolean; leading: boolean } = { synced: false, leading: false };
  let end: (reason: 'lost' | 'stopped') => void = () => undefined;
  const ended = new Promise<'lost' | 'stopped'>((resolve) => {
    end = resolve;
  });

  const readSecret = kube.readSecret.bind(kube);
  const metrics: Metrics = new Metrics(
    snapshotOf(kube, () => controller, state),
    loop.lagSeconds,
  );
  const repositories = createRepositories({
    cacheDirectory: options.cacheDirectory,
    readSecret,
    onFetch: ({ source, result, durationMs }) => metrics.fetched(source.name, result, durationMs / 1000, now()),
  });
  const descriptors = createDescriptors({
    readSecret,
    allowDirectories: options.directoriesRelativeTo !== undefined,
    ...(options.directoriesRelativeTo === undefined ? {} : { directoriesRelativeTo: options.directoriesRelativeTo }),
  });
  const deployers = createDeployers({
    readSecret,
    onRequest: (server, { operation, code }) => metrics.jenkinsRequest(server, operation, code),
  });
  const leadership = createLeadership({
    kube,
    ...options.lease,
    identity: options.identity,
    ...leaseTimes(options.lease.leaseMs),
    monotonicNow: () => performance.now(),
    onElected: () => {
      state.leading = true;
      logger.info({ identity: options.identity }, 'became leader');
      controller.start();
    },
    onLost: () => {
      state.leading = false;
      logger.error({ identity: options.identity }, 'lost the lease');
      end('lost');
    },
  });
  const ports: Ports = {
    clock: { now },
    repositories,
    descriptors,
    deployers,
    sources: kube.sources,
    environments: kube.environments,
    runs: kube.runs,
    holds: kube.holds,
    fresh: kube.fresh,
    events: kube.events,
    leadership,
    measurements: { runEnded: (run) => metrics.runEnded(measure(run)) },
    log: logger,
  };
  const controller = new Controller({
    ports,
    timers,
    random: Math.random,
    onPass: (report) => logPass(report, { logger, metrics }),
  });
  metrics.initialise(controller.queues.map(({ name }) => name));
  kube.onChange((change) => controller.notice(change));

  const http = await startHttpServer(options.http, {
    metrics: async () => ({ contentType: metrics.registry.contentType, body: await metrics.registry.metrics() }),
    unhealthy: () => undefined,
    unready: () => (state.synced ? undefined : 'the caches have not been filled yet'),
  });
  const leading = lead({ kube, leadership, state, signal: stop.signal }).catch((error: unknown) => {
    logger.error({ err: error }, 'cannot start');
    end('lost');
  });

  return {
    http,
    kube,
    ended,
    stop: async () => {
      await controller.stop();
      state.leading = false;
      stop.abort();
      await leading;
      await leadership.release();
      await Promise.all([repositories.close(), http.close()]);
      deployers.close();
      descriptors.close();
      await kube.close();
      loop.stop();
      end('stopped');
    },
  };
}

/** Caches first, then the lease, then work. */
async function lead(parts: {
  kube: Kube;
  leadership: ReturnType<typeof createLeadership>;
  state: { synced: boolean };
  signal: AbortSignal;
}): Promise<void> {
  await parts.kube.start(parts.signal);
  if (parts.signal.aborted) return;
  parts.state.synced = true;
  await parts.leadership.run(parts.signal);
}

/** 35 s, 30 s and 5 s; a shorter lease keeps the proportions. */
function leaseTimes(leaseMs: Millis = durationOr(undefined, 35_000)) {
  return { leaseMs, renewDeadlineMs: Math.round((leaseMs * 6) / 7), retryMs: Math.round(leaseMs / 7) };
}

function logPass(
  { queue, key, result, durationMs, error }: PassReport,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  metrics.passed(queue, result, durationMs / 1000);
  if (error === undefined) logger.debug({ queue, key, result, durationMs }, 'pass');
  else if (error.reason === 'Conflict' || error.reason === 'Unexpected')
    logger[error.reason === 'Conflict' ? 'debug' : 'error']({ queue, key, err: error }, 'pass failed');
  else logger.warn({ queue, key, reason: error.reason, error: error.message }, 'pass failed');
}

function measure(run: DeploymentRunResource): Parameters<Metrics['runEnded']>[0] {
  const { product, stage, commitTime } = run.spec;
  const phase = phaseOf(run);
  const end = finishedAt(run) ?? startedAt(run);
  const committed = fromTime(commitTime);
  const base = { product, stage, class: run.spec.class ?? '', result: phase };
  if (phase === 'Superseded') return base;
  const seconds = (end - startedAt(run)) / 1000;
  return phase === 'Succeeded' && committed !== undefined && run.spec.action === 'deploy'
    ? { ...base, seconds, leadSeconds: Math.max(0, (end - committed) / 1000) }
    : { ...base, seconds };
}

function snapshotOf(kube: Kube, controller: () => Controller, state: { leading: boolean }) {
  return {
    environments: () => kube.environments.list().map(toSample),
    sources: () =>
      kube.sources
        .list()
        .map(({ metadata, status }) => ({ source: metadata.name, invalidDocuments: status?.documents?.invalid ?? 0 })),
    queues: () => controller().queues.map(({ name, queue }) => ({ name, depth: queue.depth })),
    isLeader: () => state.leading,
    lastEventAgeSeconds: () => kube.lastEventAgeSeconds(),
  };
}

function toSample({ spec, status }: ReturnType<Kube['environments']['list']>[number]): EnvironmentSample {
  const is = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  return {
    product: spec.product,
    environment: spec.environment,
    stage: spec.stage,
    client: spec.client ?? '',
    desired: status?.desired?.version ?? '',
    deployed: status?.recorded?.version ?? '',
    ready: is('Ready'),
    drifted: is('Drifted'),
    waiting: (status?.gates ?? [])
      .filter(({ state }) => state !== 'Passed')
      .map(({ name, since }) => ({ gate: name, seconds: Math.max(0, (Date.now() - (fromTime(since) ?? Date.now())) / 1000) })),
  };
}
