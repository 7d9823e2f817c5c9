import { loadRepository } from '../core/documents/load.js';
import { createSettingsCache } from '../core/documents/settings/cache.js';
import type { Finding, Millis, ReleaseRepository } from '../core/model.js';
import type { PlanContext } from '../core/plan/context.js';
import type { Plan } from '../core/plan/plan.js';
import { planChanges } from '../core/plan/plan-changes.js';
import { findCheckout } from '../git/checkout.js';
import { ObjectError } from '../git/object-error.js';
import { ObjectStore } from '../git/object-store.js';
import type { OperateOptions } from './cluster.js';
import { descriptorsIn, type ReadDescriptor, readDescriptors } from './plan-descriptors.js';
import { type Files, PlanReading } from './plan-reading.js';
import { findSides, type SidesRequest } from './plan-sides.js';

export interface PlanRequest extends SidesRequest {
  readonly now: Millis;
  /** The cluster that the gates are judged against; absent: git alone. */
  readonly cluster?: OperateOptions;
  /** A folder that holds descriptors under their keys, instead of the buckets. */
  readonly descriptors?: string;
  readonly signal: AbortSignal;
}

interface Loaded {
  readonly base: ReleaseRepository;
  readonly head: ReleaseRepository;
}

interface Known extends Loaded {
  readonly context: PlanContext;
}

/** What the change would do. Throws an Error that says why where the sides cannot be compared. */
export async function plan(request: PlanRequest): Promise<Plan> {
  const known = await readKnown(request).catch((error: unknown) => {
    throw error instanceof ObjectError ? unreadable(error) : error;
  });
  const { cluster, descriptors, signal } = request;
  const folder = descriptors === undefined ? undefined : await descriptorsIn(descriptors, signal);
  if (cluster === undefined) return planWith(known, folder);
  const [{ withKube }, { viewCluster }] = await Promise.all([import('./cluster.js'), import('./plan-cluster.js')]);
  return withKube(cluster, async (kube) => {
    const { context, head } = known;
    const view = viewCluster(kube, { repository: head, commit: context.commit, now: request.now }, signal);
    try {
      const judged = { ...context, facts: view.facts, unknown: view.unknown };
      return await planWith({ ...known, context: judged }, folder ?? view.read);
    } finally {
      view.close();
    }
  });
}

function unreadable(cause: ObjectError): Error {
  const { kind, message } = cause;
  if (kind === 'missing')
    return new Error(`a part of the repository is not here, as in a shallow or partial clone: fetch it first (${message})`, {
      cause,
    });
  return new Error(`the repository is ${kind === 'corrupt' ? 'damaged' : 'too large'}: ${message}`, { cause });
}

/** Once without descriptors, to know which are needed. */
async function planWith({ base, head, context }: Known, read: ReadDescriptor | undefined): Promise<Plan> {
  const unknown = [...(context.unknown ?? []), ...(withoutOrigins(head) ? [unbrought] : [])];
  const told = { ...context, unknown };
  const first = planChanges(base, head, told);
  if (read === undefined) return first;
  const descriptor = await readDescriptors(first, { base, head }, read);
  return planChanges(base, head, { ...told, descriptor });
}

/** Sign-offs count by who brought them, and that is looked for once they are merged. */
const unbrought =
  'Sign-offs are not counted: they count by the commits that brought them, and those are looked at once they are merged.';

function withoutOrigins({ governance }: ReleaseRepository): boolean {
  return governance.releases.some(({ signoffs }) =>
    signoffs.some(({ brought, unbrought: why }) => brought === undefined && why === undefined),
  );
}

async function readKnown(request: PlanRequest): Promise<Known> {
  const checkout = await findCheckout(request.directory);
  const store = new ObjectStore(`${checkout.folder}/objects`);
  try {
    const { base, head, objects } = await findSides(request, checkout, store);
    const reading = new PlanReading(objects, {
      base: base.tree,
      head: head.tree,
      path: checkout.path === '.' ? '' : checkout.path,
    });
    // What is recorded in a cluster may be any version.
    const loaded = loadSides(reading, { allReleases: request.cluster !== undefined });
    const { now } = request;
    const sides = { base: base.revision, head: head.revision };
    return { ...loaded, context: { now, ...sides, ...(head.commit === undefined ? {} : { commit: head.commit }) } };
  } finally {
    store.close();
  }
}

/** As little as tells the same as everything would. */
function loadSides(reading: PlanReading, how: { readonly allReleases: boolean }): Loaded {
  const cache = createSettingsCache();
  const load = ({ base, head }: Files): Loaded => ({ base: loadRepository(base, cache), head: loadRepository(head, cache) });
  const narrow = reading.narrow(how);
  const loaded = narrow && load(narrow);
  return loaded === undefined || needsAll(loaded) ? load(reading.whole()) : loaded;
}

/** What is said to be wrong may only not have been read; and settings that have to be tested elsewhere are compared with what did not change. */
function needsAll({ base, head }: Loaded): boolean {
  if (base.invalid.length + head.invalid.length > 0) return true;
  const text = ({ file, rule, path, message }: Finding) => JSON.stringify([file, rule, path, message]);
  const before = new Set(base.findings.map(text));
  if (head.findings.some((finding) => !before.has(text(finding)))) return true;
  return head.environments.some(({ product, stage }) => product.stages.some(({ name, parity }) => name === stage && parity));
}
