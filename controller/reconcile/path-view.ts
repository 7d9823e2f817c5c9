import { compact } from '../core/compact.js';
import type { PathEnvironment } from '../core/facts.js';
import type { DesiredEnvironment } from '../core/model.js';
import { type ParityFacts, parityFacts } from '../core/parity/facts.js';
import { stageFor } from '../core/release/path.js';
import type { EnvironmentResource, EnvironmentStatus } from '../core/resources/environment.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Ports } from './ports.js';
import type { PublishedStates } from './published.js';

interface Known {
  readonly ports: Ports;
  readonly published: PublishedStates;
  readonly source: ReleaseSourceResource | undefined;
}

interface Compared {
  readonly others: readonly DesiredEnvironment[];
  readonly facts: ParityFacts | undefined;
}

const isSame = (a: readonly DesiredEnvironment[], b: readonly DesiredEnvironment[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at]);

/** What an environment can see of the stages before it. Thousands look at the same ones: each is turned into what gates read once. */
export class PathView {
  readonly #seen = new WeakMap<EnvironmentResource, PathEnvironment>();
  readonly #compared = new WeakMap<DesiredEnvironment, Compared>();

  /** Environments that have a record, valid now or not, and those that git names and that have none yet. */
  of(desired: DesiredEnvironment, namespace: string, { ports, published, source }: Known): PathEnvironment[] {
    const product = desired.product.name;
    const before = new Set(stageFor(desired)?.after.map((rule) => rule.stage));
    if (before.size === 0 || source === undefined) return [];
    const matches = (place: { stage: string; client?: string }) =>
      before.has(place.stage) && (place.client === undefined || desired.client === undefined || place.client === desired.client);
    const recorded = ports.environments
      .ofProduct(namespace, product)
      .filter(({ spec }) => matches(spec))
      .map((environment) => this.#see(environment));
    const names = new Set(recorded.map(({ environment }) => environment));
    const clients = desired.client === undefined ? {} : { clients: [undefined, desired.client] };
    const named = [...before]
      .flatMap((one) => published.environmentsAt({ namespace, name: source.metadata.name }, { product, stage: one, ...clients }))
      .filter(({ environment }) => !names.has(environment))
      .map(({ environment, stage: at, client }) => compact<PathEnvironment>({ environment, stage: at, client, verified: [] }));
    return [...recorded, ...named];
  }

  /**
   * How its settings differ from those of the same client's environments at the stage that its own stage names, or of those that serve
   * all clients where the client has none there. Compared once for what stands in git.
   */
  parityOf(desired: DesiredEnvironment, namespace: string, { published, source }: Omit<Known, 'ports'>): ParityFacts | undefined {
    const { product, stage, client } = desired;
    const rule = product.stages.find(({ name }) => name === stage)?.parity;
    if (rule === undefined || source === undefined) return undefined;
    const at = (one: string | undefined) =>
      published.environmentsAt(
        { namespace, name: source.metadata.name },
        { product: product.name, stage: rule.with, clients: [one] },
      );
    const own = at(client);
    const others = own.length > 0 ? own : at(undefined);
    const known = this.#compared.get(desired);
    if (known !== undefined && isSame(known.others, others)) return known.facts;
    const facts = parityFacts(desired, others);
    this.#compared.set(desired, { others, facts });
    return facts;
  }

  #see(resource: EnvironmentResource): PathEnvironment {
    const known = this.#seen.get(resource);
    if (known !== undefined) return known;
    const { spec, status } = resource;
    const { environment, stage, client } = spec;
    const view = compact<PathEnvironment>({
      environment,
      stage,
      client,
      verified: status?.verified ?? [],
      drifted: driftOf(status),
    });
    this.#seen.set(resource, view);
    return view;
  }
}

/** By what was observed: the condition says it only while no deployment is under way. */
export function driftOf(status: EnvironmentStatus | undefined): PathEnvironment['drifted'] {
  const { observed, recorded } = status ?? {};
  if (observed === undefined || recorded === undefined) return undefined;
  const what = `${observed.by} deployed ${observed.version ?? 'something'}`;
  return compact<NonNullable<PathEnvironment['drifted']>>({ releaseDigest: recorded.releaseDigest, what });
}
