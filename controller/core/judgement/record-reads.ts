import type { Json } from '../model.js';

/** What was read of one object: its place in the record. Keys that were only asked for or listed stand for themselves. */
interface Reads {
  readonly source: object;
  readonly children: Map<string, Reads>;
  readonly leaves: Map<string, Json>;
  readonly named: Set<string>;
}

type Plain = Record<string, unknown>;

/**
 * Lets `look` see plain data, and gives what it found together with exactly that part of the data which it looked at, as plain JSON. Looking
 * at that part alone finds the same again. An object that stands in two places is written twice.
 */
export function recordReads<T extends object, R>(data: T, look: (seen: T) => R): { readonly found: R; readonly record: Json } {
  const root = startReads(data);
  const found = look(watch(root) as T);
  return { found, record: written(root) };
}

const startReads = (source: object): Reads => ({ source, children: new Map(), leaves: new Map(), named: new Set() });

/** Over an empty stand-in of the same shape: what is frozen must not be handed out in any other form. */
function watch(reads: Reads): object {
  const { source } = reads;
  const seen = new Map<string, object>();
  const get = (key: string): unknown => {
    const value = (source as Plain)[key];
    if (typeof value === 'function') return value;
    if (typeof value !== 'object' || value === null) {
      if (value !== undefined) reads.leaves.set(key, value as Json);
      return value;
    }
    const known = seen.get(key);
    if (known !== undefined) return known;
    const child = startReads(value);
    reads.children.set(key, child);
    const view = watch(child);
    seen.set(key, view);
    return view;
  };
  const name = (key: string): void => {
    if (Object.hasOwn(source, key)) reads.named.add(key);
  };
  return new Proxy(Array.isArray(source) ? [] : {}, {
    get: (_, key) => (typeof key === 'string' ? get(key) : Reflect.get(source, key)),
    has: (_, key) => {
      if (typeof key === 'string') name(key);
      return Reflect.has(source, key);
    },
    ownKeys: () => {
      for (const key of Object.keys(source)) name(key);
      return Reflect.ownKeys(source);
    },
    getOwnPropertyDescriptor: (_, key) => {
      if (typeof key !== 'string' || !Object.hasOwn(source, key)) return undefined;
      const isLength = Array.isArray(source) && key === 'length';
      // What lists keys asks for this; what reads a value gets it after.
      return { value: undefined, writable: true, enumerable: !isLength, configurable: !isLength };
    },
  });
}

function written(reads: Reads): Json {
  const { source, children, leaves, named } = reads;
  const valueAt = (key: string): Json => {
    const child = children.get(key);
    return child === undefined ? (leaves.get(key) ?? null) : written(child);
  };
  if (Array.isArray(source)) return Array.from(source, (_, at) => valueAt(String(at)));
  const keys = new Set([...named, ...leaves.keys(), ...children.keys()]);
  return Object.fromEntries([...keys].filter((key) => Object.hasOwn(source, key)).map((key) => [key, valueAt(key)]));
}
