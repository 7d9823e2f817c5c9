import { loadRepository } from '../core/documents/load.js';
import { indexFiles } from '../core/documents/repository-index.js';
import { createSettingsCache } from '../core/documents/settings/cache.js';
import { governanceOf } from '../core/governance.js';
import type { ReleaseRepository } from '../core/model.js';
import type { Plan } from '../core/plan/plan.js';
import { planChanges } from '../core/plan/plan-changes.js';
import { describeChange } from '../core/promote/description.js';
import type { FileEdit } from '../core/promote/diff.js';
import { branchName, commitMessage, type PromotionChange, subjectOf } from '../core/promote/names.js';
import type { PromotionPlace } from '../core/promote/places.js';
import { checkValid, checkVersion, staleWarnings } from '../core/promote/prepare.js';
import { PromoteRefused } from '../core/promote/refused.js';
import { createForge, type ForgeClient } from '../forge/create.js';
import type { PullRequestPlace } from '../forge/forge.js';
import { type Base, type BaseRequest, findBase } from '../git/base.js';
import { dirtyFiles, type Proposal, propose, push } from '../git/proposal.js';
import { UserGit } from '../git/user-git.js';
import { type EditedDocuments, editDocuments, readDocuments } from './promote-documents.js';
import { configuredForge, type ForgeHints, type ForgePlace } from './promote-forge.js';

/** What a change of versions is asked to be; worked out from the documents of the base. */
export interface WantedChange {
  readonly kind: PromotionChange['kind'];
  readonly product: string;
  readonly version: string;
  readonly targets: readonly PromotionPlace[];
  readonly stage?: string;
  readonly client?: string;
  readonly reason?: string;
  /** A version without a Release document is meant. */
  readonly isUndocumented: boolean;
  /** What is to be known beside what the plan says; asked once the documents are edited. */
  warnings?(head: ReleaseRepository): readonly string[];
}

export interface PromotionRequest {
  /** A folder of the checkout: where the documents begin. */
  readonly directory: string;
  readonly base: BaseRequest;
  readonly now: number;
  readonly signal: AbortSignal;
  /** From the documents of the base to what is wanted. */
  choose(index: ReturnType<typeof indexFiles>): Promise<WantedChange>;
  /** How far it goes; a pull request is opened where there is a forge. */
  readonly upTo: 'diff' | 'commit' | 'push' | 'pull-request';
  /** The plan of two commits for the description, where more is known than git tells; absent: from git alone. */
  plan?(base: string, head: string): Promise<Plan>;
  /** Where to open it, once the remote is known; throws where that cannot be told. */
  forge?(remoteUrl: string, configured: ForgeHints): Promise<ForgePlace>;
}

export interface Promotion {
  readonly change: PromotionChange;
  readonly base: Base;
  /** Environments that ask for the version already. */
  readonly already: readonly string[];
  readonly edits: readonly FileEdit[];
  readonly plan?: Plan;
  readonly proposal?: Proposal;
  readonly isPushed: boolean;
  readonly pullRequest?: PullRequestPlace;
}

/** Edits, checks, commits, pushes and opens, as far as is asked. Nothing is changed before all of it is known to be sound. */
export async function promote(request: PromotionRequest): Promise<Promotion> {
  const git = await openGit(request);
  const base = await findBase(git, request.base);
  if (request.upTo === 'push' || request.upTo === 'pull-request') needRemote(base);
  const forge = await openForge(git, request, base);
  try {
    const prepared = await readDocuments(request.directory, base.sha, async (documents) => {
      const wanted = await request.choose(indexFiles(documents.files));
      const places = wanted.targets.filter(({ version }) => version !== wanted.version);
      const edited = editDocuments(documents, places, wanted);
      return prepare({ wanted, places, edited, before: documents.files }, request, base);
    });
    return await carryOut(prepared, { git, forge, request });
  } finally {
    await forge?.close();
  }
}

