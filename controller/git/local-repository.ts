import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failed } from './failure.js';

/** A repository on this machine, which another program writes: it is only ever read. */
export interface LocalRepository {
  /** Where refs and objects stand. */
  readonly folder: string;
}

/** Finds the repository at a path: bare, with a working copy, a linked worktree, or the `.git` folder itself. Throws ReconcileError. */
export async function openLocalRepository(path: string): Promise<LocalRepository> {
  const marker = join(path, '.git');
  const pointer = /^gitdir: (.+)$/m.exec((await readText(marker)) ?? '')?.[1];
  const candidates = [path, marker, ...(pointer === undefined ? [] : [resolve(path, pointer.trim())])];
  for (const candidate of candidates) {
    if ((await readText(join(candidate, 'HEAD'))) === undefined) continue;
    const common = await readText(join(candidate, 'commondir'));
    const folder = common === undefined ? candidate : resolve(candidate, common.trim());
    if (!(await isFolder(join(folder, 'objects')))) continue;
    await refuseUnsupported(path, folder);
    return { folder };
  }
  throw failed('GitNotFound', `${path} is no git repository, or cannot be read.`);
}

/** The commit that a ref names, loose or packed; undefined where there is no such ref. */
export async function readLocalHead({ folder }: LocalRepository, ref: string): Promise<string | undefined> {
  let name = ref;
  for (let hops = 0; hops < 5; hops++) {
    // `git pack-refs` writes the packed file before it removes the loose one, so this order misses nothing.
    const loose = (await readText(join(folder, name)))?.trim();
    if (loose !== undefined && /^[0-9a-f]{40}$/.test(loose)) return loose;
    const next = /^ref: (refs\/[^\s]+)$/.exec(loose ?? '')?.[1];
    if (next === undefined || next.includes('..')) return findPacked((await readText(join(folder, 'packed-refs'))) ?? '', name);
    name = next;
  }
  return undefined;
}

function findPacked(text: string, ref: string): string | undefined {
  const line = text.split('\n').find((each) => each.endsWith(` ${ref}`) && each.length === 41 + ref.length);
  return line?.slice(0, 40);
}

async function refuseUnsupported(path: string, folder: string): Promise<void> {
  const config = (await readText(join(folder, 'config'))) ?? '';
  if (/^\s*objectformat\s*=\s*sha256/im.test(config)) {
    throw failed(
      'GitUnsupported',
      `${path} names its objects by SHA-256, which is not supported; use a repository with SHA-1 names.`,
    );
  }
  if (/^\s*refstorage\s*=\s*reftable/im.test(config)) {
    throw failed('GitUnsupported', `${path} keeps its refs in reftables, which is not supported; use the files format.`);
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
