import { GitFailed, type UserGit } from './user-git.js';

/** What a change is proposed against. */
export interface Base {
  /** Absent: the repository has no remote, and what is there is the base. */
  readonly remote?: { readonly name: string; readonly url: string };
  readonly branch: string;
  readonly sha: string;
}

export interface BaseRequest {
  /** Absent: `origin`, else the only one. */
  readonly remote?: string;
  /** Absent: the main branch of the remote. */
  readonly branch?: string;
  /** Ask the remote for what is newest. */
  readonly fetch: boolean;
}

/** The branch that a change is meant for, as the remote has it now. Throws GitFailed. */
export async function findBase(git: UserGit, request: BaseRequest): Promise<Base> {
  const remote = await findRemote(git, request.remote);
  if (remote === undefined) return localBase(git, request.branch);
  const branch = request.branch ?? (await mainBranch(git, remote, request.fetch));
  const tracking = `refs/remotes/${remote}/${branch}`;
  if (request.fetch) await git.run(['fetch', '--quiet', '--no-tags', remote, `+refs/heads/${branch}:${tracking}`]);
  const sha = await git.line(['rev-parse', '--verify', '--quiet', `${tracking}^{commit}`]);
  if (sha === undefined) throw new GitFailed(`there is no ${remote}/${branch} here: run git fetch ${remote} first`);
  const url = await git.line(['remote', 'get-url', '--push', remote]);
  return { remote: { name: remote, url: url ?? '' }, branch, sha };
}

async function findRemote(git: UserGit, wanted: string | undefined): Promise<string | undefined> {
  const all = ((await git.line(['remote'])) ?? '').split('\n').filter(Boolean);
  if (wanted !== undefined) {
    if (!all.includes(wanted))
      throw new GitFailed(`there is no remote ${wanted}${all.length === 0 ? '' : ` (${all.join(', ')})`}`);
    return wanted;
  }
  if (all.includes('origin')) return 'origin';
  if (all.length > 1) throw new GitFailed(`there are several remotes (${all.join(', ')}): name one with --remote`);
  return all[0];
}

/** What a clone was told, else what the remote says; where it is not to be asked, the usual name that is here. */
async function mainBranch(git: UserGit, remote: string, mayAsk: boolean): Promise<string> {
  const head = await git.line(['symbolic-ref', '--quiet', `refs/remotes/${remote}/HEAD`]);
  if (head !== undefined) return head.slice(`refs/remotes/${remote}/`.length);
  const told = mayAsk ? (await git.run(['ls-remote', '--symref', remote, 'HEAD'])).stdout.toString('utf8') : '';
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(told)?.[1];
  if (branch !== undefined) return branch;
  for (const usual of mayAsk ? [] : ['main', 'master'])
    if ((await git.line(['rev-parse', '--verify', '--quiet', `refs/remotes/${remote}/${usual}`])) !== undefined) return usual;
  throw new GitFailed(
    `${mayAsk ? `${remote} does not say` : 'nobody knows here'} which is the main branch of ${remote}: name one with --base`,
  );
}

async function localBase(git: UserGit, wanted: string | undefined): Promise<Base> {
  const branch = wanted ?? (await git.line(['symbolic-ref', '--quiet', '--short', 'HEAD'])) ?? 'HEAD';
  const sha = await git.line(['rev-parse', '--verify', '--quiet', `${branch}^{commit}`]);
  if (sha === undefined) throw new GitFailed(`there is no commit ${branch} here`);
  return { branch, sha };
}
