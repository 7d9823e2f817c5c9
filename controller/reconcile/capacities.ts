import type { Capacity } from '../core/facts.js';
import type { DesiredEnvironment } from '../core/model.js';
import { classOf } from '../core/release/path.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { isClaimed, isTerminal } from '../core/run/run.js';
import type { Ports } from './ports.js';
import type { PublishedStates } from './published.js';

interface Known {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly source: ReleaseSourceResource | undefined;
}

/** How many deployments may go on beside each other, and how many others do, or come before this one. */
export function capacitiesOf(environment: EnvironmentResource, desired: DesiredEnvironment, known: Known): Capacity[] {
  const { ports, source } = known;
  const { namespace } = environment.metadata;
  const { product } = desired;
  const capacities: Capacity[] = [];
  const server = source?.spec.jenkins?.find(({ name }) => name === product.deployer.server);
  if (product.concurrency === undefined && server?.maxConcurrent === undefined) return capacities;
  const own = ports.runs
    .ofEnvironment(namespace, environment.spec.product, environment.spec.environment)
    .findLast((run) => !isTerminal(run));
  const priority = classOf(product, own?.spec.class ?? desired.release?.class)?.priority ?? 0;
  const ofProduct = ports.runs.ofProduct(namespace, product.name).filter((run) => !isTerminal(run));
  const waiting = waitingAhead(environment, { ...known, desired, priority, runs: ofProduct });
  const ahead = (runs: readonly DeploymentRunResource[]) => ({
    others: aheadOf({ own, priority }, runs, known.published),
    ...(waiting === 0 ? {} : { urgent: waiting }),
  });
  if (product.concurrency !== undefined)
    capacities.push({ what: `product ${product.name}`, limit: product.concurrency, ...ahead(ofProduct) });
  if (server?.maxConcurrent !== undefined) {
    const onServer = ports.runs
      .list()
      .filter((run) => run.metadata.namespace === namespace && run.spec.deployer?.jenkins.server === server.name);
    capacities.push({ what: `server ${server.name}`, limit: server.maxConcurrent, ...ahead(onServer) });
  }
  return capacities;
}

/** The runs under way that come before this one: all that may have asked Jenkins, and of those that wait the more urgent, then the older ones. */
function aheadOf(
  { own, priority }: { own: DeploymentRunResource | undefined; priority: number },
  runs: readonly DeploymentRunResource[],
  published: PublishedStates,
): number {
  return runs.filter((run) => {
    if (isTerminal(run) || run.metadata.name === own?.metadata.name) return false;
    if (isClaimed(run)) return true;
    const other = runPriority(run, published);
    return other === priority ? own === undefined || isOlder(run, own) : other > priority;
  }).length;
}

function isOlder(a: DeploymentRunResource, b: DeploymentRunResource): boolean {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return first < second || (first === second && a.metadata.name < b.metadata.name);
}

function runPriority({ metadata, spec }: DeploymentRunResource, published: PublishedStates): number {
  if (spec.class === undefined) return 0;
  const desired = published.of({ namespace: metadata.namespace, name: environmentName(spec.product, spec.environment) })?.desired;
  return (desired && classOf(desired.product, spec.class)?.priority) ?? 0;
}

/** Environments of the product that have no run yet, wait for nothing but room, and are more urgent. */
function waitingAhead(environment: EnvironmentResource, { ports, published, desired, priority, runs }: Known & Judged): number {
  if (!desired.product.classes.some((one) => one.priority > priority)) return 0;
  const busy = new Set(runs.map((run) => run.spec.environment));
  return ports.environments.ofProduct(environment.metadata.namespace, desired.product.name).filter(
    (one) =>
      // Hardly any does, of thousands: what is told by one look comes first.
      waitsForRoom(one) &&
      one.metadata.name !== environment.metadata.name &&
      !busy.has(one.spec.environment) &&
      priorityOf(one, published) > priority,
  ).length;
}

interface Judged {
  readonly desired: DesiredEnvironment;
  readonly priority: number;
  /** Those of the product that have not ended. */
  readonly runs: readonly DeploymentRunResource[];
}

/** A build that Towpath did not start closes the same gate, and more room would not open it. */
function waitsForRoom({ status }: EnvironmentResource): boolean {
  return (
    status?.waitingFor === 'concurrency' &&
    status.gates?.some(({ name, reason }) => name === 'concurrency' && reason === 'ConcurrencyLimit') === true
  );
}

function priorityOf({ metadata }: EnvironmentResource, published: PublishedStates): number {
  const desired = published.of(metadata)?.desired;
  return (desired && classOf(desired.product, desired.release?.class)?.priority) ?? 0;
}

/** Whether others may wait because this one does. */
export function goesAhead(environment: EnvironmentResource, published: PublishedStates): boolean {
  return waitsForRoom(environment) && priorityOf(environment, published) > 0;
}
