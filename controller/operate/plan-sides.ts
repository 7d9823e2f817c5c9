import { join } from 'node:path';
import { parseFile } from '../core/documents/parse.js';
import type { ParsedFile } from '../core/documents/parsed.js';
import type { Commit } from '../core/model.js';
import type { PlanRevision } from '../core/plan/plan.js';
import { type Checkout, findCheckout } from '../git/checkout.js';
import { parseCommit } from '../git/formats.js';
import { defaultLimits } from '../git/limits.js';
import { ObjectStore } from '../git/object-store.js';
import { mainBranch, mergeBase, resolveRevision } from '../git/revision.js';
import { findFolder, listFiles, readFolder } from '../git/tree.js';
import { toUnreadFile } from '../git/unread.js';

export interface SidesRequest {
  /** A folder of the working copy: its top, or the folder that the documents are in. */
  readonly directory: string;
  /** Absent: where HEAD left the main branch. */
  readonly base?: string;
  /** Absent: the working copy as it stands, with what is not committed. */
  readonly head?: string;
  readonly workingTree: () => Promise<readonly ParsedFile[]>;
}

export interface Side {
  readonly revision: PlanRevision;
  readonly commit?: Commit;
  readonly files: readonly ParsedFile[];
}

/** The name of what is not committed. */
export const workingTree = 'working tree';

/** What both sides hold. Throws ReconcileError and Error with a sentence where one of them cannot be read. */
export async function readSides(request: SidesRequest): Promise<{ readonly base: Side; readonly head: Side }> {
  const checkout = await findCheckout(request.directory);
  const store = new ObjectStore(join(checkout.folder, 'objects'));
  try {
    const base = await baseOf(request, checkout, store);
    return { base: readSide(base, checkout, store), head: await headOf(request, checkout, store) };
  } finally {
    store.close();
  }
}

interface Named {
  readonly name: string;
  readonly sha: string;
}

async function baseOf({ base, head }: SidesRequest, checkout: Checkout, store: ObjectStore): Promise<Named> {
  if (base !== undefined) return named(base, checkout, store);
  const main = await mainBranch(checkout);
  if (main === undefined) throw new Error('there is no main branch to compare with: name a revision with --base');
  const tip = await named(main, checkout, store);
  const own = await named(head ?? 'HEAD', checkout, store);
  const sha = mergeBase(own.sha, tip.sha, store);
  if (sha === undefined)
    throw new Error(
      `${own.name} and ${main} have no commit in common here: fetch more of the history, or name a revision with --base`,
    );
  return { name: sha === tip.sha ? main : `${main} at ${sha.slice(0, 12)}`, sha };
}

async function named(name: string, checkout: Checkout, store: ObjectStore): Promise<Named> {
  const revision = await resolveRevision(name, checkout, store);
  if (revision === undefined) throw new Error(`${name} is no revision of this repository, or is not here: fetch it first`);
  return { name: /^[0-9a-f]{40}$/.test(name) ? name.slice(0, 12) : name, sha: revision.sha };
}

async function headOf({ head, workingTree: read }: SidesRequest, checkout: Checkout, store: ObjectStore): Promise<Side> {
  if (head !== undefined) return readSide(await named(head, checkout, store), checkout, store);
  return { revision: { name: workingTree }, files: await read() };
}

function readSide({ name, sha }: Named, { path }: Checkout, store: ObjectStore): Side {
  const { commit, tree } = parseCommit(sha, store.read(sha, 'commit', 1024 * 1024));
  const folder = findFolder(store, tree, path);
  const root = folder === undefined ? undefined : readFolder(store, { oid: folder, path: '', depth: 0 }, defaultLimits);
  const files = root === undefined ? [] : listFiles(root, defaultLimits.files);
  return {
    revision: { name, commit: sha },
    commit,
    files: files.map(({ path: file, oid, refused }) =>
      refused === undefined
        ? parseFile({ path: file, content: store.read(oid, 'blob', defaultLimits.fileBytes) })
        : toUnreadFile(file, refused),
    ),
  };
}
