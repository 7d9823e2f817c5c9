import { canonicalJson, sha256 } from '../digest.js';
import type { NotificationPolicy, Selector } from '../governance.js';
import type { Finding, Millis } from '../model.js';
import { fromTime, toTime } from '../time.js';
import { isSelected, type Selectable } from '../windows/selects.js';
import type { NotificationEvent } from './events.js';

/** One way that leads to a sink, and the time from which on it counts: what happened before is nobody's news. */
export interface Route {
  readonly selector: Selector;
  readonly events?: readonly NotificationEvent[];
  readonly since: Millis;
}

/** Since when sinks and rules are known; durable, so that a restart begins nothing anew. */
export interface Beginnings {
  /** Sink → time. */
  readonly sinks: Readonly<Record<string, string>>;
  /** Sink and digest of the rule → time, and since when the rule is not there any more. */
  readonly rules: Readonly<Record<string, { readonly since: string; readonly gone?: string }>>;
}

export const noBeginnings: Beginnings = { sinks: {}, rules: {} };

/** A commit may be older than its way to the branch, and a controller may have been down when it came: it counts from then, but not from long ago. */
const longestBack: Millis = 3_600_000;

/** A rule that comes back within this time, after a commit that broke its document, goes on where it was. */
const forgetAfter: Millis = 24 * 3_600_000;

interface Configured {
  readonly now: Millis;
  /** When the ReleaseSource was made. */
  readonly createdAt: Millis;
  /** The time of the commit that is in force. */
  readonly committedAt: Millis;
  readonly sinks: readonly string[];
  readonly policies: readonly NotificationPolicy[];
}

/** What is known, with what is new put in. The same object where nothing is new. */
export function begun(known: Beginnings, configured: Configured): Beginnings {
  const { now, sinks, policies } = configured;
  const newSink = toTime(Math.max(configured.createdAt, now - longestBack));
  const newRule = toTime(Math.min(now, Math.max(configured.committedAt, now - longestBack)));
  // A sink that was added to an old source begins now; one that came with a new source begins with the source.
  const firstSink = now - configured.createdAt < longestBack ? newSink : toTime(now);
  const wanted = new Set(policies.flatMap(rulesOf).map(({ sink, digest }) => ruleKey(sink, digest)));
  const rules: Record<string, { since: string; gone?: string }> = {};
  for (const [key, rule] of Object.entries(known.rules)) {
    if (wanted.has(key)) rules[key] = { since: rule.since };
    else if (rule.gone === undefined) rules[key] = { ...rule, gone: toTime(now) };
    else if ((fromTime(rule.gone) ?? 0) > now - forgetAfter) rules[key] = rule;
  }
  for (const key of wanted) rules[key] ??= { since: newRule };
  const next: Beginnings = { sinks: Object.fromEntries(sinks.map((name) => [name, known.sinks[name] ?? firstSink])), rules };
  return canonicalJson(next as never) === canonicalJson(known as never) ? known : next;
}

/** The ways to one sink. */
export function routesTo(sink: string, policies: readonly NotificationPolicy[], { sinks, rules }: Beginnings): Route[] {
  const sinkSince = fromTime(sinks[sink]);
  if (sinkSince === undefined) return [];
  return policies.flatMap(rulesOf).flatMap(({ sink: name, digest, selector, events }): Route[] => {
    const since = fromTime(rules[ruleKey(sink, digest)]?.since);
    if (name !== sink || since === undefined) return [];
    return [{ selector, ...(events === undefined ? {} : { events }), since: Math.max(since, sinkSince) }];
  });
}

/** Whether one of the ways takes what happened there and then. */
export function isRouted(routes: readonly Route[], place: Selectable, { event, at }: { event: NotificationEvent; at: Millis }) {
  return routes.some(
    ({ selector, events, since }) =>
      at >= since && (events === undefined || events.includes(event)) && isSelected(selector, place),
  );
}

const ruleKey = (sink: string, digest: string) => `${sink} ${digest}`;

function rulesOf({ rules }: NotificationPolicy) {
  return rules.flatMap(({ selector, events, sinks }) => {
    const digest = sha256(canonicalJson({ selector, events: events ?? [] } as never)).slice(7, 23);
    return sinks.map(({ name }) => ({ sink: name, digest, selector, events }));
  });
}

/** Sinks that policies name and the source has not: told where people look for what is wrong with their documents. It holds nothing back. */
export function sinkFindings(policies: readonly NotificationPolicy[] = [], sinks: readonly { name: string }[] = []): Finding[] {
  const known = new Set(sinks.map(({ name }) => name));
  const names = known.size === 0 ? 'it has none' : `it has ${[...known].join(', ')}`;
  return policies.flatMap(({ rules }) =>
    rules.flatMap(({ sinks: named }) =>
      named.flatMap(({ name, file, line, column }): Finding[] => {
        if (known.has(name)) return [];
        const message = `the ReleaseSource has no sink ${JSON.stringify(name)} (${names}); nobody is told by it`;
        return [{ severity: 'error', rule: 'unknown-sink', file, line, column, path: '', message }];
      }),
    ),
  );
}
