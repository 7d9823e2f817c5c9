import type { Json, Position } from '../model.js';

export type Path = readonly (string | number)[];

/**
 * Where every node of a document stands, in few bytes because thousands are kept. `nodes` holds five numbers a node, in the order of a walk
 * that visits a node before its children: size of the subtree, start and end of the key, start and end of the value (UTF-16 offsets).
 */
export interface Places {
  readonly file: string;
  readonly lineStarts: Uint32Array;
  readonly nodes: Uint32Array;
}

export const numbersPerNode = 5;

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface NodePlace {
  readonly key: Span;
  readonly value: Span;
}

export function computeLineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

/** Line and column, both from 1, the column in UTF-16 units as editors count. */
export function lineAndColumn(lineStarts: Uint32Array, offset: number): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

function childKeys(value: Json | undefined): (string | number)[] {
  if (Array.isArray(value)) return value.map((_, index) => index);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function childValue(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return typeof value === 'object' && value !== null ? value[key] : undefined;
}

/** The place of the node at `path` in the document whose value is `root`; of the nearest one above where there is no such node. */
export function findPlace(places: Places, root: Json, path: Path): NodePlace {
  let index = 0;
  let value: Json | undefined = root;
  for (const segment of path) {
    let child = index + numbersPerNode;
    let found = false;
    for (const key of childKeys(value)) {
      found = key === segment || String(key) === segment;
      if (found) break;
      child += (places.nodes[child] ?? 1) * numbersPerNode;
    }
    if (!found) break;
    value = childValue(value, segment);
    index = child;
  }
  const [, keyStart = 0, keyEnd = 0, start = 0, end = 0] = places.nodes.subarray(index, index + numbersPerNode);
  return { key: { start: keyStart, end: keyEnd }, value: { start, end } };
}

/** A path as people read it: `spec.stages[1].after[0]`, `spec.parameters["a.b"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[A-Za-z_$][A-Za-z0-9_$-]{0,62}$/.test(segment)) text += text === '' ? segment : `.${segment}`;
    else text += `[${JSON.stringify(segment.slice(0, 80))}]`;
  }
  return text;
}

export function positionOf(places: Places, span: Span): Position & { readonly end: { line: number; column: number } } {
  return {
    file: places.file,
    ...lineAndColumn(places.lineStarts, span.start),
    end: lineAndColumn(places.lineStarts, Math.max(span.start, span.end)),
  };
}
