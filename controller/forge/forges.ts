import { createHash } from 'node:crypto';
import { ReconcileError } from '../core/errors.js';
import type { ForgeSpec, ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Forges } from '../reconcile/ports.js';
import { createForge, type ForgeClient } from './create.js';
import type { ForgeOptions, ForgeRequest } from './forge.js';

export interface ForgesOptions {
  /** The Secret's decoded content as it is now; undefined where there is none. */
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Record<string, string> | undefined>;
  readonly now: () => number;
  readonly onRequest?: (source: string, request: ForgeRequest) => void;
}

/** A Secret that is put right is looked at again this soon. */
const retry = { afterMs: 30_000 };

interface OpenForge {
  readonly fingerprint: string;
  readonly client: ForgeClient;
}

/** The code hosts of sources; a client is kept while neither its configuration nor its Secret changes. */
export function createForges(options: ForgesOptions): Forges & { close(): Promise<void> } {
  const open = new Map<string, OpenForge>();
  const forget = async (name: string) => {
    const known = open.get(name);
    open.delete(name);
    await known?.client.close();
  };
  return {
    async open({ metadata: { namespace, name }, spec: { forge } }, signal) {
      if (forge === undefined) throw new ReconcileError('InvalidForge', 'there is no spec.forge', { retry: 'never' });
      const secret = await readCredentials(namespace, forge, { options, signal });
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([forge, secret]))
        .digest('hex');
      const key = `${namespace}/${name}`;
      const known = open.get(key);
      if (known?.fingerprint === fingerprint) return known.client;
      await forget(key);
      const client = createForge(toOptions(forge, secret, { ...options, name }));
      open.set(key, { fingerprint, client });
      return client;
    },
    forget: ({ namespace, name }) => forget(`${namespace}/${name}`),
    close: async () => {
      await Promise.all([...open.keys()].map(forget));
    },
  };
}

async function readCredentials(
  namespace: ReleaseSourceResource['metadata']['namespace'],
  { secretRef }: ForgeSpec,
  { options, signal }: { options: ForgesOptions; signal: AbortSignal },
): Promise<Record<string, string> | undefined> {
  if (secretRef === undefined) return undefined;
  const secret = await options.readSecret(namespace, secretRef.name, signal);
  if (secret === undefined)
    throw new ReconcileError('SecretMissing', `spec.forge: there is no Secret ${secretRef.name} in ${namespace}`, { retry });
  if ((secret.token ?? secret.password ?? '').trim() === '')
    throw new ReconcileError('SecretIncomplete', `spec.forge: the Secret ${secretRef.name} needs token`, { retry });
  return secret;
}

function toOptions(
  { kind, url, project, allowInsecure }: ForgeSpec,
  secret: Record<string, string> | undefined,
  { now, onRequest, name }: ForgesOptions & { name: string },
): ForgeOptions {
  const username = secret?.username?.trim();
  const token = (secret?.token ?? secret?.password)?.trim();
  const ca = secret?.['ca.crt'];
  return {
    kind,
    project,
    now,
    ...(url === undefined ? {} : { url }),
    ...(token === undefined ? {} : { credentials: { token, ...(username === undefined ? {} : { username }) } }),
    ...(ca === undefined ? {} : { ca }),
    ...(allowInsecure === undefined ? {} : { allowInsecure }),
    ...(onRequest === undefined ? {} : { onRequest: (request) => onRequest(name, request) }),
  };
}
