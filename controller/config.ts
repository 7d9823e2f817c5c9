import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseDuration } from './core/duration.js';
import { defaultLeaseTimes, type LeaseTimes, whyBadLeaseTimes } from './core/lease-times.js';

/** Everything that flags and environment say, checked and frozen. The only place that reads process.env. */
export interface ControllerConfig {
  readonly kubeconfig?: { readonly path: string } | 'in-cluster';
  /** The one namespace to watch; absent: all. */
  readonly namespace?: string;
  readonly lease: { readonly namespace: string; readonly name: string } & LeaseTimes;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: string;
  readonly cacheDirectory: string;
  readonly identity: string;
}

export interface StandaloneConfig {
  readonly directory: string;
  readonly configurationFile: string;
  readonly apiPort: number;
  readonly http: { readonly host: string; readonly port: number };
  readonly logLevel: string;
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export interface ControllerFlags {
  kubeconfig?: string;
  namespace?: string;
  leaseNamespace?: string;
  leaseDuration?: string;
  leaseRenewDeadline?: string;
  leaseRetryPeriod?: string;
  http?: string;
  logLevel?: string;
  cacheDirectory?: string;
}

export function controllerConfig(flags: ControllerFlags): ControllerConfig {
  refuseUnverifiedTls();
  const podNamespace = process.env.POD_NAMESPACE;
  const kubeconfig =
    flags.kubeconfig !== undefined
      ? { path: flags.kubeconfig }
      : process.env.KUBERNETES_SERVICE_HOST
        ? ('in-cluster' as const)
        : undefined;
  return Object.freeze({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    lease: {
      namespace: flags.leaseNamespace ?? podNamespace ?? flags.namespace ?? 'default',
      name: 'towpath',
      ...leaseTimes(flags),
    },
    http: parseAddress(flags.http ?? '0.0.0.0:8080'),
    logLevel: parseLevel(flags.logLevel),
    cacheDirectory: flags.cacheDirectory ?? process.env.TOWPATH_CACHE ?? join(tmpdir(), 'towpath'),
    identity: `${process.env.POD_NAME ?? hostname()}_${randomUUID()}`,
  });
}

export interface StandaloneFlags {
  data: string;
  config: string;
  apiPort?: string;
  http?: string;
  logLevel?: string;
}

export function standaloneConfig(flags: StandaloneFlags): StandaloneConfig {
  refuseUnverifiedTls();
  return Object.freeze({
    directory: flags.data,
    configurationFile: flags.config,
    apiPort: parsePort(flags.apiPort ?? '0', '--api-port'),
    http: parseAddress(flags.http ?? '127.0.0.1:8080'),
    logLevel: parseLevel(flags.logLevel),
  });
}

/** Whether output goes to a terminal that colours and goes back over what it has shown: not to one that is dumb (terminfo's name for it). */
export function isCapable(isTerminal: boolean): boolean {
  return isTerminal && process.env.TERM !== 'dumb';
}

/** Whether output may be coloured: a terminal, and nobody asked for none (https://no-color.org). */
export function wantsColor(isTerminal: boolean): boolean {
  return isTerminal && (process.env.NO_COLOR ?? '') === '';
}

/** The one kubeconfig that kubectl would use; undefined where it would put several together, or has none. */
export function usualKubeconfig(): string | undefined {
  const named = process.env.KUBECONFIG ?? '';
  if (named !== '') return named.includes(delimiter) ? undefined : named;
  const own = join(homedir(), '.kube', 'config');
  return existsSync(own) ? own : undefined;
}

export interface ForgeEnvironment {
  readonly token?: string;
  readonly username?: string;
  /** The variables that a token is looked for in. */
  readonly names: readonly string[];
}

const forgeTokens: Readonly<Record<'github' | 'gitlab' | 'gitea' | 'bitbucket', readonly string[]>> = {
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  gitlab: ['GITLAB_TOKEN'],
  gitea: ['GITEA_TOKEN', 'FORGEJO_TOKEN'],
  bitbucket: ['BITBUCKET_TOKEN'],
};

/** The usual variables of the code hosts; Bitbucket wants the name of the user with some kinds of token. */
export function forgeEnvironment(kind: keyof typeof forgeTokens): ForgeEnvironment {
  const names = forgeTokens[kind];
  const token = names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');
  const username = kind === 'bitbucket' ? process.env.BITBUCKET_USERNAME : undefined;
  return { names, ...(token === undefined ? {} : { token }), ...(username === undefined ? {} : { username }) };
}

export interface ProxyEnvironment {
  readonly http?: string;
  readonly https?: string;
  readonly except: string;
}

/** The usual variables of proxies, in small letters before capitals; absent where none is named. */
export function proxyEnvironment(): ProxyEnvironment | undefined {
  const read = (name: string) =>
    process.env[name.toLowerCase()] || process.env[name] || process.env.all_proxy || process.env.ALL_PROXY || undefined;
  const [http, https] = [read('HTTP_PROXY'), read('HTTPS_PROXY')];
  if (http === undefined && https === undefined) return undefined;
  const except = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  return { except, ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) };
}

export function awsEndpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
}

/** The SDK's versions are pinned, and which Node they run on is tested here: its warning about later versions helps no operator. */
export function silenceSdkWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}

function leaseTimes({ leaseDuration, leaseRenewDeadline, leaseRetryPeriod }: ControllerFlags): LeaseTimes {
  const times: LeaseTimes = {
    leaseMs: parseTime(leaseDuration, '--lease-duration') ?? defaultLeaseTimes.leaseMs,
    renewDeadlineMs: parseTime(leaseRenewDeadline, '--lease-renew-deadline') ?? defaultLeaseTimes.renewDeadlineMs,
    retryMs: parseTime(leaseRetryPeriod, '--lease-retry-period') ?? defaultLeaseTimes.retryMs,
  };
  const problem = whyBadLeaseTimes(times);
  if (problem !== undefined)
    throw new UsageError(`--lease-duration, --lease-renew-deadline and --lease-retry-period do not go together: ${problem}`);
  return times;
}

function parseTime(text: string | undefined, flag: string): number | undefined {
  const time = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && time === undefined) throw new UsageError(`${flag} ${text} is no duration (for instance 35s)`);
  return time;
}

function parseLevel(level = 'info'): string {
  if (!logLevels.includes(level)) throw new UsageError(`--log-level ${level} is none of ${logLevels.join(', ')}`);
  return level;
}

/** `HOST:PORT`, `[HOST]:PORT` or `:PORT`. */
function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):([0-9]+)$/.exec(text);
  if (match === null) throw new UsageError(`--http ${text} is no address of the form HOST:PORT`);
  return {
    host: match[1] ?? (match[2] === '' || match[2] === undefined ? '0.0.0.0' : match[2]),
    port: parsePort(match[3] ?? '', '--http'),
  };
}

function parsePort(text: string, flag: string): number {
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port > 65_535) throw new UsageError(`${flag} ${text} is no port (0 to 65535)`);
  return port;
}

function refuseUnverifiedTls(): void {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new UsageError(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of certificates off; unset it, and give a private CA as ca.crt in the Secret',
  );
}
