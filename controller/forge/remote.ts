import { attempt } from '../core/attempt.js';
import type { ForgeKind } from './forge.js';

/** What the address of a git remote says of the code host that it lies on. */
export interface RemotePlace {
  /** Undefined where the name of the host tells nothing. */
  readonly kind?: ForgeKind;
  /** Root of the host, where it is none of the public services. */
  readonly url?: string;
  /** `owner/name`. */
  readonly project: string;
}

const publicHosts: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'ssh.github.com': 'github',
  'gitlab.com': 'gitlab',
  'altssh.gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
  'altssh.bitbucket.org': 'bitbucket',
};

/** Hosts of one's own are called like what they run, as `git.example` never is. */
const names: readonly (readonly [RegExp, ForgeKind])[] = [
  [/^github(\.|-)/, 'github'],
  [/^gitlab(\.|-)/, 'gitlab'],
  [/^(gitea|forgejo|codeberg)(\.|-)/, 'gitea'],
  [/^(bitbucket|stash)(\.|-)/, 'bitbucket'],
];

/** Reads https, ssh and scp-like addresses of git(1); undefined for files and for what names no project. Credentials in it are left out. */
export function readRemote(address: string): RemotePlace | undefined {
  const found = locate(address);
  if (found === undefined) return undefined;
  const { host, hostname } = found;
  const known = publicHosts[hostname];
  const kind = known ?? names.find(([pattern]) => pattern.test(hostname))?.[1];
  const parts = found.path
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '')
    .split('/');
  // Bitbucket Data Center: /scm/PROJECT/slug.git over https.
  const own = kind === 'bitbucket' && known === undefined && parts[0] === 'scm' ? parts.slice(1) : parts;
  if (own.length < 2 || own.includes('')) return undefined;
  const where = known === undefined ? { url: `${found.scheme}://${host}` } : {};
  return { project: own.join('/'), ...where, ...(kind === undefined ? {} : { kind }) };
}

/** Whether two addresses, of https, ssh or scp, name one repository; credentials and ports aside. */
export function isSameRemote(one: string, other: string): boolean {
  const key = (address: string): string => {
    const found = locate(address);
    const path = (found?.path ?? address).replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
    return found === undefined ? path : `${found.hostname.toLowerCase()}/${path.replace(/^scm\//, '')}`;
  };
  return key(one) === key(other);
}

interface Located {
  readonly scheme: 'https' | 'http';
  /** With the port, where the API has the same one. */
  readonly host: string;
  readonly hostname: string;
  readonly path: string;
}

function locate(address: string): Located | undefined {
  const scp = /^(?:[^@/\s:]+@)?([^@/\s:]{2,}):(?!\/\/)(.+)$/.exec(address);
  if (scp !== null) {
    const [, hostname = '', path = ''] = scp;
    return { scheme: 'https', host: hostname, hostname, path };
  }
  const url = attempt(() => new URL(address));
  if (url === undefined) return undefined;
  const { protocol, host, hostname, pathname } = url;
  if (protocol === 'https:' || protocol === 'http:')
    return { scheme: protocol === 'http:' ? 'http' : 'https', host, hostname, path: pathname };
  // The port of ssh is none of the API.
  if (protocol === 'ssh:' || protocol === 'git+ssh:') return { scheme: 'https', host: hostname, hostname, path: pathname };
  return undefined;
}
