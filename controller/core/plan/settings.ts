import { printable } from '../documents/quote.js';
import type { Json, JsonObject } from '../model.js';
import { formatPath, type Step } from '../parity/pattern.js';
import { sameJson } from '../same-json.js';
import type { SettingChange } from './plan.js';

const mostListed = 50;
const mostShown = 120;

/** What is called like this is not told, whatever it is: people do write passwords where references belong. */
const secretName = /secret|passw|token|credential|private.?key|api.?key|access.?key|connection.?string|^(pwd|pass|auth)$/i;
const userInfo = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^/@\s"]+(?:@|$)/gi;
const secretText = /-----BEGIN |[?&][\w-]{0,30}(?:token|sig|signature|key|secret|password)=/i;

/** The settings that are not the same, in the order of their names; a value that may be secret is only named. */
export function compareSettings(
  before: JsonObject,
  after: JsonObject,
): { readonly settings: readonly SettingChange[]; readonly more: number } {
  const found: SettingChange[] = [];
  compare(before, after, { steps: [], hidden: false }, found);
  return { settings: found.slice(0, mostListed), more: Math.max(0, found.length - mostListed) };
}

interface Place {
  readonly steps: readonly Step[];
  readonly hidden: boolean;
}

function compare(before: Json | undefined, after: Json | undefined, place: Place, found: SettingChange[]): void {
  if (sameJson(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
      compare(own(before, name), own(after, name), into(place, name), found);
    return;
  }
  // What appears or goes with all that is in it is told leaf by leaf: a group as a whole would hide what is secret in it, or show it.
  const group = isObject(before) ? before : isObject(after) ? after : undefined;
  const alone = before === undefined || after === undefined;
  if (group !== undefined && alone && Object.keys(group).length > 0) {
    for (const name of Object.keys(group).sort())
      compare(before && own(group, name), after && own(group, name), into(place, name), found);
    return;
  }
  found.push(toChange(before, after, place));
}

const into = ({ steps, hidden }: Place, name: string): Place => ({
  steps: [...steps, { name }],
  hidden: hidden || secretName.test(name),
});

function toChange(before: Json | undefined, after: Json | undefined, { steps, hidden }: Place): SettingChange {
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const path = printable(formatPath(steps), 200);
  if (hidden || mayHoldSecret(before) || mayHoldSecret(after)) return { path, change, hidden: true };
  const shown = { ...(before === undefined ? {} : { from: show(before) }), ...(after === undefined ? {} : { to: show(after) }) };
  return { path, change, ...shown };
}

/** A list, or a group that stands against something else, is shown whole: not where something in it is called like a secret. */
function mayHoldSecret(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(mayHoldSecret);
  if (!isObject(value)) return typeof value === 'string' && secretText.test(value);
  return Object.entries(value).some(([name, child]) => secretName.test(name) || mayHoldSecret(child));
}

/** The beginning alone is looked at: settings can be a megabyte. What is cut inside of credentials is taken for credentials. */
const show = (value: Json): string =>
  printable(
    JSON.stringify(value)
      .slice(0, 10 * mostShown)
      .replaceAll(userInfo, '$1***@'),
    mostShown,
  );

const own = (object: JsonObject, name: string): Json | undefined => (Object.hasOwn(object, name) ? object[name] : undefined);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
