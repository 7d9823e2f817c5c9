import type { Neighbour } from '../facts.js';
import { brokenReleaseOf, releaseOf } from '../jump/chain.js';
import { isInRange } from '../jump/version.js';
import type { DesiredEnvironment } from '../model.js';
import { blocked, failed, type Gate, passed, type Verdict, waiting } from './verdict.js';

/** Closed until what the wanted release needs of other products is recorded, and verified, for the same client at the same stage. */
export const dependencies: Gate = ({ facts, wanted }) => {
  if (wanted === undefined) return undefined;
  const broken = brokenReleaseOf(facts.governance, wanted.version);
  if (broken !== undefined)
    return failed('DependenciesUnknown', `what ${wanted.version} needs is not known: ${broken.message}`, {
      who: 'an author, by a commit',
    });
  const needed = Object.entries(releaseOf(facts.governance, wanted.version)?.dependencies ?? {});
  if (needed.length === 0) return undefined;
  const verdicts = needed.map(([product, range]) => judge({ product, range }, wanted, facts.neighbours ?? []));
  return worst(verdicts) ?? passed('DependenciesMet', verdicts.map(({ message }) => message).join(', '));
};

interface Need {
  readonly product: string;
  readonly range: string;
}

/** Every environment of the other product that serves the same client at the same stage has to have it. */
function judge({ product, range }: Need, wanted: DesiredEnvironment, neighbours: readonly Neighbour[]): Verdict {
  const need = `${product} ${range}`;
  const where = wanted.client === undefined ? `at stage ${wanted.stage}` : `for ${wanted.client} at stage ${wanted.stage}`;
  const found = neighbours.filter((one) => one.product === product);
  if (found.length === 0)
    return blocked('DependencyMissing', `needs ${need}, and ${product} has no environment ${where}`, {
      who: 'an author, by a commit',
    });
  const verdicts = found.map((one) => judgeOne(one, { product, range }));
  const versions = [...new Set(found.map(({ version }) => version))].join(', ');
  return worst(verdicts) ?? passed('DependenciesMet', `${need} is met by ${versions}`);
}

function judgeOne({ environment, version, certain, verified, drifted }: Neighbour, { product, range }: Need): Verdict {
  const need = `needs ${product} ${range}`;
  if (version === undefined) return waiting('DependencyUnknown', `${need}: nothing is recorded of ${environment}`);
  if (!certain) {
    const message = `${need}: ${environment} had ${version}, and a later deployment did not succeed: nobody knows what runs there`;
    return waiting('DependencyUnknown', message);
  }
  if (drifted !== undefined)
    return waiting('DependencyUnknown', `${need}: ${environment} had ${version}, and ${drifted} over it`, {
      who: `an operator, by settling the drift in ${environment}`,
    });
  if (!isInRange(version, range)) {
    const message = `${need}: ${environment} has ${version}`;
    return waiting('DependencyUnmet', message, { who: `whoever promotes ${product}, by a commit` });
  }
  if (!verified) return waiting('DependencyUnverified', `${need}: ${version} in ${environment} is not verified`);
  return passed('DependenciesMet', '');
}

/** The first that needs somebody, else the first that waits; of several closed ones it tells how many there are. */
function worst(verdicts: readonly Verdict[]): Verdict | undefined {
  const closed = verdicts.filter(({ state }) => state !== 'Passed');
  const first = closed.find(({ state }) => state !== 'Waiting') ?? closed[0];
  return first === undefined || closed.length === 1
    ? first
    : { ...first, message: `${first.message}, and ${closed.length - 1} more` };
}
