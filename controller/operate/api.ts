import type { ResourceDefinition } from '../core/resources/definition.js';
import { type DeploymentRunResource, deploymentRun } from '../core/resources/deployment-run.js';
import { type EnvironmentResource, environment } from '../core/resources/environment.js';
import { type HoldResource, type HoldSpec, hold } from '../core/resources/hold.js';
import { type ReleaseResource, release } from '../core/resources/release.js';
import { type ReleaseSourceResource, releaseSource } from '../core/resources/release-source.js';
import { type ApiRequest, KubeClient } from '../kube/client.js';
import { openConnection } from '../kube/connection.js';
import { ApiFailure } from '../kube/failure.js';
import { misfit } from '../kube/fit.js';
import { collectionPath, describeObject, groupVersion, objectPath } from '../kube/paths.js';
import { isNamed, type RawObject } from '../kube/resource-cache.js';
import type { Key } from '../reconcile/ports.js';
import type { OperateOptions } from './cluster.js';

/** The API as commands for people use it: what is asked for is read, and nothing else. */

export interface Kinds {
  readonly environments: EnvironmentResource;
  readonly releases: ReleaseResource;
  readonly runs: DeploymentRunResource;
  readonly holds: HoldResource;
  readonly sources: ReleaseSourceResource;
}

export type KindName = keyof Kinds;

export const definitions: Readonly<Record<KindName, ResourceDefinition>> = {
  environments: environment,
  releases: release,
  runs: deploymentRun,
  holds: hold,
  sources: releaseSource,
};

/** What is asked for: labels by their short names (`product`, `stage`, …), and the name of one object. */
export interface Selection {
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
}

/** Where an object is. */
export type ObjectKey = Key;

export interface Misfit {
  readonly key: Key;
  /** A sentence that names it. */
  readonly message: string;
}

export interface Listed<R> {
  readonly items: readonly R[];
  /** Objects that do not fit their schema, with what is wrong. */
  readonly misfits: readonly Misfit[];
}

export interface Api {
  readonly client: KubeClient;
  readonly namespace?: string;
  readonly signal: AbortSignal;
  list<K extends KindName>(kind: K, selection?: Selection): Promise<Listed<Kinds[K]>>;
  get<K extends KindName>(kind: K, key: Key): Promise<Kinds[K] | undefined>;
  /** Answers with the object as it is then; null takes an annotation away. */
  annotate<K extends KindName>(kind: K, key: Key, annotations: Readonly<Record<string, string | null>>): Promise<Kinds[K]>;
  createHold(key: Key, spec: HoldSpec): Promise<void>;
  deleteHold(key: Key): Promise<void>;
}

/** Runs `use` with the API. Nothing is open when it returns. */
export async function withApi<T>(options: OperateOptions, use: (api: Api) => Promise<T>): Promise<T> {
  const connection = await openConnection(options.kubeconfig, Date.now);
  try {
    return await use(createApi(new KubeClient(connection, 10_000), options));
  } finally {
    await connection.close();
  }
}

function createApi(client: KubeClient, { namespace, signal }: OperateOptions): Api {
  const scope = namespace === undefined ? {} : { namespace };
  return {
    client,
    ...scope,
    signal,
    list: (kind, selection = {}) => list(client, kind, { ...scope, ...selection, signal }),
    get: (kind, key) => {
      const definition = definitions[kind];
      const what = `read ${describeObject(definition, key)}`;
      return client.find({ method: 'GET', path: objectPath(definition, key), what, signal });
    },
    annotate: (kind, key, annotations) => {
      const definition = definitions[kind];
      const what = `annotate ${describeObject(definition, key)}`;
      return client.patch({ path: objectPath(definition, key), body: { metadata: { annotations } }, what, signal });
    },
    createHold: async (key, spec) => {
      const body = { apiVersion: groupVersion, kind: hold.kind, metadata: key, spec };
      const what = `create ${describeObject(hold, key)}`;
      await client.request({ method: 'POST', path: collectionPath(hold, key.namespace), body, what, signal });
    },
    deleteHold: async (key) => {
      const what = `delete ${describeObject(hold, key)}`;
      await client.request({ method: 'DELETE', path: objectPath(hold, key), what, signal });
    },
  };
}

/** Who may look into one namespace alone is told how. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof ApiFailure) || error.code !== 403) return error;
  return new Error(`${error.message} in all namespaces: name yours with --namespace`, { cause: error });
}

interface Page {
  readonly items?: (RawObject | null)[] | null;
  readonly metadata?: { readonly continue?: string };
}

async function list<K extends KindName>(
  client: KubeClient,
  kind: K,
  { namespace, labels = {}, name, signal }: Selection & { readonly namespace?: string; readonly signal: AbortSignal },
): Promise<Listed<Kinds[K]>> {
  const definition = definitions[kind];
  const labelSelector = Object.entries(labels).map(([label, value]) => `towpath.dev/${label}=${value}`);
  const call = { method: 'GET', path: collectionPath(definition, namespace), what: `list ${definition.plural}`, signal } as const;
  const query = {
    limit: 500,
    labelSelector: labelSelector.length === 0 ? undefined : labelSelector.join(','),
    fieldSelector: name === undefined ? undefined : `metadata.name=${name}`,
  };
  const objects = await readPages(client, { ...call, query }).catch((error: unknown) => {
    throw namespace === undefined ? withAdvice(error) : error;
  });
  const judged = objects.map((object) => ({ object, wrong: misfit(definition, object) }));
  return {
    items: judged.filter(({ wrong }) => wrong === undefined).map(({ object }) => object as unknown as Kinds[K]),
    misfits: judged.flatMap(({ object: { metadata }, wrong }) => {
      const message = `${describeObject(definition, metadata)} does not fit its schema: ${wrong}`;
      return wrong === undefined ? [] : [{ key: metadata, message }];
    }),
  };
}

async function readPages(client: KubeClient, call: ApiRequest): Promise<RawObject[]> {
  const objects: RawObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.request<Page>({ ...call, query: { ...call.query, continue: next } });
    for (const object of page.items ?? []) {
      if (!isNamed(object)) continue;
      delete object.metadata.managedFields;
      objects.push(object);
    }
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
  return objects;
}
