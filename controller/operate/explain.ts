import { compact } from '../core/compact.js';
import { type Explanation, explain, explainRun, type WhatIf } from '../core/explain/explain.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { Millis } from '../core/model.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { Kube } from '../kube/kube.js';
import { Audited } from '../reconcile/audit.js';
import { CaughtUp } from '../reconcile/caught-up.js';
import { ClaimAges } from '../reconcile/claim-ages.js';
import { ComponentCache } from '../reconcile/components.js';
import { gather, gatherCached, type Memory } from '../reconcile/gather.js';
import { JobHistories } from '../reconcile/histories.js';
import { Locks } from '../reconcile/locks.js';
import { PathView } from '../reconcile/path-view.js';
import type { Key, Ports } from '../reconcile/ports.js';
import { PublishedStates } from '../reconcile/published.js';
import { subjectOf } from '../reconcile/subject.js';
import { createDescriptors } from '../s3/descriptors.js';
import { type OperateOptions, readSnapshot } from './cluster.js';
import { NotFound } from './not-found.js';

/** Looks at what the controller looks at, and judges as it does; it never writes. */

export interface ExplainRequest {
  readonly environment: string;
  readonly at?: Millis;
  readonly version?: string;
}

/** Why a run was started, from its record alone. Throws NotFound. */
export function explainRecord(name: string, runs: readonly DeploymentRunResource[]): Explanation {
  const run = runs.find(({ metadata }) => metadata.name === name);
  if (run === undefined) throw new NotFound(`there is no DeploymentRun ${name}`);
  const told = explainRun(run);
  if (told === undefined)
    throw new NotFound(`${name} holds no judgement: Jenkins was never asked for it, or it is too large to be kept`);
  return told;
}

/** Why an environment is, or is not, deployed to. Throws NotFound. */
export async function explainEnvironment(request: ExplainRequest, kube: Kube, options: OperateOptions): Promise<Explanation> {
  const environment = find(request.environment, kube.environments.list());
  const { namespace } = environment.metadata;
  const source = kube.sources.get({ namespace, name: environment.spec.source });
  if (source === undefined)
    throw new NotFound(`the ReleaseSource ${environment.spec.source} of ${environment.metadata.name} is gone`);
  const memory = createMemory();
  const snapshot = await readSnapshot(source, kube, options);
  memory.published.publish({ namespace, name: source.metadata.name }, source.metadata.creationTimestamp ?? '', snapshot);
  const descriptors = createDescriptors({ readSecret: kube.readSecret.bind(kube), allowDirectories: false });
  try {
    const ports = readPorts(kube, descriptors, request.at);
    const subject = subjectOf(environment, { ports, memory, locks: new Locks(), caughtUp: new CaughtUp() });
    // What the controller knows of the descriptor stands in the status; the bucket need not be reached from here.
    const isKnown = environment.status?.desired?.digest !== undefined;
    const facts = isKnown ? gatherCached(subject, ports, memory) : await gather(subject, ports, memory, options.signal);
    return explain(facts, whatIf(request, facts, kube));
  } finally {
    descriptors.close();
  }
}

function find(name: string, environments: readonly EnvironmentResource[]): EnvironmentResource {
  const exact = environments.filter(({ metadata }) => metadata.name === name);
  const found = exact.length > 0 ? exact : environments.filter(({ spec }) => spec.environment === name);
  const [first, second] = found;
  if (first === undefined) throw new NotFound(`there is no Environment ${name}; kubectl get tenv shows those that there are`);
  if (second !== undefined) {
    const places = found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
    throw new NotFound(`${name} may be ${places}: name one, and its namespace with --namespace`);
  }
  return first;
}

/** Nothing that is remembered from an earlier look. */
export const createMemory = (): Memory => ({
  published: new PublishedStates(),
  histories: new JobHistories(),
  components: new ComponentCache(),
  path: new PathView(),
  claimAges: new ClaimAges(() => performance.now()),
  audited: new Audited(),
});

/** Only what gathering reads: nothing that writes, and no Jenkins. */
export function readPorts(kube: Kube, descriptors: Ports['descriptors'], at: Millis | undefined): Ports {
  const { sources, environments, runs, holds } = kube;
  const clock = { now: () => at ?? Date.now() };
  return { clock, sources, environments, runs, holds, descriptors } as Ports;
}

/** What is known of the version that is asked about, from wherever the product has it. */
function whatIf({ version }: ExplainRequest, { governance, environment }: EnvironmentFacts, kube: Kube): WhatIf {
  if (version === undefined) return {};
  const { namespace }: Pick<Key, 'namespace'> = environment.metadata;
  const release = governance.releases[version];
  const peers = kube.environments.ofProduct(namespace, environment.spec.product);
  const desired = peers.map(({ status }) => status?.desired).find((one) => one?.version === version && one.releaseDigest);
  const verified = peers.flatMap(({ status }) => status?.verified ?? []).find((one) => one.version === version);
  const { descriptorKey, descriptorSha256, descriptorVersionId } = desired ?? {};
  const releaseDigest = desired?.releaseDigest ?? verified?.releaseDigest;
  const known = compact<NonNullable<WhatIf['known']>>({ releaseDigest, descriptorKey, descriptorSha256, descriptorVersionId });
  return compact<WhatIf>({ version, known, release: release && { class: release.class } });
}
