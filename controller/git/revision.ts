import { readFile } from 'node:fs/promises';
import type { Checkout } from './checkout.js';
import { type ParsedCommit, parseCommit } from './formats.js';
import { readLocalHead } from './local-repository.js';
import { ObjectError } from './object-error.js';
import type { ObjectStore } from './object-store.js';

/** Names of commits as people write them (gitrevisions(7)), as far as they are needed: refs, ids, `~n` and `^n`. */

const COMMIT_BYTES = 1024 * 1024;
const MOST_COMMITS = 200_000;

export interface Revision {
  readonly sha: string;
  readonly tree: string;
}

/** The commit of that name; undefined where there is none. Throws ObjectError where the repository is damaged. */
export async function resolveRevision(name: string, checkout: Checkout, store: ObjectStore): Promise<Revision | undefined> {
  const [, base = '', steps = ''] = /^(.*?)((?:[~^][0-9]*)*)$/.exec(name) ?? [];
  let sha = peel(await findNamed(base === '@' ? 'HEAD' : base, checkout, store), store);
  for (const [, sign, digits = ''] of steps.matchAll(/([~^])([0-9]*)/g)) {
    const count = digits === '' ? 1 : Number(digits);
    if (sign === '^') sha = sha && (count === 0 ? sha : readCommit(sha, store).parents[count - 1]);
    else for (let step = 0; step < count && sha !== undefined; step += 1) sha = readCommit(sha, store).parents[0];
  }
  return sha === undefined ? undefined : { sha, tree: readCommit(sha, store).tree };
}

/** The main branch: what the remote says that it is, else the first of the usual names that there is. */
export async function mainBranch(checkout: Checkout): Promise<string | undefined> {
  for (const ref of ['remotes/origin/HEAD', 'remotes/origin/main', 'remotes/origin/master', 'heads/main', 'heads/master'])
    if ((await readLocalHead(checkout, `refs/${ref}`)) !== undefined) return ref.replace(/^(remotes|heads)\//, '');
  return undefined;
}

export function readCommit(sha: string, store: ObjectStore): ParsedCommit {
  return parseCommit(sha, store.read(sha, 'commit', COMMIT_BYTES));
}

const both = 3;
/** Below a commit that both sides build on: of no interest but that it is none itself. */
const stale = 4;

interface Waiting {
  readonly sha: string;
  readonly commit: ParsedCommit;
}

/**
 * The newest commit that both build on and that no other such commit builds on, as `git merge-base`; undefined where there is none among the `most`
 * newest commits that are here.
 * Throws ObjectError where the repository is damaged.
 */
export function mergeBase(one: string, other: string, store: ObjectStore, most = MOST_COMMITS): string | undefined {
  const flags = new Map<string, number>();
  const waiting: Waiting[] = [];
  const found: Waiting[] = [];
  const add = (sha: string, own: number) => {
    const known = flags.get(sha) ?? 0;
    if ((known & own) === own) return;
    flags.set(sha, known | own);
    const commit = readPresent(sha, store);
    if (commit !== undefined) waiting.push({ sha, commit });
  };
  add(one, 1);
  add(other, 2);
  const isOpen = ({ sha }: Waiting) => ((flags.get(sha) ?? 0) & stale) === 0;
  for (let seen = 0; waiting.some(isOpen) && seen < most; seen += 1) {
    const next = takeNewest(waiting);
    let own = flags.get(next.sha) ?? 0;
    if ((own & both) === both) {
      if (isOpen(next) && !found.some(({ sha }) => sha === next.sha)) found.push(next);
      own |= stale;
    }
    for (const parent of next.commit.parents) add(parent, own);
  }
  return found.find(isOpen)?.sha;
}

function takeNewest(waiting: Waiting[]): Waiting {
  let best = 0;
  for (const [at, { commit }] of waiting.entries()) if (commit.commit.time > (waiting[best]?.commit.commit.time ?? 0)) best = at;
  return waiting.splice(best, 1)[0] as Waiting;
}

/** Undefined where the history ends before it: a shallow clone. */
function readPresent(sha: string, store: ObjectStore): ParsedCommit | undefined {
  try {
    return readCommit(sha, store);
  } catch (error) {
    if (error instanceof ObjectError && error.kind === 'missing') return undefined;
    throw error;
  }
}

async function findNamed(name: string, checkout: Checkout, store: ObjectStore): Promise<string | undefined> {
  if (name === '' || name.includes('..') || name.startsWith('/')) return undefined;
  if (/^[0-9a-f]{40}$/.test(name)) return name;
  if (/^[A-Z_]+$/.test(name)) {
    const own = await headOf(name, checkout);
    if (own !== undefined) return own;
  }
  for (const prefix of ['', 'refs/', 'refs/tags/', 'refs/heads/', 'refs/remotes/']) {
    const ref = `${prefix}${name}`;
    const sha = ref.startsWith('refs/') ? await readLocalHead(checkout, ref) : undefined;
    if (sha !== undefined) return sha;
  }
  const remote = await readLocalHead(checkout, `refs/remotes/${name}/HEAD`);
  return remote ?? (/^[0-9a-f]{4,39}$/.test(name) ? abbreviated(name, store) : undefined);
}

/** HEAD and its like stand beside the index; what they point at stands with all other refs. */
async function headOf(name: string, { gitFolder, folder }: Checkout): Promise<string | undefined> {
  return (await readLocalHead({ folder: gitFolder }, name)) ?? pointedAt(name, gitFolder, folder);
}

async function pointedAt(name: string, gitFolder: string, folder: string): Promise<string | undefined> {
  if (gitFolder === folder) return undefined;
  const text = await readFile(`${gitFolder}/${name}`, 'utf8').catch(() => '');
  const ref = /^ref: (refs\/[^\s]+)/.exec(text)?.[1];
  return ref === undefined || ref.includes('..') ? undefined : readLocalHead({ folder }, ref);
}

/** The commit that a beginning of an id stands for; undefined where it is none, or that of several. */
function abbreviated(name: string, store: ObjectStore): string | undefined {
  const commits = store.beginningWith(name).filter((oid) => peel(oid, store) !== undefined);
  return commits.length === 1 ? commits[0] : undefined;
}

/** The commit that a commit or an annotated tag stands for. */
function peel(oid: string | undefined, store: ObjectStore, hops = 0): string | undefined {
  if (oid === undefined || hops > 5) return undefined;
  const tag = readAs(oid, 'tag', store);
  if (tag === undefined) return readAs(oid, 'commit', store) === undefined ? undefined : oid;
  return peel(/^object ([0-9a-f]{40})$/m.exec(tag)?.[1], store, hops + 1);
}

function readAs(oid: string, type: 'tag' | 'commit', store: ObjectStore): string | undefined {
  try {
    return store.read(oid, type, COMMIT_BYTES).toString('utf8');
  } catch (error) {
    if (error instanceof ObjectError) return undefined;
    throw error;
  }
}
