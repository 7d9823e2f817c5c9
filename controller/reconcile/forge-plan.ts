import { descriptorKey } from '../core/desired.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { DescriptorReading, DesiredEnvironment, ReleaseRepository } from '../core/model.js';
import type { PlanContext } from '../core/plan/context.js';
import type { Plan } from '../core/plan/plan.js';
import { planChanges } from '../core/plan/plan-changes.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { sameJson } from '../core/same-json.js';
import { CaughtUp } from './caught-up.js';
import { gatherCached, type Memory } from './gather.js';
import { Locks } from './locks.js';
import { PathView } from './path-view.js';
import type { OpenPullRequest, Ports, Proposal } from './ports.js';
import { PublishedStates } from './published.js';
import { subjectOf } from './subject.js';

/** Environments of a plan that are judged by what the cluster knows: this takes time of everybody's. */
const mostJudged = 100;
/** Descriptors that are read for one plan. */
const mostDescriptors = 20;

/** `<product>/<version>` → its descriptor, where it was found: it is not read again. */
export type KnownDescriptors = Map<string, DescriptorReading>;

export interface PlanningLoop {
  readonly ports: Ports;
  readonly memory: Memory;
}

export interface Planning {
  readonly source: ReleaseSourceResource;
  readonly descriptors: KnownDescriptors;
  readonly signal: AbortSignal;
}

const baseUnknown =
  'Where the pull request left the branch was not found in the newest commits: it is compared with the branch as it is now.';

/** What a pull request would change, judged by what the cluster knows, as if git already said what it says. */
export async function planProposal(
  { head }: OpenPullRequest,
  proposal: Proposal,
  { loop, planning }: { readonly loop: PlanningLoop; readonly planning: Planning },
): Promise<Plan> {
  const { base, head: proposed, isBaseKnown } = proposal;
  const { source } = planning;
  const context: PlanContext = {
    now: loop.ports.clock.now(),
    base: { name: source.spec.git.ref?.branch ?? 'main', commit: base.commit.sha },
    head: { name: head.ref, commit: head.sha },
    commit: proposed.commit,
    facts: factsOf(source, proposal, loop),
    unknown: isBaseKnown ? [] : [baseUnknown],
  };
  const plan = planChanges(base.repository, proposed.repository, context);
  const read = await readDescriptors(plan, proposal, { loop, planning });
  if (read.size === 0) return withRest(plan);
  const descriptor: PlanContext['descriptor'] = ({ name }, version) => read.get(`${name}/${version}`);
  return withRest(planChanges(base.repository, proposed.repository, { ...context, descriptor }));
}

function withRest(plan: Plan): Plan {
  if (plan.environments.length <= mostJudged) return plan;
  const rest = `More than ${mostJudged} environments change: the gates of the others are judged from git alone.`;
  return { ...plan, unknown: [...plan.unknown, rest] };
}

/** As a pass of an environment sees it, with the proposal in place of the branch. */
function factsOf(
  { metadata }: ReleaseSourceResource,
  { head }: Proposal,
  { ports, memory }: PlanningLoop,
): NonNullable<PlanContext['facts']> {
  const published = new PublishedStates();
  for (const { metadata: other } of ports.sources.list()) {
    const isOwn = other.namespace === metadata.namespace && other.name === metadata.name;
    const snapshot = isOwn ? head : memory.published.snapshotOf(other);
    if (snapshot !== undefined) published.publish(other, other.creationTimestamp ?? '', snapshot);
  }
  const proposed = { ...memory, published, path: new PathView() };
  const loop = { ports, memory: proposed, locks: new Locks(), caughtUp: new CaughtUp() };
  const known = new Map<string, EnvironmentFacts | undefined>();
  return ({ product, environment }) => {
    const name = environmentName(product.name, environment);
    if (known.has(name) || known.size >= mostJudged) return known.get(name);
    const resource = ports.environments.get({ namespace: metadata.namespace, name });
    known.set(name, resource && gatherCached(subjectOf(resource, loop), ports, proposed));
    return known.get(name);
  };
}

/** Of what would be deployed, and of what it would be deployed over. */
async function readDescriptors(
  plan: Plan,
  { base, head }: Proposal,
  { loop, planning: { source, descriptors, signal } }: { readonly loop: PlanningLoop; readonly planning: Planning },
): Promise<KnownDescriptors> {
  const read: KnownDescriptors = new Map();
  const products = trustedProducts(base.repository, head.repository);
  const wanted = plan.environments
    .filter(({ deploys }) => deploys)
    .flatMap(({ product, from, to }) =>
      [from?.version, to?.version].flatMap((version) => (version === undefined ? [] : [{ product, version }])),
    );
  for (const { product, version } of wanted) {
    const of = products.get(product);
    const bucket = source.spec.buckets?.find(({ name }) => name === of?.product.descriptor?.bucket);
    const key = of && descriptorKey(of, version);
    const name = `${product}/${version}`;
    if (bucket === undefined || key === undefined || read.has(name) || read.size >= mostDescriptors) continue;
    const { namespace } = source.metadata;
    const request = { namespace, bucket, key, product, version };
    const reading = descriptors.get(name) ?? (await loop.ports.descriptors.read(request, signal));
    read.set(name, reading);
    if (reading.state === 'found') descriptors.set(name, reading);
  }
  return read;
}

/** Of products whose descriptors are where the branch says: nobody has other objects read out by proposing another key. */
function trustedProducts(base: ReleaseRepository, head: ReleaseRepository): ReadonlyMap<string, DesiredEnvironment> {
  const before = new Map(base.environments.map((one) => [one.product.name, one]));
  return new Map(
    head.environments
      .filter(({ product }) => sameJson(product.descriptor ?? null, before.get(product.name)?.product.descriptor ?? null))
      .map((one) => [one.product.name, one]),
  );
}
