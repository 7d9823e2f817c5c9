import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ReconcileError, toReconcileError } from '../core/errors.js';
import type { Snapshot } from '../core/model.js';
import type { GitSpec, ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Key, Proposal, ProposalRequest, Proposals } from '../reconcile/ports.js';
import { endedBy, failed } from './failure.js';
import { defaultLimits, type GitLimits } from './limits.js';
import { toRef } from './location.js';
import { ObjectStore } from './object-store.js';
import { folderName, prepareFolder, type RepositoriesOptions, readSecrets, removeFolders } from './repositories.js';
import { mergeBase } from './revision.js';
import { Source } from './source.js';
import { WorkerPool } from './worker-pool.js';

/** Commits that are looked at for the place where a proposal left the branch, and that a clone begins with. */
const mostCommits = 5_000;
const depth = 1_000;

const proposalLimits: Partial<GitLimits> = { workers: 2, idleWorkers: 1, history: [] };

interface Entry {
  readonly source: Source;
  last: Promise<unknown>;
}

/**
 * What pull requests propose, by clones and workers of its own: what strangers write there, and how long it takes to read, is nothing to
 * those who read the branch.
 */
export function createProposals(options: RepositoriesOptions): Proposals & { close(): Promise<void> } {
  const limits = { ...defaultLimits, ...proposalLimits, ...options.limits };
  const root = join(options.cacheDirectory, 'proposals');
  const pool = new WorkerPool(options.workerUrl ?? new URL('./worker.js', import.meta.url), limits);
  const entries = new Map<string, Entry>();

  function open(name: string): Entry {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const cloneFolder = (url: string) => prepareFolder(root, name, url);
    const entry: Entry = { source: new Source(name, { pool, limits, cloneFolder }), last: Promise.resolve() };
    entries.set(name, entry);
    return entry;
  }

  return {
    read(resource, request, signal): Promise<Proposal> {
      const entry = open(folderName(resource.metadata));
      const pass = entry.last.then(() => readProposal(resource, request, { source: entry.source, options, signal }));
      entry.last = pass.catch(() => undefined);
      return pass;
    },
    async forget(key: Key): Promise<void> {
      const name = folderName(key);
      const entry = entries.get(name);
      if (entry === undefined) return;
      entries.delete(name);
      await pool.end(name);
      await entry.last;
      await removeFolders(root, name);
    },
    close: () => pool.close(),
  };
}

interface Reading {
  readonly source: Source;
  readonly options: RepositoriesOptions;
  readonly signal: AbortSignal;
}

async function readProposal(
  resource: ReleaseSourceResource,
  { ref, sha, branch }: ProposalRequest,
  { source, options, signal }: Reading,
): Promise<Proposal> {
  try {
    signal.throwIfAborted();
    const secrets = await readSecrets(resource, options, signal);
    const spec = withoutHead(resource.spec.git);
    const folder = await source.folder(spec, secrets);
    const read = (wanted: Parameters<Source['read']>[2]) => source.read(spec, secrets, wanted, signal);
    const main = await read({ sha: branch, depth });
    if (!spec.url.startsWith('file:')) await placeBeside(folder, ref, main.commit.sha);
    const head = await read({ ref, sha, depth });
    if (head.commit.sha !== sha)
      throw new ReconcileError('GitBranchMissing', `${ref} does not name ${sha.slice(0, 12)} at the moment`);
    return { head, ...(await baseOf(folder, { main, sha }, read)) };
  } catch (cause) {
    throw signal.aborted ? endedBy(signal) : toReconcileError(cause);
  }
}

/** The newest commit of a proposal need not be signed: that is asked of the branch alone. */
function withoutHead(spec: GitSpec): GitSpec {
  return spec.verify?.mode === 'head' ? { ...spec, verify: { ...spec.verify, mode: 'signoffs' } } : spec;
}

/** A ref that the clone does not know would be taken for another repository's: it begins where the branch is. */
async function placeBeside(folder: string, ref: string, sha: string): Promise<void> {
  const name = ref.startsWith('refs/heads/') ? toRef(ref) : ref;
  if (!/^refs\/[^\\\s]+$/.test(name) || name.includes('..'))
    throw failed('GitBranchInvalid', 'the ref of the proposal cannot be used', 'never');
  const file = join(folder, name);
  if (existsSync(file)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${sha}\n`);
}

/** What the proposal builds on: what the branch says beyond that is none of its changes. */
async function baseOf(
  folder: string,
  { main, sha }: { main: Snapshot; sha: string },
  read: (wanted: Parameters<Source['read']>[2]) => Promise<Snapshot>,
): Promise<Pick<Proposal, 'base' | 'isBaseKnown'>> {
  const store = new ObjectStore(join(folder, 'objects'));
  let found: string | undefined;
  try {
    found = mergeBase(main.commit.sha, sha, store, mostCommits);
  } finally {
    store.close();
  }
  if (found === undefined) return { base: main, isBaseKnown: false };
  return { base: found === main.commit.sha ? main : await read({ sha: found, isHere: true }), isBaseKnown: true };
}
