import type { DeploymentRunResource } from './core/resources/deployment-run.js';
import { environmentName } from './core/run/identity.js';
import type { Kube } from './kube/kube.js';
import type { Controller } from './reconcile/controller.js';
import { figuresOf, type KnownOfRun, obligationsIn, sampleOf } from './reconcile/measure.js';
import type { PassReport } from './reconcile/queue.js';
import type { Logger } from './telemetry/logger.js';
import type { Metrics } from './telemetry/metrics.js';

/** What can be seen of a process from outside: metrics, probes, the log of its passes. */

/** What changes while the process lives; probes and gauges read it. */
export interface State {
  synced: boolean;
  leading: boolean;
}

/** What is at hand of a run that has ended: its neighbours in the cache, and what git says of its product now. */
export function knownOf(
  { metadata, spec }: DeploymentRunResource,
  { runs }: Kube,
  published: Controller['published'],
): KnownOfRun {
  const { namespace } = metadata;
  const { product, environment } = spec;
  const found = published.of({ namespace, name: environmentName(product, environment) });
  return {
    ofEnvironment: runs.ofEnvironment(namespace, product, environment),
    ofProduct: () => runs.ofProduct(namespace, product),
    releases: published.governanceOf(found?.source, product).releases,
    ...(found?.desired === undefined ? {} : { product: found.desired.product }),
  };
}

/** What HTTP serves. */
export function createHandlers(metrics: Metrics, state: State, queues: () => Controller['queues']) {
  return {
    metrics: async () => ({ contentType: metrics.registry.contentType, body: await metrics.registry.metrics() }),
    unhealthy: () => {
      const stuck = queues().flatMap(({ name, queue }) => (queue.stuck === undefined ? [] : [`${name} ${queue.stuck}`]));
      return stuck.length === 0 ? undefined : `stuck: ${stuck.join(', ')}`;
    },
    unready: () => (state.synced ? undefined : 'the caches have not been filled yet'),
  };
}

/** Every pass is counted; a failed one is told of. */
export function logPass(
  { queue, key, result, durationMs, waitedMs, error }: PassReport,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  metrics.passed({ controller: queue, result, seconds: durationMs / 1000, waitedSeconds: waitedMs / 1000 });
  if (error === undefined) logger.debug({ queue, key, result, durationMs }, 'pass');
  else if (error.reason === 'Conflict' || error.reason === 'Unexpected')
    logger[error.reason === 'Conflict' ? 'debug' : 'error']({ queue, key, err: error }, 'pass failed');
  else logger.warn({ queue, key, reason: error.reason, error: error.message }, 'pass failed');
}

function countQuarantined(kube: Kube): Record<string, number> {
  const counts: Record<string, number> = { ReleaseSource: 0, Environment: 0, DeploymentRun: 0, Release: 0, Hold: 0 };
  for (const { kind } of kube.quarantined()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** What the gauges read at a scrape. */
export function snapshotOf(
  kube: Kube,
  controller: () => Pick<Controller, 'queues' | 'published' | 'notifications'>,
  state: State,
) {
  return {
    undelivered: () => controller().notifications?.oldest() ?? [],
    environments: () => kube.environments.list().map((one) => sampleOf(one, Date.now())),
    sources: () =>
      kube.sources.list().map(({ metadata, spec, status }) => ({
        source: metadata.name,
        invalidDocuments: status?.documents?.invalid ?? 0,
        ...(spec.forge === undefined ? {} : { forgeUndelivered: status?.forge?.undelivered ?? 0 }),
      })),
    obligations: () => kube.releases.list().flatMap(obligationsIn),
    figures: () => controller().published.governing().map(figuresOf),
    queues: () =>
      controller().queues.map(({ name, queue: { depth, adds, runningMs } }) => ({
        name,
        depth,
        adds,
        runningSeconds: runningMs.map((ms) => ms / 1000),
      })),
    isLeader: () => state.leading,
    lastEventAgeSeconds: () => kube.lastEventAgeSeconds(),
    quarantined: () => countQuarantined(kube),
  };
}
