import { toReconcileError } from '../core/errors.js';
import { type PullRequestReport, reportPullRequest, reportUnread } from '../core/forge-report/pull-request.js';
import { commentMarker, sourceContext } from '../core/forge-report/status.js';
import type { DesiredEnvironment } from '../core/model.js';
import { planChanges } from '../core/plan/plan-changes.js';
import type { ForgeSpec, ReleaseSourceResource } from '../core/resources/release-source.js';
import { environmentName } from '../core/run/identity.js';
import { commentItem, type Item, statusItem } from './forge-delivery.js';
import { gatherCached, type Memory, type Subject } from './gather.js';
import type { Forge, OpenPullRequest, Ports, Proposal, Proposals } from './ports.js';

/** Proposals that are kept, to be judged again when time has passed. */
const mostKept = 10;
/** Environments of a plan that are judged by what the cluster knows: this takes time of everybody's. */
const mostJudged = 300;

interface Kept {
  readonly key: string;
  readonly proposal: Proposal;
}

export interface PullRequestLoop {
  readonly ports: Ports;
  readonly memory: Memory;
  readonly proposals: Proposals;
}

export interface PullRequestPass {
  readonly source: ReleaseSourceResource;
  /** The newest commit of the branch. */
  readonly branchSha: string;
  readonly forge: Forge;
  readonly signal: AbortSignal;
}

/** The open pull requests of one source: what they propose, and what was last said of them. All of it can be lost. */
export class PullRequests {
  readonly #kept = new Map<number, Kept>();
  /** Number → what was read and told: nothing has to be read again for it. */
  readonly #told = new Map<number, string>();

  /** What is to be said of a pull request; undefined where nothing can have changed. Throws where it should be tried again. */
  async itemsOf(request: OpenPullRequest, loop: PullRequestLoop, pass: PullRequestPass): Promise<readonly Item[] | undefined> {
    const { source, branchSha, forge } = pass;
    const key = keyOf(request, branchSha);
    const kept = this.#kept.get(request.number);
    if (kept?.key !== key && this.#told.get(request.number) === key) return undefined;
    const proposal = kept?.key === key ? kept.proposal : await this.#read(request, key, { loop, pass });
    const about = { sha: request.head.sha, context: sourceContext(source.metadata.name) };
    if (typeof proposal === 'string') return [statusItem({ ...about, ...reportUnread(proposal) })];
    const report = planOf(request, proposal, { loop, source, fold: forge.kind !== 'bitbucket' });
    const comment = { pullRequest: request.number, marker: commentMarker(source.metadata), body: report.comment };
    return [statusItem({ ...about, ...report.status }), commentItem(comment)];
  }

  /** All of it was said. */
  settle(request: OpenPullRequest, { branchSha }: Pick<PullRequestPass, 'branchSha'>): void {
    this.#told.set(request.number, keyOf(request, branchSha));
  }

  /** Forgets those that are not open any more. */
  keepOnly(open: readonly OpenPullRequest[]): void {
    const numbers = new Set(open.map(({ number }) => number));
    for (const known of [this.#kept, this.#told])
      for (const number of known.keys()) if (!numbers.has(number)) known.delete(number);
  }

  /** A sentence where it will not be readable until it changes. */
  async #read(
    { number, head }: OpenPullRequest,
    key: string,
    { loop, pass: { source, branchSha, signal } }: { loop: PullRequestLoop; pass: PullRequestPass },
  ): Promise<Proposal | string> {
    const ref = refOf(source.spec.forge?.kind, number, head.ref);
    try {
      const proposal = await loop.proposals.read(source, { ref, sha: head.sha, branch: branchSha }, signal);
      this.#kept.delete(number);
      this.#kept.set(number, { key, proposal });
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
      return proposal;
    } catch (cause) {
      const error = toReconcileError(cause);
      if (error.retry === 'never' || error.reason === 'GitTooLarge' || error.reason === 'GitPathMissing') return error.message;
      throw error;
    }
  }
}

const keyOf = ({ head }: OpenPullRequest, branchSha: string): string => `${head.sha} ${branchSha}`;

/** Where the git server keeps the head of a pull request: of copies of the project too, but on Bitbucket. */
export function refOf(kind: ForgeSpec['kind'] | undefined, number: number, branch: string): string {
  if (kind === 'gitlab') return `refs/merge-requests/${number}/head`;
  return kind === 'bitbucket' ? `refs/heads/${branch}` : `refs/pull/${number}/head`;
}

const baseUnknown =
  'Where the pull request left the branch was not found in the newest commits: it is compared with the branch as it is now.';

function planOf(
  { head }: OpenPullRequest,
  { base, head: proposed, isBaseKnown }: Proposal,
  { loop, source, fold }: { loop: PullRequestLoop; source: ReleaseSourceResource; fold: boolean },
): PullRequestReport {
  const { ports } = loop;
  let judged = 0;
  const facts = (desired: DesiredEnvironment) => {
    judged += 1;
    const subject = judged > mostJudged ? undefined : subjectOf(desired, source, loop);
    return subject && gatherCached(subject, ports, loop.memory);
  };
  const plan = planChanges(base.repository, proposed.repository, {
    now: ports.clock.now(),
    base: { name: source.spec.git.ref?.branch ?? 'main', commit: base.commit.sha },
    head: { name: head.ref, commit: head.sha },
    commit: proposed.commit,
    facts,
    unknown: isBaseKnown ? [] : [baseUnknown],
  });
  return reportPullRequest(plan, { fold });
}

/** As an environment's own pass sees it; undefined for one that is not there. */
function subjectOf(
  { product, environment }: DesiredEnvironment,
  source: ReleaseSourceResource,
  { ports, memory }: PullRequestLoop,
): Subject | undefined {
  const { namespace } = source.metadata;
  const key = { namespace, name: environmentName(product.name, environment) };
  const resource = ports.environments.get(key);
  if (resource === undefined) return undefined;
  const holds = ports.holds.list().filter(({ metadata }) => metadata.namespace === namespace);
  return { environment: resource, published: memory.published.of(key), unread: false, source, holds };
}
