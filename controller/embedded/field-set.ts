import { compareText, isObject, type JsonObject } from './json.js';
import type { Json } from './resource-type.js';

/**
 * A set of field paths as a tree. Steps are written as in fieldsV1 (`f:name`, `k:{"type":"Ready"}`, `v:"x"`): a node that is a
 * member stands for the field itself, its children for fields below it.
 */
export interface FieldSet {
  member: boolean;
  readonly children: Map<string, FieldSet>;
}

export function emptySet(): FieldSet {
  return { member: false, children: new Map() };
}

export function isEmpty(set: FieldSet): boolean {
  return !set.member && [...set.children.values()].every(isEmpty);
}

export function insert(set: FieldSet, path: readonly string[]): void {
  let node = set;
  for (const step of path) node = child(node, step);
  node.member = true;
}

function child(set: FieldSet, step: string): FieldSet {
  let next = set.children.get(step);
  if (next === undefined) {
    next = emptySet();
    set.children.set(step, next);
  }
  return next;
}

/** Combines two sets node by node; empty branches fall away. */
function combine(
  left: FieldSet | undefined,
  right: FieldSet | undefined,
  rule: (left: boolean, right: boolean) => boolean,
): FieldSet {
  const result: FieldSet = { member: rule(left?.member ?? false, right?.member ?? false), children: new Map() };
  for (const step of new Set([...(left?.children.keys() ?? []), ...(right?.children.keys() ?? [])])) {
    const below = combine(left?.children.get(step), right?.children.get(step), rule);
    if (!isEmpty(below)) result.children.set(step, below);
  }
  return result;
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a || b);
}

export function difference(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a && !b);
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  return combine(left, right, (a, b) => a && b);
}

export function sameSet(left: FieldSet, right: FieldSet): boolean {
  return isEmpty(combine(left, right, (a, b) => a !== b));
}

/** The paths of all members: at each level the fields themselves first, then what lies below them, both in order. */
export function memberPaths(set: FieldSet, prefix: readonly string[] = []): string[][] {
  const children = [...set.children].sort(([left], [right]) => compareText(left, right));
  const members = children.filter(([, below]) => below.member).map(([step]) => [...prefix, step]);
  return [...members, ...children.flatMap(([step, below]) => memberPaths(below, [...prefix, step]))];
}

/** The fieldsV1 form: a leaf is `{}`, a member with children carries `"."`. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const result: JsonObject = {};
  if (set.member && set.children.size > 0) result['.'] = {};
  for (const [step, below] of [...set.children].sort(([left], [right]) => compareText(left, right))) {
    if (!isEmpty(below)) result[step] = toFieldsV1(below);
  }
  return result;
}

export function fromFieldsV1(fields: Json | undefined): FieldSet {
  return isObject(fields) ? readNode(fields, false) : emptySet();
}

function readNode(fields: JsonObject, isBelowRoot: boolean): FieldSet {
  const steps = Object.entries(fields).filter(([step]) => step !== '.');
  const set: FieldSet = { member: Object.hasOwn(fields, '.') || (isBelowRoot && steps.length === 0), children: new Map() };
  for (const [step, below] of steps) if (isObject(below)) set.children.set(step, readNode(below, true));
  return set;
}

/** A path as conflicts name it: `.spec.parts[name="a"].count`. */
export function showPath(path: readonly string[]): string {
  return path.map(showStep).join('');
}

function showStep(step: string): string {
  const value = step.slice(2);
  if (step.startsWith('f:')) return `.${value}`;
  if (step.startsWith('v:')) return `[=${value}]`;
  const key = JSON.parse(value) as JsonObject;
  return `[${Object.keys(key)
    .sort(compareText)
    .map((name) => `${name}=${JSON.stringify(key[name])}`)
    .join(',')}]`;
}
