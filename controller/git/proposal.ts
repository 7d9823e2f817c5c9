import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Base } from './base.js';
import { GitFailed, type GitResult, type UserGit } from './user-git.js';

export interface ProposalRequest {
  readonly base: Base;
  /** The branch that it shall be on; another change that is there already keeps the name, and this one gets a number. */
  readonly branch: string;
  readonly message: string;
  /** Path from the top of the repository → content. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface Proposal {
  readonly branch: string;
  readonly sha: string;
  /** The same change was there already. */
  readonly isOld: boolean;
  /** Where it is the remote's already. */
  readonly isPushed: boolean;
}

const mostNames = 50;

/** The files that a change would edit and that are not as they were committed. */
export async function dirtyFiles(git: UserGit, paths: readonly string[]): Promise<string[]> {
  const { stdout } = await git.run(['status', '--porcelain=v1', '-z', '--no-renames', '--', ...paths]);
  const entries = stdout.toString('utf8').split('\0').filter(Boolean);
  return entries.map((entry) => entry.slice(3)).sort();
}

/**
 * Commits the change on a branch of its own, from the base. The working copy and its index stay as they are: the commit is made in a folder
 * beside them, which is gone afterwards. The same change again is found again.
 */
export async function propose(git: UserGit, request: ProposalRequest): Promise<Proposal> {
  const { remote } = request.base;
  const remotes = remote === undefined ? new Map<string, string>() : await branchesOf(git, remote.name, request.branch);
  for (let number = 1; number <= mostNames; number += 1) {
    const branch = number === 1 ? request.branch : `${request.branch}-${number}`;
    const theirs = remotes.get(branch);
    const own = await git.line(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
    const sha = theirs ?? own;
    if (sha === undefined) return { branch, sha: await commit(git, branch, request), isOld: false, isPushed: false };
    if (theirs !== undefined && remote !== undefined)
      await git.run(['fetch', '--quiet', '--no-tags', remote.name, `refs/heads/${branch}`]);
    if (await isSame(git, sha, request)) return { branch, sha, isOld: true, isPushed: theirs !== undefined };
  }
  throw new GitFailed(`there are ${mostNames} branches ${request.branch} already`);
}

/** Never by force: a branch that somebody else pushed in between stays as it is. */
export async function push(git: UserGit, remote: string, { branch, sha }: Pick<Proposal, 'branch' | 'sha'>): Promise<void> {
  await git.run(['push', '--quiet', remote, `${sha}:refs/heads/${branch}`]);
}

/** Branches of the remote whose names begin so → their commits. */
async function branchesOf(git: UserGit, remote: string, name: string): Promise<Map<string, string>> {
  const { stdout } = await git.run(['ls-remote', '--heads', remote, `refs/heads/${name}`, `refs/heads/${name}-*`]);
  const lines = stdout.toString('utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1).replace(/^refs\/heads\//, ''), line.slice(0, 40)]));
}

/** Whether a branch has these files with this content, whatever reviewers have added to it; one that is merged brings nothing any more. */
async function isSame(git: UserGit, sha: string, { base, files }: ProposalRequest): Promise<boolean> {
  const merged = await git.run(['merge-base', '--is-ancestor', sha, base.sha], { expected: [0, 1, 128] });
  if (merged.code === 0) return false;
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', sha, '--', ...files.keys()]);
  // `100644 blob <id>`, a tab and the path.
  const entries = stdout.toString('utf8').split('\0').filter(Boolean);
  const ids = new Map(entries.map((entry) => [entry.slice(entry.indexOf('\t') + 1), entry.split(/[ \t]/)[2]]));
  return [...files].every(([path, content]) => ids.get(path) === blobId(content));
}

const blobId = (content: Buffer): string => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

async function commit(git: UserGit, branch: string, { base, files, message }: ProposalRequest): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-promote-'));
  const tree = join(folder, 'tree');
  try {
    await openTree(git, tree, base.sha);
    for (const [path, content] of files) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), content);
    }
    await stage(git, tree, [...files.keys()]);
    await git.run(['commit', '--quiet', '--cleanup=whitespace', '--file=-'], { folder: tree, input: message });
    const sha = await git.line(['rev-parse', '--verify', 'HEAD'], { folder: tree });
    if (sha === undefined || sha === base.sha) throw new GitFailed('git commit made no commit');
    // With the old value of none: never over a branch that is there.
    await git.run(['update-ref', `refs/heads/${branch}`, sha, '0'.repeat(40)]);
    return sha;
  } finally {
    await git.run(['worktree', 'remove', '--force', tree], { expected: [0, 128] }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    await git.run(['worktree', 'prune'], { expected: [0, 1, 128] }).catch(() => undefined);
  }
}

/** All files only where a hook looks at them: writing those of ten thousand environments takes longer than everything else. */
async function openTree(git: UserGit, tree: string, sha: string): Promise<void> {
  const hook = await git.line(['rev-parse', '--path-format=absolute', '--git-path', 'hooks/pre-commit']);
  if (hook !== undefined && existsSync(hook)) {
    await git.run(['worktree', 'add', '--quiet', '--detach', tree, sha]);
    return;
  }
  await git.run(['worktree', 'add', '--quiet', '--no-checkout', '--detach', tree, sha]);
  await git.run(['read-tree', sha], { folder: tree });
}

/** As the files are, byte by byte: `git add` would write them as attributes and settings of the user say. */
async function stage(git: UserGit, tree: string, paths: readonly string[]): Promise<void> {
  const lines = (result: GitResult, end: string): string[] => result.stdout.toString('utf8').split(end).filter(Boolean);
  const hashed = { folder: tree, input: paths.map((path) => `${path}\n`).join('') };
  const ids = lines(await git.run(['hash-object', '-w', '--no-filters', '--stdin-paths'], hashed), '\n');
  const known = lines(await git.run(['ls-files', '--stage', '-z', '--', ...paths], { folder: tree }), '\0');
  const modes = new Map(known.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]));
  const input = paths.map((path, index) => `${modes.get(path) ?? '100644'} ${ids[index]}\t${path}\0`).join('');
  await git.run(['update-index', '-z', '--index-info'], { folder: tree, input });
}
