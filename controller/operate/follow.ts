import type { ResourceDefinition } from '../core/resources/definition.js';
import { type DeploymentRunResource, deploymentRun } from '../core/resources/deployment-run.js';
import { type EnvironmentResource, environment } from '../core/resources/environment.js';
import { collectionPath } from '../kube/paths.js';
import { Reflector, usualTimings } from '../kube/reflector.js';
import { ResourceCache } from '../kube/resource-cache.js';
import type { Api } from './api.js';

/** Environments and runs as the API has them, kept up to date by watches until the signal fires. */
export interface Followed {
  environments(): readonly EnvironmentResource[];
  runs(): readonly DeploymentRunResource[];
}

export interface FollowOptions {
  readonly namespace?: string;
  readonly onChange: () => void;
  /** Told of what interrupts a watch; it is opened again. */
  readonly onProblem: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves when both were listed once; throws where that fails. */
export async function follow(api: Api, options: FollowOptions): Promise<Followed> {
  const environments = new ResourceCache<EnvironmentResource>({ definition: environment, onChange: options.onChange });
  const runs = new ResourceCache<DeploymentRunResource>({ definition: deploymentRun, onChange: options.onChange });
  await Promise.all([start(api, environment, environments, options), start(api, deploymentRun, runs, options)]);
  return { environments: () => environments.list(), runs: () => runs.list() };
}

type Sink = ConstructorParameters<typeof Reflector>[0]['sink'];

function start(api: Api, definition: ResourceDefinition, sink: Sink, options: FollowOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSynced = false;
    const synced = () => {
      isSynced = true;
      resolve();
    };
    const reflector = new Reflector({
      client: api.client,
      name: definition.plural,
      path: collectionPath(definition, options.namespace),
      sink,
      timings: usualTimings,
      random: Math.random,
      // What was never reached is not worth waiting for.
      onState: (_state, error) => {
        if (error !== undefined && !isSynced) reject(error);
        else if (error !== undefined) options.onProblem(error.message);
      },
    });
    reflector.run(options.signal, synced).then(() => reject(new Error('stopped before the API was read')), reject);
  });
}
