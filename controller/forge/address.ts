import { attempt } from '../core/attempt.js';
import { ReconcileError } from '../core/errors.js';
import type { ForgeKind, ForgeOptions } from './forge.js';

/** Where requests go. Holds no credential. */
export interface ForgeAddress {
  /** Root of the API without a slash at its end. */
  readonly root: string;
  readonly origin: string;
  readonly flavour: Flavour;
}

/** The APIs that are spoken: Bitbucket has two. */
export type Flavour = Exclude<ForgeKind, 'bitbucket'> | 'bitbucket-cloud' | 'bitbucket-data-center';

const publicRoots: Readonly<Record<ForgeKind, string | undefined>> = {
  github: 'https://api.github.com',
  gitlab: 'https://gitlab.com/api/v4',
  gitea: undefined,
  bitbucket: 'https://api.bitbucket.org/2.0',
};

/** What follows the address of a server of one's own, where only the server is named. */
const apiPaths: Readonly<Record<ForgeKind, string>> = {
  github: '/api/v3',
  gitlab: '/api/v4',
  gitea: '/api/v1',
  bitbucket: '/rest/api/1.0',
};

/** https, or http to this host alone unless it is allowed; no user information, query or fragment. Throws ReconcileError. */
export function parseForgeAddress({
  kind,
  url,
  allowInsecure,
}: Pick<ForgeOptions, 'kind' | 'url' | 'allowInsecure'>): ForgeAddress {
  const written = url ?? publicRoots[kind];
  if (written === undefined) throw invalid(`There is no public service of ${kind}: name the address of its API.`);
  const parsed = attempt(() => new URL(written));
  if (parsed === undefined) throw invalid('The address of the code host is not a URL.');
  if (parsed.username !== '' || parsed.password !== '')
    throw invalid(`The address of the code host ${parsed.host} holds credentials; they belong into its Secret.`);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    throw invalid('The address of the code host is not an https URL.');
  if (parsed.search !== '' || parsed.hash !== '')
    throw invalid(`The address of the code host ${parsed.host} has a query or a fragment.`);
  if (parsed.protocol === 'http:' && allowInsecure !== true && !isLoopback(parsed.hostname))
    throw invalid(`The code host ${parsed.host} is not asked over plain http; use https, or set allowInsecure.`);
  const root = rootOf(kind, parsed);
  return { root, origin: parsed.origin, flavour: flavourOf(kind, root) };
}

function rootOf(kind: ForgeKind, { origin, hostname, pathname }: URL): string {
  const path = pathname.replace(/\/+$/, '');
  if (hostname === 'api.github.com' && kind === 'github') return origin;
  if (hostname === 'api.bitbucket.org' || (kind === 'bitbucket' && path.endsWith('/2.0')))
    return `${origin}${path === '' ? '/2.0' : path}`;
  const api = apiPaths[kind];
  const isApi = kind === 'bitbucket' ? /\/rest\/api\/[^/]+$/.test(path) : path.endsWith(api);
  return `${origin}${path}${isApi ? '' : api}`;
}

function flavourOf(kind: ForgeKind, root: string): Flavour {
  if (kind !== 'bitbucket') return kind;
  return root.endsWith('/2.0') ? 'bitbucket-cloud' : 'bitbucket-data-center';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** The parts of a project's name: `owner/name`; of GitLab as many groups as there are. Throws ReconcileError. */
export function projectParts(kind: ForgeKind, project: string): readonly [string, string, ...string[]] {
  const parts = project.split('/');
  const isSound = (part: string): boolean => /^~?[A-Za-z0-9_.-]{1,255}$/.test(part) && part !== '.' && part !== '..';
  const [owner, name, ...more] = parts;
  if (
    owner === undefined ||
    name === undefined ||
    !parts.every(isSound) ||
    (kind !== 'gitlab' && more.length > 0) ||
    more.length > 20
  )
    throw invalid(`${JSON.stringify(project.slice(0, 200))} is no name of a project, such as owner/name.`);
  return [owner, name, ...more];
}

export function invalid(message: string): ReconcileError {
  return new ReconcileError('InvalidForge', message, { retry: 'never' });
}