async function openGit({ directory, signal }: PromotionRequest): Promise<UserGit> {
  const inside = new UserGit(directory, signal);
  const top = await inside.line(['rev-parse', '--show-toplevel']);
  if (top === undefined) throw new PromoteRefused(`${directory} lies in no working copy of git`);
  return new UserGit(top, signal);
}

function needRemote({ remote }: Base): void {
  if (remote === undefined) throw new PromoteRefused('the repository has no remote: --no-push stops after the commit');
}

async function openForge(
  git: UserGit,
  { forge, upTo, now }: PromotionRequest,
  { remote }: Base,
): Promise<ForgeClient | undefined> {
  if (upTo !== 'pull-request' || forge === undefined || remote === undefined) return undefined;
  const options = await forge(remote.url, await configuredForge(git));
  const started = performance.now();
  return createForge({ ...options, now: () => now + performance.now() - started });
}

interface Prepared extends Promotion {
  readonly contents: EditedDocuments['contents'];
}

interface Preparation {
  readonly wanted: WantedChange;
  /** Those that change. */
  readonly places: readonly PromotionPlace[];
  readonly edited: EditedDocuments;
  readonly before: EditedDocuments['files'];
}

function prepare({ wanted, places, edited, before }: Preparation, { now }: PromotionRequest, base: Base): Prepared {
  const { warnings, targets, isUndocumented: _, ...rest } = wanted;
  const already = targets.filter((place) => !places.includes(place)).map(({ environment }) => environment);
  const cache = createSettingsCache();
  const head = loadRepository(edited.files, cache);
  const product = head.environments.find((one) => one.product.name === wanted.product)?.product;
  const governance = governanceOf(head.governance, wanted.product);
  const unusual = checkVersion({ version: wanted.version, product, governance, isUndocumented: wanted.isUndocumented });
  const empty = { base, already, contents: edited.contents, edits: edited.edits, isPushed: false };
  if (places.length === 0) return { ...empty, change: { ...rest, places, warnings: unusual } };
  const named = { ...rest, places, warnings: [] };
  const revisions = { base: { name: baseName(base), commit: base.sha }, head: { name: branchName(named) } };
  const plan = planChanges(loadRepository(before, cache), head, { now, ...revisions });
  checkValid(
    plan,
    head.invalid.filter((one) => places.some((place) => place.product === one.product && place.environment === one.environment)),
  );
  const over = new Map(plan.environments.map(({ environment, jump }) => [environment, jump?.over ?? []]));
  const change = { ...named, over, warnings: [...unusual, ...staleWarnings(places, wanted.reason), ...(warnings?.(head) ?? [])] };
  return { ...empty, change, plan };
}

const baseName = ({ remote, branch }: Base): string => (remote === undefined ? branch : `${remote.name}/${branch}`);

interface Means {
  readonly git: UserGit;
  readonly forge: ForgeClient | undefined;
  readonly request: PromotionRequest;
}

async function carryOut({ contents, ...promotion }: Prepared, { git, forge, request }: Means): Promise<Promotion> {
  const { change, base, plan } = promotion;
  const { upTo, signal } = request;
  if (plan === undefined || upTo === 'diff') return promotion;
  const dirty = await dirtyFiles(git, [...contents.keys()]);
  if (dirty.length > 0)
    throw new PromoteRefused(`${dirty.join(', ')} has changes that are not committed: commit or undo them first`);
  const proposal = await propose(git, { base, branch: branchName(change), message: commitMessage(change), files: contents });
  if (upTo === 'commit' || base.remote === undefined) return { ...promotion, proposal };
  if (!proposal.isPushed) await push(git, base.remote.name, proposal);
  const pushed = { ...promotion, proposal, isPushed: true };
  if (forge === undefined) return pushed;
  const told = (await request.plan?.(base.sha, proposal.sha)) ?? plan;
  const [title, body] = [subjectOf(change), describeChange(change, told, { fold: forge.kind !== 'bitbucket' })];
  const pullRequest = await forge.openPullRequest({ head: proposal.branch, base: base.branch, title, body }, signal);
  return { ...pushed, pullRequest };
}
