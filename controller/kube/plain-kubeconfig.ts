import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import type { Cluster } from '@kubernetes/client-node';
import { parse } from 'yaml';
import type { Millis } from '../core/model.js';
import { Connection, type KubeTarget, openConnection, type ServerConfig } from './connection.js';

/** The part of a kubeconfig that says all that a plain one needs: https, a CA, and a token, a client certificate or a password. */
interface Written {
  readonly clusters?: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
  readonly users?: readonly { readonly name: string; readonly user?: Readonly<Record<string, unknown>> | null }[];
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string; readonly user: string } }[];
  readonly 'current-context'?: string;
}

const plainCluster = new Set(['server', 'certificate-authority', 'certificate-authority-data', 'tls-server-name', 'extensions']);
const plainUser = new Set([
  ...['token', 'tokenFile', 'username', 'password', 'extensions'],
  ...['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data'],
]);

/**
 * As openConnection, without the client library where the kubeconfig needs none of it: loading it takes most of the time of a
 * command that asks for one object. Whatever is not plain (exec, providers, proxies, several files) goes through the library.
 */
export async function openQuickConnection(target: KubeTarget | undefined, now: () => Millis): Promise<Connection> {
  const named = typeof target === 'object' && !('url' in target) ? target : undefined;
  const { path, context } = named ?? {};
  const plain = path !== undefined && readPlain(path, context) !== undefined;
  if (!plain) return openConnection(target, now);
  return new Connection(() => {
    const config = readPlain(path, context);
    if (config === undefined) throw new Error('the kubeconfig has changed');
    return config;
  }, now);
}

/** Undefined where it is not plain, or cannot be read: then the library says why. */
function readPlain(path: string, context: string | undefined): ServerConfig | undefined {
  try {
    const written = parse(readFileSync(path, 'utf8')) as Written;
    const wanted = context ?? written['current-context'];
    const used = written.contexts?.find(({ name }) => name === wanted)?.context;
    const cluster = written.clusters?.find(({ name }) => name === used?.cluster)?.cluster;
    const user = written.users?.find(({ name }) => name === used?.user)?.user ?? {};
    if (used === undefined || cluster === undefined) return undefined;
    if (!isPlain(cluster, plainCluster) || !isPlain(user, plainUser)) return undefined;
    if (typeof cluster.server !== 'string' || !cluster.server.startsWith('https://')) return undefined;
    return toServerConfig({ name: used.cluster, server: cluster.server, skipTLSVerify: false }, () =>
      readOptions({ ...cluster, ...user }, dirname(path)),
    );
  } catch {
    return undefined;
  }
}

function isPlain(fields: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): boolean {
  return Object.entries(fields).every(([name, value]) => known.has(name) && (name === 'extensions' || typeof value === 'string'));
}

function toServerConfig(cluster: Cluster, read: () => RequestOptions): ServerConfig {
  return {
    getCurrentCluster: () => cluster,
    applyToHTTPSOptions: async (options) => void Object.assign(options, read()),
    createDispatcherOptions: () => ({ type: 'none' }),
  };
}

/** Certificates, keys and tokens as Node's https takes them; those in files are read anew each time, as they are replaced. */
function readOptions(fields: Readonly<Record<string, unknown>>, folder: string): RequestOptions {
  const text = (name: string) => (typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : undefined);
  const bytes = (name: string) => {
    const data = text(`${name}-data`);
    if (data !== undefined) return Buffer.from(data, 'base64');
    const file = text(name);
    return file === undefined ? undefined : readFileSync(resolve(folder, file));
  };
  const tokenFile = text('tokenFile');
  const fromFile = tokenFile !== undefined && existsSync(resolve(folder, tokenFile));
  const token = fromFile ? readFileSync(resolve(folder, tokenFile), 'utf8').trim() : text('token');
  const username = text('username');
  const given = {
    ca: bytes('certificate-authority'),
    cert: bytes('client-certificate'),
    key: bytes('client-key'),
    servername: text('tls-server-name'),
    headers: token === undefined ? undefined : { authorization: `Bearer ${token}` },
    auth: username === undefined ? undefined : `${username}:${text('password') ?? ''}`,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
