import { computeDelta, countChanges } from '../delta/compute.js';
import type { EnvironmentFacts } from '../facts.js';
import type { ReleaseClass } from '../governance.js';
import { brokenReleaseOf, releaseOf } from '../jump/chain.js';
import { jump } from '../jump/jump.js';
import type { DesiredEnvironment } from '../model.js';
import { classOf } from '../release/path.js';
import type { RecordedState } from '../resources/environment.js';
import { failed, type Gate, passed, type Verdict, waiting } from './verdict.js';

const who = 'a release manager, by a commit';

/** Closed for a class that the product does not define, and where a release of a class that may change claimed components alone changes others. */
export const releaseClass: Gate = ({ facts, wanted, recorded }) => {
  if (wanted === undefined || wanted.product.classes.length === 0) return undefined;
  const broken = brokenReleaseOf(facts.governance, wanted.version);
  if (broken !== undefined)
    return failed('ReleaseInvalid', `the Release document of ${wanted.version}: ${broken.message}`, { who });
  if (wanted.release === undefined) return undefined;
  const path = classOf(wanted.product, wanted.release.class);
  if (path === undefined) {
    const known = wanted.product.classes.map(({ name }) => name).join(', ');
    return failed(
      'ClassUnknown',
      `${wanted.version} is ${wanted.release.class}, which is no class of ${wanted.product.name} (${known})`,
      {
        who,
      },
    );
  }
  if (path.changes === 'any') return passed('ClassKnown', pathText(wanted, path));
  return (
    judgeChanges(facts, { wanted, path, recorded }) ??
    passed('ClassKnown', `${pathText(wanted, path)}; it changes what it claims`)
  );
};

function pathText({ version }: DesiredEnvironment, { name, skips }: ReleaseClass): string {
  return `${version} is ${name}${skips.length === 0 ? '' : `, and may skip ${skips.map(({ stage }) => stage).join(' and ')}`}`;
}

interface Claimed {
  readonly wanted: DesiredEnvironment;
  readonly path: ReleaseClass;
  readonly recorded: RecordedState | undefined;
}

/**
 * Against what is recorded here. The releases on the way, or left behind, bring what they list; one that lists nothing may change anything,
 * but for the wanted one itself. Undefined where nothing is changed that nobody claims.
 */
function judgeChanges(facts: EnvironmentFacts, { wanted, path, recorded }: Claimed): Verdict | undefined {
  const { version, product } = wanted;
  const own = releaseOf(facts.governance, version);
  if (own?.components === undefined)
    return failed('UnclaimedChanges', `${version} is ${path.name}, and has to list the components that it changes`, { who });
  if (recorded === undefined || recorded.version === version) return undefined;
  if (product.descriptor === undefined)
    return failed(
      'ChangesUnknown',
      `${version} is ${path.name}, and product ${product.name} has no descriptor that tells what it changes`,
      {
        who: 'an author, by a commit',
      },
    );
  const changed = changedHere(facts, recorded);
  if (changed === undefined)
    return waiting(
      'ChangesUnknown',
      `what ${version} changes against ${recorded.version} is not known yet: both descriptors are needed`,
    );
  const { over, undone, gap } = jump(facts.governance, { from: recorded.version, to: version });
  const others = [...over, ...undone].filter((release) => release.version !== version);
  if (gap === undefined && others.some(({ components }) => components === undefined)) return undefined;
  const claimed = new Set([own, ...others].flatMap(({ components = [] }) => components));
  const unclaimed = changed.filter((name) => !claimed.has(name));
  if (unclaimed.length === 0) return undefined;
  const way = others.length === 0 ? '' : `, ${others.map((release) => release.version).join(' and ')} on the way`;
  const why = gap === undefined ? '' : ` (${gap})`;
  const what = `${version} is ${path.name} and claims ${listed([...claimed])}${way}`;
  return failed('UnclaimedChanges', `${what}; against ${recorded.version} it changes also ${listed(unclaimed)}${why}`, { who });
}

/** The components that the deployment would change here; undefined where that cannot be told. */
function changedHere(
  { descriptor, recordedComponents, environment }: EnvironmentFacts,
  recorded: RecordedState,
): string[] | undefined {
  const { status } = environment;
  if (status?.recorded?.version !== recorded.version) return undefined;
  if (descriptor?.state === 'found') {
    if (recordedComponents === undefined) return undefined;
    return computeDelta(recordedComponents, descriptor.descriptor.components).components.map(({ name }) => name);
  }
  // Kept from when both were read, for the same two ends; cut off where it is long.
  const { delta } = status;
  return delta === undefined || delta.components.length < countChanges(delta)
    ? undefined
    : delta.components.map(({ name }) => name);
}

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : names.length > 5
      ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
      : names.join(', ');
