import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { builtinTypes, typeOfCrd } from './builtin-types.js';
import { ensureCertificates } from './certificates.js';
import { ensureToken, writeKubeconfig } from './credentials.js';
import { openCipher } from './encryption.js';
import { startEventExpiry } from './event-expiry.js';
import type { ApiContext } from './exchange.js';
import { ensureNamespaces } from './namespaces.js';
import { collectionName, createRegistry, type Registry, secretCollection } from './registry.js';
import type { ApiObject, Json } from './resource-type.js';
import { applyDefaults } from './schema-default.js';
import { pruneObject } from './schema-prune.js';
import { createApiServer } from './server.js';
import { openStore } from './store.js';

export interface EmbeddedApiOptions {
  /** Everything durable lies here: the store, the certificates, the token and the key. */
  readonly directory: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** CustomResourceDefinition objects (apiextensions.k8s.io/v1). */
  readonly crds: readonly Json[];
  readonly now?: () => number;
  onFault?(error: unknown): void;
}

export interface EmbeddedApi {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly kubeconfigPath: string;
  /** Ends watches, lets requests under way finish, and closes the store. */
  close(): Promise<void>;
}

const historyLimits = { events: 20_000, bytes: 64 * 1024 * 1024 };
const closeGraceMs = 5_000;

/** Starts the embedded Kubernetes-compatible API on the loopback interface. Fails when another process has the folder. */
export async function startEmbeddedApi(options: EmbeddedApiOptions): Promise<EmbeddedApi> {
  const { directory, now = Date.now } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const cipher = await openCipher(directory);
  const registry = createRegistry(builtinTypes, options.crds.map(typeOfCrd));
  const store = await openStore({
    directory: join(directory, 'store'),
    cipher,
    sealed: new Set([secretCollection]),
    history: historyLimits,
    upgrade: toCurrentSchema(registry),
  });
  try {
    const context: ApiContext = { store, registry, now };
    await ensureNamespaces(context, ['default', 'kube-system']);
    return await serve(context, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Objects are pruned and defaulted by the schema of today when they are read, as the schema may be newer than they are. */
function toCurrentSchema(registry: Registry): (collection: string, object: ApiObject) => ApiObject {
  const custom = new Map(registry.types.filter(registry.isCustom).map((type) => [collectionName(type), type.schema]));
  return (collection, object) => {
    const schema = custom.get(collection);
    if (schema === undefined) return object;
    const { object: current } = pruneObject(schema, object);
    applyDefaults(schema, current as unknown as Json);
    return current;
  };
}

async function serve(context: ApiContext, options: EmbeddedApiOptions): Promise<EmbeddedApi> {
  const { caPem, certPem, keyPem } = await ensureCertificates(options.directory);
  const token = await ensureToken(options.directory);
  const { server, endWatches } = createApiServer({ context, certPem, keyPem, token, onFault: options.onFault ?? (() => {}) });
  const url = await listen(server, options.port ?? 0);
  const kubeconfigPath = await writeKubeconfig({ directory: options.directory, url, caPem, token });
  const stopExpiry = startEventExpiry(context);
  return {
    url,
    caPem,
    token,
    kubeconfigPath,
    close: async () => {
      stopExpiry();
      await closeServer(server, endWatches);
      await context.store.close();
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

async function closeServer(server: Server, endWatches: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endWatches();
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), closeGraceMs);
  await closed;
  clearTimeout(force);
}
