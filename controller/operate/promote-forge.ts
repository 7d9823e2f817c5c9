import { PromoteRefused } from '../core/promote/refused.js';
import { type ForgeOptions, forgeKinds } from '../forge/forge.js';
import { isSameRemote, readRemote } from '../forge/remote.js';
import type { UserGit } from '../git/user-git.js';
import { withApi } from './api.js';
import type { OperateOptions } from './cluster.js';

/** Where the pull request is opened. */
export type ForgePlace = Omit<ForgeOptions, 'now'>;

/** What somebody says of the code host. */
export interface ForgeHints {
  readonly kind?: string;
  readonly url?: string;
  readonly project?: string;
}

const settings: Readonly<Record<string, keyof ForgeHints>> = {
  'towpath.forge': 'kind',
  'towpath.forgeurl': 'url',
  'towpath.project': 'project',
};

/** What git is configured to say: once for a clone, or for all of a user's. */
export async function configuredForge(git: UserGit): Promise<ForgeHints> {
  const { stdout } = await git.run(['config', '-z', '--get-regexp', '^towpath\\.'], { expected: [0, 1] });
  const entries = stdout.toString('utf8').split('\0').filter(Boolean);
  const found = entries.flatMap((entry) => {
    const [name = '', value = ''] = entry.split('\n');
    const field = settings[name];
    return field === undefined ? [] : [[field, value]];
  });
  return Object.fromEntries(found) as ForgeHints;
}

/** By the flags, else by the settings of git, else by the address of the remote. Throws PromoteRefused where they do not tell it. */
export function placeForge(remoteUrl: string, flags: ForgeHints, configured: ForgeHints): ForgePlace {
  const told = readRemote(remoteUrl);
  const written = flags.kind ?? configured.kind;
  const kind = written === undefined ? told?.kind : forgeKinds.find((one) => one === written);
  if (written !== undefined && kind === undefined)
    throw new PromoteRefused(`towpath.forge ${written} is none of ${forgeKinds.join(', ')}`);
  const project = flags.project ?? configured.project ?? told?.project;
  if (kind === undefined || project === undefined) {
    const missing = [...(kind === undefined ? ['--forge'] : []), ...(project === undefined ? ['--project'] : [])].join(' and ');
    throw new PromoteRefused(
      `the remote does not tell where to open a pull request: say it with ${missing}; --no-pull-request stops before`,
    );
  }
  const url = flags.url ?? configured.url ?? told?.url;
  return { kind, project, ...(url === undefined ? {} : { url }) };
}

/** What the operator says of the repository in the cluster: the controller opens nothing, but knows where it reports. */
export async function forgeInCluster(remoteUrl: string, cluster: OperateOptions): Promise<ForgeHints> {
  const { items } = await withApi(cluster, (api) => api.list('sources'));
  const source = items.find(({ spec }) => spec.forge !== undefined && isSameRemote(spec.git.url, remoteUrl));
  if (source?.spec.forge === undefined) return {};
  const { kind, url, project } = source.spec.forge;
  return { kind, project, ...(url === undefined ? {} : { url }) };
}
