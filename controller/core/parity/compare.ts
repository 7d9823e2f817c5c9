import type { Json, JsonObject } from '../model.js';
import { formatPath, isMatched, type PatternTree, patternTree, type Step, stepInto } from './pattern.js';

/** One setting that was not tested as it is. Says names and kinds, never a value: values may be secret. */
export interface SettingDifference {
  readonly path: string;
  readonly what: string;
}

interface Place {
  readonly steps: readonly Step[];
  /** What the allowed differences say from here on. */
  readonly allowed: readonly PatternTree[];
}

/** How the settings here differ from those there, but for the allowed differences; `there` is the name of the other environment. */
export function compareSettings(
  own: JsonObject,
  other: JsonObject,
  { allow, there }: { allow: readonly string[]; there: string },
): SettingDifference[] {
  const allowed = [patternTree(allow)];
  if (isMatched(allowed)) return [];
  return compareObjects([own], [other], { place: { steps: [], allowed }, there, values: true });
}

interface Comparing {
  readonly place: Place;
  readonly there: string;
  /** Whether single values stand against each other, so that toggles can be compared. */
  readonly values: boolean;
}

/** Lists, because the elements of an array are compared as if they were one. */
function compareObjects(own: readonly JsonObject[], other: readonly JsonObject[], how: Comparing): SettingDifference[] {
  const [here, elsewhere] = [byName(own), byName(other)];
  const names = [...new Set([...here.keys(), ...elsewhere.keys()])].sort();
  return names.flatMap((name) =>
    compareAll(here.get(name) ?? [], elsewhere.get(name) ?? [], { ...how, place: into(how.place, { name }) }),
  );
}

function byName(objects: readonly JsonObject[]): Map<string, Json[]> {
  const values = new Map<string, Json[]>();
  for (const object of objects)
    for (const [name, value] of Object.entries(object)) {
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
  return values;
}

const into = ({ steps, allowed }: Place, step: Exclude<Step, '**'>): Place => ({
  steps: [...steps, step],
  allowed: stepInto(allowed, step),
});

function compareAll(own: readonly Json[], other: readonly Json[], how: Comparing): SettingDifference[] {
  const { place, there } = how;
  if (isMatched(place.allowed)) return [];
  const difference = (what: string): SettingDifference[] => [{ path: formatPath(place.steps), what }];
  if (own.length === 0) return onlyOn(other, place, `only in ${there}`);
  if (other.length === 0) return onlyOn(own, place, `not in ${there}`);
  const [here, elsewhere] = [kindsOf(own), kindsOf(other)];
  if (here !== elsewhere) return difference(`${here} here, ${elsewhere} in ${there}`);
  if (how.values && typeof own[0] === 'boolean' && own[0] !== other[0]) return difference(`switched otherwise in ${there}`);
  return [
    ...compareObjects(own.filter(isObject), other.filter(isObject), how),
    ...compareElements(own.filter(Array.isArray), other.filter(Array.isArray), how),
  ];
}

/** How many elements there are does not count, but whether there are any: what an element is like was tested or it was not. */
function compareElements(own: readonly Json[][], other: readonly Json[][], how: Comparing): SettingDifference[] {
  const [here, elsewhere] = [own.flat(1), other.flat(1)];
  if (here.length === 0 && elsewhere.length === 0) return [];
  return compareAll(here, elsewhere, { ...how, values: false, place: into(how.place, '*') });
}

/** What is on one side alone is told as one, unless some of it is allowed. */
function onlyOn(values: readonly Json[], place: Place, what: string): SettingDifference[] {
  if (isMatched(place.allowed)) return [];
  const whole: SettingDifference[] = [{ path: formatPath(place.steps), what }];
  const children = [...byName(values.filter(isObject))].sort(([a], [b]) => (a < b ? -1 : 1));
  if (children.length === 0 || place.allowed.length === 0) return whole;
  const parts = children.map(([name, some]) => {
    const child = into(place, { name });
    return { path: formatPath(child.steps), found: onlyOn(some, child, what) };
  });
  const intact = parts.every(({ path, found }) => found.length === 1 && found[0]?.path === path);
  return intact ? whole : parts.flatMap(({ found }) => found);
}

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'a toggle',
  object: 'an object',
};

function kindOf(value: Json): string {
  if (value === null) return 'empty';
  return Array.isArray(value) ? 'a list' : (kinds[typeof value] ?? typeof value);
}

const kindsOf = (values: readonly Json[]): string => [...new Set(values.map(kindOf))].sort().join(' or ');
