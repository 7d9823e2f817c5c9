import { setMaxListeners } from 'node:events';
import { type AdapterOptions, createAdapters } from './adapters.js';
import type { LeaseTimes } from './core/lease-times.js';
import type { DeploymentRunResource } from './core/resources/deployment-run.js';
import { type HttpServer, startHttpServer } from './http/server.js';
import type { WebhookHandlers } from './http/webhook.js';
import type { KubeTarget } from './kube/connection.js';
import { createKube, type Kube } from './kube/kube.js';
import { createLeadership } from './kube/leadership.js';
import { createHandlers, knownOf, logPass, type State, snapshotOf } from './observability.js';
import { Controller } from './reconcile/controller.js';
import { measureRun } from './reconcile/measure.js';
import type { Ports } from './reconcile/ports.js';
import type { PassReport, Timers } from './reconcile/queue.js';
import { WebhookTargets } from './reconcile/webhook.js';
import { WebhookWakes } from './reconcile/webhook-wakes.js';
import { watchEventLoop } from './telemetry/event-loop.js';
import type { Logger } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';

export interface AppOptions extends AdapterOptions {
  readonly kubeconfig?: KubeTarget;
  readonly namespace?: string;
  readonly lease: { readonly namespace: string; readonly name: string } & LeaseTimes;
  readonly identity: string;
  readonly http: { readonly host: string; readonly port: number };
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
  const { logger, identity } = options;
  // A pass hands its one signal to all of its calls, dozens at a time: that is no leak.
  setMaxListeners(0);
  const kube = await openKube(options);
  const state: State = { synced: false, leading: false };
  const ending = createEnding();
  const loop = watchEventLoop();
  const metrics = new Metrics(
    snapshotOf(kube, () => controller, state),
    loop.lagSeconds,
  );
  const adapters = createAdapters(options, kube, metrics);
  const leadership = createLeadership({
    kube,
    ...options.lease,
    identity,
    monotonicNow: () => performance.now(),
    onElected: () => {
      state.leading = true;
      logger.info({ identity }, 'became leader');
      controller.start();
    },
    onLost: () => {
      state.leading = false;
      logger.error({ identity }, 'lost the lease');
      ending.end('lost');
    },
  });
  const ports = createPorts({ kube, adapters, leadership, metrics, logger, published: () => controller.published });
  const onPass = (report: PassReport) => logPass(report, { logger, metrics });
  const { notify, forge } = adapters;
  const controller = new Controller({ ports, timers, random: Math.random, onPass, notify, forge });
  metrics.initialise(controller.queues.map(({ name }) => name));
  kube.onChange((change) => controller.notice(change));
  const webhooks = createWebhooks({ kube, metrics, logger, isLeading: () => state.leading, controller });
  const http = await startHttpServer(options.http, { ...createHandlers(metrics, state, () => controller.queues), webhooks });
  const stop = new AbortController();
  const leading = lead({ kube, leadership, state, signal: stop.signal }).catch((error: unknown) => {
    logger.error({ err: error }, 'cannot start');
    ending.end('lost');
  });
  return {
    http,
    kube,
    ended: ending.ended,
    stop: async () => {
      await controller.stop();
      state.leading = false;
      stop.abort();
      await leading;
      await leadership.release();
      await Promise.all([adapters.close(), http.close()]);
      await kube.close();
      loop.stop();
      ending.end('stopped');
    },
  };
}

function openKube({ kubeconfig, namespace, identity, logger }: AppOptions): Promise<Kube> {
  return createKube({
    now: Date.now,
    logger,
    instance: identity,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(namespace === undefined ? {} : { namespace }),
  });
}

function createEnding() {
  let end: (reason: 'lost' | 'stopped') => void = () => undefined;
  const ended = new Promise<'lost' | 'stopped'>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

/** Where code hosts say that there is something new. */
function createWebhooks(parts: {
  kube: Kube;
  metrics: Metrics;
  logger: Logger;
  isLeading: () => boolean;
  controller: Controller;
}): WebhookHandlers {
  const { kube, metrics, logger, isLeading, controller } = parts;
  const { sources } = kube;
  const look = (text: string, ms?: number) => controller.forgeReports?.pullRequests(text, ms);
  const pullRequests = { add: (text: string) => look(text), addAfter: look };
  const queues = () => ({ branch: controller.sources, 'pull-requests': pullRequests });
  const wakes = new WebhookWakes({ sources, clock: { now: Date.now }, timers, isLeading, queues });
  const readSecret = kube.readSecret.bind(kube);
  const targets = new WebhookTargets({ sources, readSecret, wakes, monotonicNow: () => performance.now(), log: logger });
  return {
    find: (namespace, name) => targets.find(namespace, name),
    counted: (outcome) => metrics.webhooks.received(outcome),
    now: Date.now,
  };
}

function createPorts(parts: {
  kube: Kube;
  adapters: ReturnType<typeof createAdapters>;
  leadership: Ports['leadership'];
  metrics: Metrics;
  logger: Logger;
  published: () => Controller['published'];
}): Ports {
  const { kube, adapters, leadership, metrics, logger, published } = parts;
  const { sources, environments, runs, releases, holds, fresh, events } = kube;
  const { repositories, descriptors, deployers, claims, audit } = adapters;
  const measurements = {
    runEnded: (run: DeploymentRunResource) => metrics.runEnded(measureRun(run, knownOf(run, kube, published()))),
  };
  const api = { sources, environments, runs, releases, holds, fresh, events };
  return {
    clock: { now: Date.now },
    ...api,
    repositories,
    descriptors,
    deployers,
    claims,
    audit,
    leadership,
    measurements,
    log: logger,
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
