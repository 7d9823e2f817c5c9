import { createHash } from 'node:crypto';
import { durationOr } from '../core/duration.js';
import { ReconcileError } from '../core/errors.js';
import type { JenkinsServer } from '../core/resources/release-source.js';
import type { Deployer, Deployers } from '../reconcile/ports.js';
import { withBulkhead } from './bulkhead.js';
import { createDeployer, type DeployerOptions } from './deployer.js';

export interface DeployersOptions {
  /** The Secret's decoded content as it is now; undefined where there is none. */
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Record<string, string> | undefined>;
  readonly onRequest?: (server: string, request: { operation: string; code: string; durationMs: number }) => void;
}

/** A timer that is set to more fires at once. */
const longestTimerMs = 2 ** 31 - 1;

interface OpenDeployer {
  readonly fingerprint: string;
  readonly deployer: Deployer;
  close(): void;
}

/** Of the environments' workers, so many at most wait for one server. */
const callsAtATime = 32;
/** A Secret that is put right is looked at again this soon. */
const retry = { afterMs: 30_000 };

/** Jenkins servers by name; a deployer is kept while neither its configuration nor its Secret changes. */
export function createDeployers(options: DeployersOptions): Deployers & { close(): void } {
  const open = new Map<string, OpenDeployer>();
  return {
    async open(namespace, server, signal): Promise<Deployer> {
      const secret = await readCredentials(namespace, server, { options, signal });
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([server, secret]))
        .digest('hex');
      const name = `${namespace}/${server.name}/${server.url}`;
      const known = open.get(name);
      if (known?.fingerprint === fingerprint) return known.deployer;
      known?.close();
      const created = createDeployer(toOptions(server, secret, options));
      const deployer = withBulkhead(created, callsAtATime, server.name);
      open.set(name, { fingerprint, deployer, close: () => created.close() });
      return deployer;
    },
    close() {
      for (const deployer of open.values()) deployer.close();
      open.clear();
    },
  };
}

async function readCredentials(
  namespace: string,
  server: JenkinsServer,
  { options, signal }: { options: DeployersOptions; signal: AbortSignal },
): Promise<Record<string, string> | undefined> {
  if (server.secretRef === undefined) return undefined;
  const { name } = server.secretRef;
  const secret = await options.readSecret(namespace, name, signal);
  if (secret === undefined)
    throw new ReconcileError('SecretMissing', `Jenkins server ${server.name}: there is no Secret ${name} in ${namespace}`, {
      retry,
    });
  if (secret.username === undefined || (secret.token ?? secret.password) === undefined) {
    throw new ReconcileError(
      'SecretIncomplete',
      `Jenkins server ${server.name}: the Secret ${name} needs username and token, or username and password`,
      { retry },
    );
  }
  return secret;
}

function toOptions(
  server: JenkinsServer,
  secret: Record<string, string> | undefined,
  options: DeployersOptions,
): DeployerOptions {
  const { username, token, password } = secret ?? {};
  const ca = secret?.['ca.crt'];
  const key = token ?? password;
  return {
    url: server.url,
    ...(username === undefined || key === undefined
      ? {}
      : { credentials: { username, secret: key, kind: token === undefined ? ('password' as const) : ('token' as const) } }),
    ...(ca === undefined ? {} : { ca }),
    ...(server.allowInsecure === undefined ? {} : { allowInsecure: server.allowInsecure }),
    delayMs: durationOr(server.delay, 10_000),
    requestTimeoutMs: Math.min(durationOr(server.timeout, 30_000), longestTimerMs),
    onRequest: (request) => options.onRequest?.(server.name, request),
  };
}
