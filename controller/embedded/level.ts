import { ClassicLevel } from 'classic-level';
import type { Cipher } from './encryption.js';
import type { ApiObject } from './resource-type.js';

export type Level = ClassicLevel<string, Uint8Array>;
/** The objects of one collection, and their keys in order once somebody asked for them. */
export type Collection = { readonly objects: Map<string, ApiObject>; sorted: readonly string[] | undefined };

export const revisionKey = 'meta/revision';
const objectPrefix = 'object/';

/** Where an object lies in the database. */
export function levelKey(collection: string, key: string): string {
  return `${objectPrefix}\0${collection}\0${key}`;
}

export async function openLevel(directory: string): Promise<Level> {
  const level: Level = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'view' });
  try {
    await level.open();
    return level;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as { code?: string; message?: string } | undefined) : undefined;
    if (cause?.code === 'LEVEL_LOCKED') throw new Error(`another process has the store in ${directory} open`, { cause: error });
    throw new Error(`the store in ${directory} cannot be opened: ${cause?.message ?? String(error)}`, { cause: error });
  }
}

export interface LoadOptions {
  readonly cipher: Cipher;
  /** Collections whose objects are sealed at rest. */
  readonly sealed: ReadonlySet<string>;
  /** Brings an object that an older version stored into the form of today. */
  upgrade?(collection: string, object: ApiObject): ApiObject;
}

/** Reads everything into memory. */
export async function loadLevel(
  level: Level,
  options: LoadOptions,
): Promise<{ collections: Map<string, Collection>; revision: number }> {
  const collections = new Map<string, Collection>();
  for await (const [key, value] of level.iterator({ gt: objectPrefix, lt: `${objectPrefix}\uffff` })) {
    const [, collection = '', name = ''] = key.split('\0');
    const plain = options.sealed.has(collection) ? options.cipher.open(value, key) : value;
    const object = JSON.parse(new TextDecoder().decode(plain)) as ApiObject;
    collectionOf(collections, collection).objects.set(name, options.upgrade?.(collection, object) ?? object);
  }
  const stored = await level.get(revisionKey);
  return { collections, revision: stored === undefined ? 0 : Number(new TextDecoder().decode(stored)) };
}

export function collectionOf(collections: Map<string, Collection>, name: string): Collection {
  let collection = collections.get(name);
  if (collection === undefined) {
    collection = { objects: new Map(), sorted: undefined };
    collections.set(name, collection);
  }
  return collection;
}
