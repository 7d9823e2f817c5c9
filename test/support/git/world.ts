import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReconcileError } from '../../../controller/core/errors.js';
import type { Snapshot } from '../../../controller/core/model.js';
import type { ReleaseSourceResource } from '../../../controller/core/resources/release-source.js';
import type { GitLimits } from '../../../controller/git/limits.js';
import { createRepositories, type FetchMeasurement } from '../../../controller/git/repositories.js';
import { builtUrl } from '../built.js';
import { createRepository, type TestRepository } from './repository.js';
import { type GitServer, type GitServerOptions, startGitServer } from './server.js';

type Repositories = ReturnType<typeof createRepositories>;
type Secrets = Record<string, Record<string, string>>;

export interface WorldOptions {
  readonly limits?: Partial<GitLimits>;
  readonly secrets?: Secrets;
  readonly server?: Omit<GitServerOptions, 'root'>;
  readonly sha256?: boolean;
  /** Another compiled module in place of the worker. */
  readonly worker?: string;
}

/** A repository, a server in front of it, and the adapter under test with a cache of its own. */
export interface World {
  readonly repository: TestRepository;
  readonly server: GitServer;
  readonly repositories: Repositories;
  readonly url: string;
  readonly cacheDirectory: string;
  readonly fetches: FetchMeasurement[];
  /** A second adapter over the same cache: the process after a restart. */
  restart(): Promise<Repositories>;
  close(): Promise<void>;
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'towpath-git-'));
  const repository = await createRepository({ folder: root, sha256: options.sha256 === true });
  const server = await startGitServer({ root, ...options.server });
  const cacheDirectory = join(root, 'cache');
  const fetches: FetchMeasurement[] = [];
  const opened: Repositories[] = [];
  const open = () => {
    const repositories = createRepositories({
      cacheDirectory,
      readSecret: async (_namespace, name) => options.secrets?.[name],
      workerUrl: builtUrl(options.worker ?? 'controller/git/worker.js'),
      limits: options.limits ?? {},
      onFetch: (measurement) => fetches.push(measurement),
    });
    opened.push(repositories);
    return repositories;
  };
  return {
    repository,
    server,
    repositories: open(),
    url: `${server.url}/repository.git`,
    cacheDirectory,
    fetches,
    restart: async () => {
      await opened.at(-1)?.close();
      return open();
    },
    close: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

type Git = ReleaseSourceResource['spec']['git'];

/** A source with defaults as the API server would fill them in. */
export function aSource(git: Partial<Git> & { readonly url: string }, name = 'releases'): ReleaseSourceResource {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      git: { ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '60s', ...git },
      firstDeployment: 'confirm',
      historyLimit: 20,
      suspend: false,
    },
  };
}

/** Longer than anything here takes. */
export const soon = (): AbortSignal => AbortSignal.timeout(30_000);

/** Environment → version. */
export function versionsOf({ repository }: Snapshot): Record<string, string> {
  return Object.fromEntries(repository.environments.map(({ environment, version }) => [environment, version]));
}

/** The fields of the error that a promise ends with. */
export async function failureOf(promise: Promise<unknown>): Promise<{ reason: string; message: string; retry: unknown }> {
  const error = await promise.then(
    () => new Error('nothing failed'),
    (cause: unknown) => cause,
  );
  if (!(error instanceof ReconcileError)) throw error;
  return { reason: error.reason, message: error.message, retry: error.retry };
}
