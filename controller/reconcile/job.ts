import { jobOf } from '../core/configuration.js';
import { buildsFor } from '../core/drift.js';
import { durationOr } from '../core/duration.js';
import type { DesiredEnvironment } from '../core/model.js';
import { environmentName } from '../core/run/identity.js';
import type { HistoryBuild } from '../core/run/observation.js';
import type { JobHistories, JobKey } from './histories.js';
import type { Key, Ports } from './ports.js';
import { type PublishedStates, toKeyText } from './published.js';
import type { Requeue } from './queue.js';

export interface JobLoop {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly histories: JobHistories;
  readonly wakeEnvironments: (keys: readonly string[]) => void;
}

/** The jobs that a source's environments are deployed through. */
export function jobsOf(source: Key, published: PublishedStates): JobKey[] {
  const jobs = new Map<string, JobKey>();
  for (const desired of published.environmentsOf(source)) {
    const { server } = desired.product.deployer;
    const job = jobOf(desired);
    jobs.set(`${server} ${job}`, { namespace: source.namespace, source: source.name, server, job });
  }
  return [...jobs.values()];
}

/** One pass over a job: reads its newest builds with one request and wakes the environments that a new one concerns. */
export async function reconcileJob(key: JobKey, loop: JobLoop, signal: AbortSignal): Promise<Requeue> {
  const { ports, published, histories } = loop;
  const source = ports.sources.get({ namespace: key.namespace, name: key.source });
  const server = source?.spec.jenkins?.find(({ name }) => name === key.server);
  const environments = published
    .environmentsOf({ namespace: key.namespace, name: key.source })
    .filter((desired) => desired.product.deployer.server === key.server && jobOf(desired) === key.job);
  if (server === undefined || environments.length === 0) {
    histories.forget(key);
    return {};
  }
  const afterMs = durationOr(server.observeInterval, 60_000);
  const deployer = await ports.deployers.open(key.namespace, server, signal);
  const history = await deployer.readHistory(key.job, signal);
  if (history.state === 'unavailable') return { afterMs };
  const changed = histories.put(key, history.builds);
  const concerned = environments.filter(
    (desired) => changed === undefined || changed.some(concerning(desired, source?.metadata.name ?? '')),
  );
  loop.wakeEnvironments(
    concerned.map((desired) =>
      toKeyText({ namespace: key.namespace, name: environmentName(desired.product.name, desired.environment) }),
    ),
  );
  return { afterMs };
}

function concerning(
  { product, environment, stage, client }: DesiredEnvironment,
  source: string,
): (build: HistoryBuild) => boolean {
  return buildsFor(product, {
    product: product.name,
    environment,
    stage,
    source,
    ...(client === undefined ? {} : { client }),
  });
}
