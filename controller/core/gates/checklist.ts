import type { EnvironmentFacts } from '../facts.js';
import { isCrossed, isSettled, named, type PlacedItem, placedItems } from '../jump/items.js';
import { type Jump, jump } from '../jump/jump.js';
import type { DesiredEnvironment } from '../model.js';
import type { RecordedState } from '../resources/environment.js';
import { deployed, leftUncertain } from '../run/run.js';
import { stageOf } from './order.js';
import { blocked, failed, type Gate, passed, type Verdict } from './verdict.js';

/** Closed until everything is done here that the releases on the way demand before a deployment. */
export const checklist: Gate = ({ facts, wanted, recorded }) => {
  if (wanted === undefined || stageOf(wanted)?.checklist !== 'required') return undefined;
  const way = jump(facts.governance, { from: recorded?.version, to: wanted.version });
  const demanded = way.over.flatMap((release) => placedItems(release, wanted, ({ phase }) => phase === 'pre'));
  return (
    unknown(way, wanted) ?? crossed(way, wanted) ?? left(facts, wanted, recorded) ?? open(demanded) ?? done(way, demanded.length)
  );
};

/** What began to be deployed over what is recorded, and did not succeed, may have done what cannot be taken back. */
function left(facts: EnvironmentFacts, wanted: DesiredEnvironment, recorded: RecordedState | undefined): Verdict | undefined {
  if (recorded?.certain !== false) return undefined;
  const since = facts.runs.slice(facts.runs.findLastIndex(deployed) + 1).filter(leftUncertain);
  const versions = [...new Set(since.map(({ spec }) => spec.version))];
  return versions
    .map((version) => crossed(jump(facts.governance, { from: version, to: wanted.version }), wanted))
    .find((verdict) => verdict !== undefined);
}

/** What a document that cannot be read, or is not there, demands, nobody knows. */
function unknown({ broken, missing, to }: Jump, { product }: DesiredEnvironment): Verdict | undefined {
  const [first] = broken;
  if (first !== undefined) {
    const message = `what ${first.name === '' ? 'a release' : first.name} demands is not known: ${first.message}${andMore(broken.length - 1)}`;
    return failed('ChecklistUnknown', message, { who: 'an author, by a commit' });
  }
  const absent = missing.find((version) => version === to || product.releases === 'required');
  if (absent === undefined) return undefined;
  const message = `what ${absent} demands is not known: ${product.name} has no Release document for it`;
  return failed('ChecklistUnknown', message, { who: 'a release manager, by a commit' });
}

/** A way back over something that was done and cannot be taken back. */
function crossed({ from, to, undone }: Jump, wanted: DesiredEnvironment): Verdict | undefined {
  const found = undone
    .flatMap((release) => placedItems(release, wanted, ({ reversible }) => !reversible))
    .filter(({ item, completion }) => isCrossed(item, completion));
  const [newest] = found;
  if (newest === undefined) return undefined;
  const how = found.flatMap(({ item: { id, rollback } }) => (rollback === undefined ? [] : [`${id}: ${rollback}`]));
  const furthest = newest.release === undone[0]?.version ? '' : `; one can go back as far as ${newest.release}`;
  const message = `${from} cannot go back to ${to}: ${shown(found.map(nameOf))} cannot be taken back${furthest}`;
  return blocked('Irreversible', how.length === 0 ? message : `${message} (${how.slice(0, shownItems).join('; ')})`, {
    who: 'an author, by a commit that asks for another version, or that says that they are pending here, once they were taken back by hand',
  });
}

function open(demanded: readonly PlacedItem[]): Verdict | undefined {
  const left = demanded.filter((item) => !isSettled(item));
  if (left.length === 0) return undefined;
  const message = `${left.length} of ${counted(demanded.length)} open: ${shown(left.map(nameOf))}`;
  return blocked('ChecklistOpen', message, { who: whoOf(left) });
}

function done({ over, undone, gap }: Jump, demanded: number): Verdict {
  const versions = shown((over.length === 0 ? undone : over).map(({ version }) => version));
  const what = demanded === 0 ? 'nothing to do' : `${counted(demanded)} done`;
  const where = versions === '' ? '' : over.length === 0 ? `, back over ${versions}` : `, over ${versions}`;
  return passed('ChecklistDone', `${what}${where}${gap === undefined ? '' : ` (${gap})`}`);
}

const nameOf = ({ item: { id, kind }, release }: PlacedItem): string => named({ id, kind, release });

const shownItems = 5;

const counted = (count: number): string => `${count} ${count === 1 ? 'item' : 'items'}`;
const andMore = (count: number): string => (count > 0 ? `, and ${count} more` : '');
const shown = (names: readonly string[]): string =>
  `${names.slice(0, shownItems).join(', ')}${andMore(names.length - shownItems)}`;

/** Who does what is open, and says so in git. */
function whoOf(items: readonly PlacedItem[]): string {
  const roles = [...new Set(items.flatMap(({ item: { owner } }) => (owner === undefined ? [] : [owner])))];
  const doers = items.every(({ item }) => item.owner !== undefined) ? roles : [...roles, 'whoever does it'];
  return `${doers.slice(0, shownItems).join(', ')}${andMore(doers.length - shownItems)}, by a commit that says that it is done`;
}
