import { toReconcileError } from '../core/errors.js';
import { mostOfCommit, mostOpen, type OpenCommit, reportCommits } from '../core/forge-report/commits.js';
import { type EnvironmentReport, reportEnvironment } from '../core/forge-report/environment.js';
import type { Snapshot } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { sameJson } from '../core/same-json.js';
import { type Delivered, type DeliveryResult, statusItem } from './forge-delivery.js';
import type { PullRequestLoop, PullRequestPass, PullRequests } from './forge-pull-requests.js';
import { type ForgeDone, writeForgeStatus } from './forge-standing.js';
import type { Forge, Forges, OpenPullRequest, Ports } from './ports.js';

/** One pass of one source. */
export interface ForgePass {
  readonly source: ReleaseSourceResource;
  /** What the branch says. */
  readonly snapshot: Snapshot;
  readonly delivered: Delivered;
  readonly forges: Forges;
  readonly signal: AbortSignal;
}

/** Pull requests that one pass looks at. */
const mostPullRequests = 100;

/** Says of the newest commit, and of those that are under way, how far their environments are. */
export async function tellCommits(pass: ForgePass, ports: Ports): Promise<ForgeDone> {
  const { source, snapshot, delivered, forges, signal } = pass;
  const told = source.status?.forge?.open ?? [];
  const { statuses, open } = reportCommits({
    source: source.metadata.name,
    tip: {
      sha: snapshot.commit.sha,
      documents: snapshot.repository.documents.valid,
      errors: snapshot.repository.findings.filter(({ severity }) => severity === 'error'),
    },
    environments: environmentsOf(source, ports),
    open: told,
  });
  const all = merged(told, open);
  // Before it is told: who is killed in between still knows what must not stay pending.
  if (!sameJson(all, told)) await writeForgeStatus(source.metadata, { open: all }, { sources: ports.sources, signal });
  try {
    const result = await delivered.deliver(statuses.map(statusItem), await forges.open(source, signal), signal);
    return { ...result, change: result.error === undefined ? { open } : {} };
  } catch (cause) {
    return { delivered: 0, waiting: statuses.length, error: toReconcileError(cause), change: {} };
  }
}

function environmentsOf({ metadata }: ReleaseSourceResource, { environments, runs }: Ports): EnvironmentReport[] {
  const { namespace, name } = metadata;
  return environments.list().flatMap((one) => {
    if (one.metadata.namespace !== namespace || one.spec.source !== name) return [];
    const run = one.status?.run === undefined ? undefined : runs.get({ namespace, name: one.status.run });
    return reportEnvironment(one, run?.status?.jenkins?.buildUrl) ?? [];
  });
}

/** Both what was told before and what will be. */
function merged(told: readonly OpenCommit[], open: readonly OpenCommit[]): OpenCommit[] {
  const all = new Map(told.map((one) => [one.commit, one]));
  for (const { commit, environments } of open) {
    const names = new Set([...environments, ...(all.get(commit)?.environments ?? [])]);
    all.set(commit, { commit, environments: [...names].slice(0, mostOfCommit) });
  }
  return [...all.values()].slice(-mostOpen);
}

/** Says of each open pull request what it would change. One that cannot be read keeps no other from being told. */
export async function tellPullRequests(pass: ForgePass, known: PullRequests, loop: PullRequestLoop): Promise<ForgeDone> {
  const { source, snapshot, delivered, forges, signal } = pass;
  let sum: ForgeDone = { delivered: 0, waiting: 0, change: {} };
  try {
    const forge = await forges.open(source, signal);
    const open = await openFor(source, forge, signal);
    known.keepOnly(open);
    sum = { ...sum, change: { pullRequests: open.length } };
    const looking = { source, branchSha: snapshot.commit.sha, forge, signal };
    for (const request of open.slice(0, mostPullRequests)) {
      const result = await tellOne(request, { known, loop, looking, delivered });
      sum = { ...sum, ...result, delivered: sum.delivered + result.delivered, waiting: sum.waiting + result.waiting };
      if (result.mayGoOn === false) break;
    }
    return sum;
  } catch (cause) {
    return { ...sum, waiting: sum.waiting + 1, error: toReconcileError(cause) };
  }
}

async function openFor({ spec }: ReleaseSourceResource, forge: Forge, signal: AbortSignal): Promise<readonly OpenPullRequest[]> {
  const branch = spec.git.ref?.branch ?? 'main';
  return (await forge.pullRequests(signal)).filter(({ base }) => base.ref === branch);
}

interface Telling {
  readonly known: PullRequests;
  readonly loop: PullRequestLoop;
  readonly looking: PullRequestPass;
  readonly delivered: Delivered;
}

async function tellOne(
  request: OpenPullRequest,
  { known, loop, looking, delivered }: Telling,
): Promise<DeliveryResult & { readonly mayGoOn?: boolean }> {
  try {
    const items = await known.itemsOf(request, loop, looking);
    if (items === undefined) return { delivered: 0, waiting: 0 };
    const result = await delivered.deliver(items, looking.forge, looking.signal);
    if (result.error === undefined) known.settle(request, looking);
    return { ...result, mayGoOn: result.error === undefined };
  } catch (cause) {
    return { delivered: 0, waiting: 1, error: toReconcileError(cause), mayGoOn: !looking.signal.aborted };
  }
}
