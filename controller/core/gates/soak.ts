import { formatDuration } from '../duration.js';
import type { Millis } from '../model.js';
import { stageFor } from '../release/path.js';
import { fromTime, readableTime } from '../time.js';
import { standing, upstreamOf } from './order.js';
import { type Gate, passed, waiting } from './verdict.js';

/** Closed until the release has stood verified in the stages before for the required time. */
export const soak: Gate = ({ facts, wanted, desired }) => {
  const stage = wanted && stageFor(wanted);
  if (wanted === undefined || stage === undefined || stage.soakMs === 0 || stage.after.length === 0) return undefined;
  const required = formatDuration(stage.soakMs);
  let start: Millis | undefined = 0;
  for (const rule of stage.after) {
    const times = upstreamOf(wanted, facts.path, rule.stage).map((one) =>
      verifiedSince(standing(one, desired?.releaseDigest ?? '')),
    );
    const since = rule.require === 'all' ? latest(times) : earliest(times);
    start = since === undefined || start === undefined ? undefined : Math.max(start, since);
  }
  if (start === undefined)
    return waiting(
      'NotSoaking',
      `soaks for ${required} once it is verified in ${stage.after.map((rule) => rule.stage).join(' and ')}`,
    );
  const until = start + stage.soakMs;
  if (facts.now >= until) return passed('Soaked', `soaked for ${required}`);
  return waiting('Soaking', `soaks for ${required}, until ${readableTime(until)}`, { nextChange: until });
};

function verifiedSince(entry: ReturnType<typeof standing>): Millis | undefined {
  return entry?.result === 'Passed' ? fromTime(entry.since) : undefined;
}

function earliest(times: readonly (Millis | undefined)[]): Millis | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(times: readonly (Millis | undefined)[]): Millis | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length || known.length === 0 ? undefined : Math.max(...known);
}
