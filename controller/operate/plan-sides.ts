import type { Commit } from '../core/model.js';
import type { PlanRevision } from '../core/plan/plan.js';
import type { Checkout } from '../git/checkout.js';
import { ignoredIn } from '../git/ignored.js';
import type { ObjectReader, ObjectStore } from '../git/object-store.js';
import { mainBranch, mergeBase, readCommit, resolveRevision } from '../git/revision.js';
import { findFolder } from '../git/tree.js';
import { readWorkingTree } from '../git/working-tree.js';

export interface SidesRequest {
  /** A folder of the working copy: its top, or the folder that the documents are in. */
  readonly directory: string;
  /** Absent: where the head left the main branch. */
  readonly base?: string;
  /** Absent: the working copy as it stands, with what is not committed. */
  readonly head?: string;
}

export interface Side {
  readonly revision: PlanRevision;
  /** Absent for what is not committed. */
  readonly commit?: Commit;
  /** Of the folder that documents are read from; absent where the side has no such folder. */
  readonly tree: string | undefined;
}

export interface Sides {
  readonly base: Side;
  readonly head: Side;
  /** Where both are read from. */
  readonly objects: ObjectReader;
}

/** The name of what is not committed. */
const workingTree = 'working tree';

/** Both sides as trees. Throws an Error with a sentence where there is no such revision, ObjectError where the repository is damaged. */
export async function findSides(request: SidesRequest, checkout: Checkout, store: ObjectStore): Promise<Sides> {
  const base = sideOf(await baseOf(request, checkout, store), checkout, store);
  const { head } = request;
  if (head !== undefined) return { base, head: sideOf(await named(head, checkout, store), checkout, store), objects: store };
  const { root, gitFolder, path } = checkout;
  if (root === undefined) throw new Error('a bare repository has no working copy: name a revision with --head');
  const written = await readWorkingTree({ ...checkout, root }, ignoredIn(root, gitFolder));
  const objects: ObjectReader = { read: (oid, type, limit) => written.read(oid, type) ?? store.read(oid, type, limit) };
  return { base, head: { revision: { name: workingTree }, tree: findFolder(objects, written.tree, path) }, objects };
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

function sideOf({ name, sha }: Named, { path }: Checkout, store: ObjectStore): Side {
  const { commit, tree } = readCommit(sha, store);
  return { revision: { name, commit: sha }, commit, tree: findFolder(store, tree, path) };
}
