import { toReconcileError } from '../core/errors.js';
import { reportPullRequest, reportUnread } from '../core/forge-report/pull-request.js';
import { commentMarker, sourceContext } from '../core/forge-report/status.js';
import type { ForgeSpec, ReleaseSourceResource } from '../core/resources/release-source.js';
import { commentItem, type Item, statusItem } from './forge-delivery.js';
import { type KnownDescriptors, type PlanningLoop, planProposal } from './forge-plan.js';
import type { Forge, OpenPullRequest, Proposal, Proposals } from './ports.js';

/** Proposals that are kept, to be judged again when time has passed. */
const mostKept = 10;

interface Kept {
  readonly key: string;
  readonly proposal: Proposal;
  readonly descriptors: KnownDescriptors;
}

export interface PullRequestLoop extends PlanningLoop {
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
    const read = kept?.key === key ? kept : await this.#read(request, key, { loop, pass });
    const about = { sha: request.head.sha, context: sourceContext(source.metadata.name) };
    if (typeof read === 'string') return [statusItem({ ...about, ...reportUnread(read) })];
    const planning = { source, descriptors: read.descriptors, signal: pass.signal };
    const plan = await planProposal(request, read.proposal, { loop, planning });
    const report = reportPullRequest(plan, { fold: forge.kind !== 'bitbucket' });
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
  ): Promise<Kept | string> {
    const ref = refOf(source.spec.forge?.kind, number, head.ref);
    try {
      const proposal = await loop.proposals.read(source, { ref, sha: head.sha, branch: branchSha }, signal);
      const read = { key, proposal, descriptors: new Map() };
      this.#kept.delete(number);
      this.#kept.set(number, read);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
      return read;
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
