import { compact } from '../compact.js';
import type { DeploymentWindow } from '../governance.js';
import type { Millis } from '../units.js';
import { type Timeline, timelineOf } from './timeline.js';
import { dayMs } from './zone.js';

/** How far ahead openings are looked for. */
export const horizonMs: Millis = 400 * dayMs;

/** How many beginnings and ends are looked at for it: windows that are all too short, every few minutes, end the search sooner. */
const mostSteps = 2_000;

/** From when on, and until when (absent: beyond the horizon), deployments may start. */
export interface Opening {
  readonly from: Millis;
  readonly to?: Millis;
}

/** How windows stand at a moment for a deployment of usual duration. */
export type Standing =
  | {
      readonly state: 'open';
      readonly closing?: Closing;
    }
  | {
      /** `denied`: a window denies; `outside`: there are windows that allow, and this is in none; `short`: open, but not for long enough. */
      readonly state: 'denied' | 'outside' | 'short';
      /** Those that hold it: at least one. */
      readonly by: readonly DeploymentWindow[];
      /** `short`: when it closes. */
      readonly closing?: Closing;
      /** The next moment from which on it is open for long enough; absent where none was found. */
      readonly opening?: Opening;
      /** Without an opening: up to when there is none, and when it is worth looking further; absent where the windows never open again. */
      readonly none?: { readonly until: Millis; readonly lookAgain: Millis };
    };

/** The end of an opening, and the window that ends it: one that denies and begins, or one that allows and ends. */
export interface Closing {
  readonly at: Millis;
  readonly by: DeploymentWindow;
}

interface Laid {
  readonly window: DeploymentWindow;
  readonly timeline: Timeline;
}

interface Plan {
  readonly deny: readonly Laid[];
  readonly allow: readonly Laid[];
  /** Openings that begin later are not looked for. */
  readonly horizon: Millis;
  /** An opening that is open up to here is open for long enough: further than the horizon by the usual duration. */
  readonly limit: Millis;
}

/**
 * Whether a deployment that usually takes so long may start now, under all windows that select the environment and do not exempt
 * the release. Deny wins over allow; with any allow window, outside of all of them is closed. A deployment has to fit: it is over
 * before, or at the moment when, it closes. Throws where nobody can say when a window is (`timelineOf`).
 */
export function standing(windows: readonly DeploymentWindow[], now: Millis, usualDurationMs: Millis = 0): Standing {
  const laid = windows.map((window): Laid => {
    const timeline = timelineOf(window);
    if (timeline === undefined) throw new RangeError(`nobody can say when the window ${window.name} is`);
    return { window, timeline };
  });
  const plan: Plan = {
    deny: laid.filter(({ window }) => window.effect === 'deny'),
    allow: laid.filter(({ window }) => window.effect === 'allow'),
    horizon: now + horizonMs,
    limit: now + horizonMs + usualDurationMs,
  };
  const denying = covering(plan.deny, now, plan.horizon);
  if (denying.length > 0) return { state: 'denied', by: namesOf(denying), ...nextOpening(plan, now, usualDurationMs) };
  if (plan.allow.length > 0 && covering(plan.allow, now, plan.horizon).length === 0)
    return { state: 'outside', by: namesOf(plan.allow), ...nextOpening(plan, now, usualDurationMs) };
  const closing = closingOf(plan, now);
  if (closing === undefined || closing.at - now >= usualDurationMs) return compact<Standing>({ state: 'open', closing });
  return { state: 'short', by: [closing.by], closing, ...nextOpening(plan, closing.at, usualDurationMs) };
}

const namesOf = (laid: readonly Laid[]): DeploymentWindow[] => laid.map(({ window }) => window);

/** The windows that hold a moment, the one that holds it for longest first. */
function covering(laid: readonly Laid[], at: Millis, horizon: Millis): (Laid & { readonly until: Millis })[] {
  return laid
    .flatMap((one) => {
      const until = one.timeline.endOfInterval(at, horizon);
      return until === undefined ? [] : [{ ...one, until }];
    })
    .sort((a, b) => b.until - a.until);
}

/** The earliest beginning of any of them after a moment. */
function nextOf(laid: readonly Laid[], at: Millis, horizon: Millis): Closing | undefined {
  let next: Closing | undefined;
  for (const { window, timeline } of laid) {
    const from = timeline.nextBeginning(at, next?.at ?? horizon);
    if (from !== undefined && (next === undefined || from < next.at)) next = { at: from, by: window };
  }
  return next;
}

/** When what is open at a moment closes: a deny begins, or the last of the allowing windows that hang together ends. Undefined: beyond the limit. */
function closingOf({ deny, allow, limit }: Plan, at: Millis): Closing | undefined {
  const denied = nextOf(deny, at, limit);
  if (allow.length === 0) return denied;
  let end: Closing | undefined;
  for (let steps = 0; steps < mostSteps; steps++) {
    const from = end?.at ?? at;
    if (from >= (denied?.at ?? limit)) return denied;
    const [longest] = covering(allow, from, limit);
    if (longest === undefined) break;
    end = { at: longest.until, by: longest.window };
  }
  return end;
}

type Next = Pick<Exclude<Standing, { state: 'open' }>, 'opening' | 'none'>;

/** The first stretch that is open and long enough, looked for from a moment on at which it is not. */
function nextOpening(plan: Plan, from: Millis, usualDurationMs: Millis): Next {
  const { deny, allow, horizon } = plan;
  let at = from;
  for (let steps = 0; steps < mostSteps; steps++) {
    if (at > horizon) return { none: { until: horizon, lookAgain: at - horizonMs } };
    const [denying] = covering(deny, at, horizon);
    if (denying !== undefined) {
      at = denying.until;
      continue;
    }
    if (allow.length > 0 && covering(allow, at, horizon).length === 0) {
      // Up to a hundred years: what comes beyond the horizon says when it is worth looking again.
      const next = nextOf(allow, at, horizon) ?? nextOf(allow, at, horizon + 100 * horizonMs);
      if (next === undefined) return {};
      at = next.at;
      continue;
    }
    const closing = closingOf(plan, at);
    if (closing === undefined || closing.at - at >= usualDurationMs)
      return { opening: compact<Opening>({ from: at, to: closing?.at }) };
    at = closing.at;
  }
  return { none: { until: at, lookAgain: at } };
}
