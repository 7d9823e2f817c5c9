import type { Agent as HttpsAgent, RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { suggestion } from '../core/documents/suggest.js';
import { ReconcileError } from '../core/errors.js';
import type { Millis } from '../core/model.js';
import { errorCode } from './failure.js';

/** Which API server to talk to, and as whom. Absent: what kubectl would use. */
export type KubeTarget =
  | { readonly path?: string; readonly context?: string }
  | 'in-cluster'
  | { readonly url: string; readonly caPem: string; readonly token: string };

/** As much of a kubeconfig as a connection needs. */
export type ServerConfig = Pick<KubeConfig, 'getCurrentCluster' | 'applyToHTTPSOptions' | 'createDispatcherOptions'>;

/** What one request needs to reach the server and be let in. */
export interface Credentials {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

type TlsOptions = Pick<HttpsAgent['options'], 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername'>;

/** Files (CA, certificate, token) are looked at again this often: service account tokens are replaced every hour. */
const rereadMs = 10_000;
const maxConnections = 24;

/**
 * The connection to one API server: the client library reads kubeconfig, certificates and tokens, and one pool of
 * connections is shared by all calls (the library itself opens one for each call and leaves it open).
 * The pool is replaced when CA or client certificate change. Certificates are always verified, whatever the environment says.
 */
export class Connection {
  readonly #load: () => ServerConfig;
  readonly #now: () => Millis;
  #config: ServerConfig;
  #current: { credentials: Credentials; identity: string; readAt: Millis } | undefined;

  constructor(loadConfig: () => ServerConfig, now: () => Millis) {
    this.#load = loadConfig;
    this.#now = now;
    this.#config = loadConfig();
  }

  /** Root URL of the server, without a slash at the end. */
  get server(): string {
    return currentCluster(this.#config).server.replace(/\/+$/, '');
  }

  async credentials(): Promise<Credentials> {
    const now = this.#now();
    const current = this.#current;
    if (current !== undefined && now >= current.readAt && now - current.readAt < rereadMs) return current.credentials;
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const tls = tlsOptions(options);
    const identity = JSON.stringify([this.server, tls]);
    const dispatcher = this.#reusable(identity) ?? this.#createDispatcher(tls);
    const credentials = { dispatcher, headers: requestHeaders(options) };
    this.#current = { credentials, identity, readAt: now };
    return credentials;
  }

  /** Forgets everything read so far: the server did not accept it. */
  reload(): void {
    this.#config = this.#load();
    if (this.#current !== undefined) this.#current.readAt = Number.NEGATIVE_INFINITY;
  }

  /** Ends every connection at once. */
  async close(): Promise<void> {
    const dispatcher = this.#current?.credentials.dispatcher;
    this.#current = undefined;
    await dispatcher?.destroy();
  }

  #reusable(identity: string): Dispatcher | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    if (current.identity === identity) return current.credentials.dispatcher;
    current.credentials.dispatcher.close().catch(() => undefined);
    return undefined;
  }

  #createDispatcher(tls: TlsOptions): Dispatcher {
    const cluster = currentCluster(this.#config);
    const options = this.#config.createDispatcherOptions(cluster, tls);
    const verified = { ...tls, rejectUnauthorized: true };
    const limits = { connections: maxConnections, keepAliveTimeout: 20_000 };
    if (options.type === 'socks')
      throw new ReconcileError('InvalidKubeconfig', 'SOCKS proxies are not supported', { retry: 'never' });
    if (options.type === 'proxy') return new ProxyAgent({ uri: options.uri, requestTls: verified, ...limits });
    return new Agent({ connect: { ...verified, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 5_000 }, ...limits });
  }
}

/** The client library is loaded here and no earlier: it takes a second and 100 MB that other commands do without. */
export async function openConnection(target: KubeTarget | undefined, now: () => Millis): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  return new Connection(() => load(new KubeConfig(), target), now);
}

function load(config: KubeConfig, target: KubeTarget | undefined): KubeConfig {
  try {
    if (target === undefined) config.loadFromDefault();
    else if (target === 'in-cluster') config.loadFromCluster();
    else if ('url' in target)
      config.loadFromClusterAndUser(
        { name: 'given', server: target.url, caData: Buffer.from(target.caPem).toString('base64'), skipTLSVerify: false },
        { name: 'given', token: target.token },
      );
    else loadNamed(config, target);
  } catch (cause) {
    if (cause instanceof ReconcileError) throw cause;
    // A parser's error quotes the file, tokens included.
    const code = errorCode(cause);
    const file = isNamed(target) && target.path !== undefined ? ` ${target.path}` : '';
    throw new ReconcileError('InvalidKubeconfig', `the kubeconfig${file} cannot be read${code === undefined ? '' : `: ${code}`}`);
  }
  if (isNamed(target ?? {}) && isDefault(config))
    throw new ReconcileError('InvalidKubeconfig', 'there is no kubeconfig: name one with --kubeconfig or KUBECONFIG', {
      retry: 'never',
    });
  const cluster = currentCluster(config);
  if (cluster.skipTLSVerify)
    throw new ReconcileError('InvalidKubeconfig', 'insecure-skip-tls-verify is refused: name the CA instead', { retry: 'never' });
  if (!cluster.server.startsWith('https://'))
    throw new ReconcileError('InvalidKubeconfig', 'the API server must be reached by https', { retry: 'never' });
  return config;
}

const isNamed = (target: KubeTarget | undefined): target is { readonly path?: string; readonly context?: string } =>
  typeof target === 'object' && !('url' in target);

/** What the library makes up where it finds nothing to read. */
const isDefault = (config: KubeConfig): boolean =>
  config.getClusters().length === 1 && config.getCurrentCluster()?.server === 'http://localhost:8080';

function loadNamed(config: KubeConfig, { path, context }: { readonly path?: string; readonly context?: string }): void {
  if (path === undefined) config.loadFromDefault();
  else config.loadFromFile(path);
  if (context === undefined) return;
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context))
    throw new ReconcileError('InvalidKubeconfig', `the kubeconfig has no context ${context}${suggestion(context, names)}`, {
      retry: 'never',
    });
  config.setCurrentContext(context);
}

function currentCluster(config: ServerConfig) {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new ReconcileError('InvalidKubeconfig', 'the kubeconfig names no current cluster');
  return cluster;
}

function tlsOptions({ ca, cert, key, pfx, passphrase, servername }: RequestOptions): TlsOptions {
  const given = Object.entries({ ca, cert, key, pfx, passphrase, servername }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as TlsOptions;
}

/** Token files often end with a line feed, which no header may hold. */
function requestHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (typeof options.auth === 'string') headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}
