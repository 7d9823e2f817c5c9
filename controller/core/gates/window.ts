import { formatDuration } from '../duration.js';
import type { EnvironmentFacts } from '../facts.js';
import type { DeploymentWindow } from '../governance.js';
import type { Millis } from '../model.js';
import { readableTime } from '../time.js';
import { type Closing, horizonMs, type Standing, standing } from '../windows/opening.js';
import { isSelected, placeOf } from '../windows/selects.js';
import { timelineOf } from '../windows/timeline.js';
import { blocked, failed, type Gate, passed, type Verdict, waiting } from './verdict.js';

const author = 'an author, by a commit';

/** Closed in a freeze, outside of the windows that allow, and where the deployment would not be over before it closes. */
export const window: Gate = ({ facts, wanted }) => {
  const place = placeOf(facts.environment, wanted);
  const broken = facts.governance.broken.filter(
    ({ kind, selector }) => kind === 'DeploymentWindow' && isSelected(selector ?? {}, place),
  );
  const selecting = facts.governance.windows.filter(({ selector }) => isSelected(selector, place));
  if (broken.length === 0 && selecting.length === 0) return undefined;
  const [first] = broken;
  if (first !== undefined) {
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : '';
    return failed('WindowInvalid', `nobody knows what the window ${first.name} was to say: ${first.message}${more}`, {
      who: author,
    });
  }
  const releaseClass = wanted?.release?.class;
  const holding = selecting.filter(({ exempt }) => releaseClass === undefined || !exempt.includes(releaseClass));
  if (holding.length === 0) return passed('Exempt', `${releaseClass} releases are exempt from ${named(selecting)}`);
  const unknown = holding.find((one) => timelineOf(one) === undefined);
  if (unknown !== undefined)
    return failed('WindowInvalid', `nobody can say when the window ${unknown.name} is (${unknown.timeZone})`, { who: author });
  return verdictOf(standing(holding, facts.now, facts.usualDurationMs), facts);
};

function verdictOf(found: Standing, facts: EnvironmentFacts): Verdict {
  if (found.state === 'open') return open(found.closing, facts);
  const { why, reason } = explain(found, facts);
  if (found.opening !== undefined)
    return waiting(reason, `${why}; next opening ${readableTime(found.opening.from)}`, {
      who: `${author} with an override`,
      nextChange: found.opening.from,
    });
  const { usualDurationMs, now } = facts;
  const length = usualDurationMs === undefined ? '' : ` of ${roughly(usualDurationMs)}`;
  const { until, lookAgain } = found.none ?? {};
  const when = until === undefined ? 'any more' : until < now + horizonMs ? `before ${readableTime(until)}` : 'within 400 days';
  return blocked(reason, `${why}; no opening${length} ${when}`, {
    who: `${author}, of a window or an override`,
    ...(lookAgain === undefined ? {} : { nextChange: lookAgain }),
  });
}

/** Says until when, and looks again at the last moment at which it can start. */
function open(closing: Closing | undefined, { usualDurationMs = 0 }: EnvironmentFacts): Verdict {
  if (closing === undefined) return passed('WindowOpen', 'open; no window closes it within 400 days');
  const verdict = passed('WindowOpen', `open until ${readableTime(closing.at)} (${closing.by.name})`);
  return { ...verdict, nextChange: closing.at - usualDurationMs + 1 };
}

function explain(found: Exclude<Standing, { state: 'open' }>, { usualDurationMs = 0 }: EnvironmentFacts) {
  switch (found.state) {
    case 'denied': {
      const [{ name, reason } = { name: '', reason: undefined }, ...more] = found.by;
      const others = more.length === 0 ? '' : ` and ${named(more)}`;
      return { reason: 'Frozen', why: `frozen by ${name}${reason === undefined ? '' : ` (${reason})`}${others}` };
    }
    case 'outside':
      return { reason: 'OutsideWindow', why: `outside of ${named(found.by)}` };
    case 'short': {
      const { at, by } = found.closing ?? { at: 0, by: undefined };
      const ends = by?.effect === 'deny' ? 'begins' : 'closes';
      const why = `takes about ${roughly(usualDurationMs)}, and ${by?.name} ${ends} at ${readableTime(at)}`;
      return { reason: 'WindowTooShort', why };
    }
  }
}

/** In whole minutes, rounded up: what is said to fit has to fit. */
const roughly = (ms: Millis): string => formatDuration(Math.ceil(ms / 60_000) * 60_000);

/** Names of windows: the first three, and how many more. */
function named(windows: readonly DeploymentWindow[]): string {
  const names = windows.slice(0, 3).map(({ name }) => name);
  return windows.length > 3 ? `${names.join(', ')} and ${windows.length - 3} more` : names.join(', ');
}
