import semver from 'semver';
import type { DeltaStatus } from '../resources/environment.js';

/** Component name → version, as a descriptor pins them. */
export type Components = Readonly<Record<string, string>>;

/** What changes from one version to another, component by component. */
export type Delta = DeltaStatus;

export type ComponentChange = Delta['components'][number];

/**
 * The components that differ, sorted by name (by code unit), and how many of them in which way. A version is higher or
 * lower by the precedence of Semantic Versioning 2.0.0, section 11, where both are such versions (a leading `v` is
 * allowed); any other difference, build metadata alone included, is `changed`. Nothing before: everything is added.
 */
export function computeDelta(from: Components | undefined, to: Components | undefined): Delta {
  const before = new Map(Object.entries(from ?? {}));
  const after = new Map(Object.entries(to ?? {}));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort(byCodeUnit);
  return toDelta(names.flatMap((name) => compareComponent(name, before.get(name), after.get(name)) ?? []));
}

/** The same counts with at most `limit` components listed, the first by name. */
export function capDelta(delta: Delta, limit: number): Delta {
  return delta.components.length <= limit ? delta : { ...delta, components: delta.components.slice(0, limit) };
}

/** How many components differ; right for a capped delta too. */
export function countChanges(delta: Delta): number {
  return delta.added + delta.removed + delta.upgraded + delta.downgraded + delta.changed;
}

/** The delta for people: `3 upgraded, 1 added`, or `no component changes`. */
export function summariseDelta(delta: Delta): string {
  const parts = (['upgraded', 'downgraded', 'changed', 'added', 'removed'] as const)
    .filter((change) => delta[change] > 0)
    .map((change) => `${delta[change]} ${change}`);
  return parts.length === 0 ? 'no component changes' : parts.join(', ');
}

function compareComponent(name: string, from: string | undefined, to: string | undefined): ComponentChange | undefined {
  if (from === to) return undefined;
  if (to === undefined) return from === undefined ? undefined : { name, change: 'removed', from };
  if (from === undefined) return { name, change: 'added', to };
  return { name, change: compareVersions(from, to), from, to };
}

function compareVersions(from: string, to: string): 'upgraded' | 'downgraded' | 'changed' {
  const before = semver.parse(from);
  const after = semver.parse(to);
  if (before === null || after === null) return 'changed';
  const order = after.compare(before);
  if (order === 0) return 'changed';
  return order > 0 ? 'upgraded' : 'downgraded';
}

function toDelta(components: ComponentChange[]): Delta {
  const delta: Delta = { added: 0, removed: 0, upgraded: 0, downgraded: 0, changed: 0, components };
  for (const { change } of components) delta[change] += 1;
  return delta;
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
