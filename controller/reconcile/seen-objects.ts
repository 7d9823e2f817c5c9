import { annotations } from '../core/facts.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseResource } from '../core/resources/release.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { isTerminal } from '../core/run/run.js';
import { goesAhead } from './capacities.js';
import type { Key } from './ports.js';
import { type PublishedStates, toKeyText } from './published.js';

type Seeable = ReleaseSourceResource | EnvironmentResource | DeploymentRunResource | ReleaseResource;

/** What a change of an object means. */
export interface Sight {
  /** There is more to it than a status that this process may have written itself. */
  readonly isNews: boolean;
  /** Others may wait for it. */
  readonly opensGates: boolean;
}

/** What was last seen of each object, so that the controller's own status writes wake nobody. */
export class SeenObjects {
  readonly #published: PublishedStates;
  readonly #seen = new Map<string, { signature: string; forPeers: string }>();

  constructor(published: PublishedStates) {
    this.#published = published;
  }

  look(kind: string, key: Key, found: Seeable | undefined): Sight {
    const name = `${kind} ${toKeyText(key)}`;
    const before = this.#seen.get(name);
    if (found === undefined) {
      this.#seen.delete(name);
      // Never seen and gone, or not readable any more: what rests on it has to be judged again.
      return { isNews: true, opensGates: before !== undefined && before.forPeers !== ended };
    }
    const { uid, generation, annotations: noted = {} } = found.metadata;
    const asked = Object.values(annotations).map((annotation) => noted[annotation] ?? null);
    const seen = { signature: JSON.stringify([uid, generation, asked]), forPeers: forPeers(found, this.#published) };
    this.#seen.set(name, seen);
    return {
      isNews: before?.signature !== seen.signature,
      opensGates: before !== undefined && before.forPeers !== seen.forPeers,
    };
  }
}

const ended = 'ended';

/** What the gates of other environments read of an object: whether a run goes on, what is verified where and still runs there, whether it comes before them. */
function forPeers(found: Seeable, published: PublishedStates): string {
  if ('action' in found.spec) return isTerminal(found as DeploymentRunResource) ? ended : '';
  if (!('stage' in found.spec)) return '';
  const environment = found as EnvironmentResource;
  const { spec, status } = environment;
  return JSON.stringify([
    status?.observed?.url,
    goesAhead(environment, published),
    spec.stage,
    spec.client,
    (status?.verified ?? []).map(({ releaseDigest, result }) => [releaseDigest, result]),
    [status?.recorded?.version, status?.recorded?.certain, status?.recorded?.verified],
  ]);
}
