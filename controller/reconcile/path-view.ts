import { compact } from '../core/compact.js';
import type { PathEnvironment } from '../core/facts.js';
import type { DesiredEnvironment } from '../core/model.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Ports } from './ports.js';
import type { PublishedStates } from './published.js';

interface Known {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly source: ReleaseSourceResource | undefined;
}

/** What an environment can see of the stages before it. Thousands look at the same ones: each is turned into what gates read once. */
export class PathView {
  readonly #seen = new WeakMap<EnvironmentResource, PathEnvironment>();

  /** Environments that have a record, valid now or not, and those that git names and that have none yet. */
  of(desired: DesiredEnvironment, namespace: string, { ports, published, source }: Known): PathEnvironment[] {
    const product = desired.product.name;
    const stage = desired.product.stages.find(({ name }) => name === desired.stage);
    const before = new Set(stage?.after.map((rule) => rule.stage));
    if (before.size === 0 || source === undefined) return [];
    const matches = (place: { stage: string; client?: string }) =>
      before.has(place.stage) && (place.client === undefined || desired.client === undefined || place.client === desired.client);
    const recorded = ports.environments
      .ofProduct(namespace, product)
      .filter(({ spec }) => matches(spec))
      .map((environment) => this.#see(environment));
    const names = new Set(recorded.map(({ environment }) => environment));
    const named = published
      .environmentsOf({ namespace, name: source.metadata.name })
      .filter((one) => one.product.name === product && matches(one) && !names.has(one.environment))
      .map(({ environment, stage: at, client }) => compact<PathEnvironment>({ environment, stage: at, client, verified: [] }));
    return [...recorded, ...named];
  }

  #see(resource: EnvironmentResource): PathEnvironment {
    const known = this.#seen.get(resource);
    if (known !== undefined) return known;
    const { spec, status } = resource;
    const { environment, stage, client } = spec;
    const view = compact<PathEnvironment>({ environment, stage, client, verified: status?.verified ?? [] });
    this.#seen.set(resource, view);
    return view;
  }
}
