import { ReconcileError } from '../core/errors.js';
import type { Resource, ResourceDefinition } from '../core/resources/definition.js';
import type { Cache, Key } from '../reconcile/ports.js';
import { misfit } from './fit.js';
import { describeObject } from './paths.js';

/** An object that does not fit its type: kept out of the cache, and shown. */
export interface Quarantined {
  readonly kind: string;
  readonly key: Key;
  readonly message: string;
  readonly uid?: string;
}

/** An object as the API sends it; `kind` and `apiVersion` are missing in lists. */
export interface RawObject {
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    resourceVersion?: string;
    managedFields?: unknown;
    deletionTimestamp?: string;
  };
}

/** Whether it has a name under which it can be kept, or put aside. */
export function isNamed(object: unknown): object is RawObject {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return false;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || !('name' in metadata) || !('namespace' in metadata)) return false;
  const isText = (field: string) => !(field in metadata) || typeof (metadata as Record<string, unknown>)[field] === 'string';
  return (
    typeof metadata.name === 'string' && typeof metadata.namespace === 'string' && isText('uid') && isText('resourceVersion')
  );
}

export interface CacheOptions<R> {
  readonly definition: ResourceDefinition;
  /** Under which groups an object can be found with `inGroup`. */
  readonly groupsOf?: (object: R) => readonly string[];
  /** `byOthers`: it was not written here. */
  readonly onChange: (key: Key, byOthers: boolean) => void;
  /** Told of every version of an object that does not fit. */
  readonly onQuarantine?: (object: Quarantined) => void;
}

type Typed = Resource<unknown, unknown>;

const keyText = ({ namespace, name }: Key) => `${namespace}/${name}`;
const keyOf = ({ metadata: { namespace, name } }: { metadata: Key }): Key => ({ namespace, name });

/**
 * What the API holds of one kind. The reflector feeds it, and writers put the answers to their own writes in, so that who
 * writes reads it at once. Of two versions of an object the one with the higher resourceVersion stays (numbers of one kind
 * count up); a full list is believed as it is, but for what was written here since it was asked for.
 */
export class ResourceCache<R extends Typed> implements Cache<R> {
  readonly #options: CacheOptions<R>;
  readonly #objects = new Map<string, R>();
  readonly #groups = new Map<string, Map<string, R>>();
  readonly #quarantine = new Map<string, { readonly object: Quarantined; readonly version: string }>();
  /** Uids that were deleted here: late events about them must not bring them back. */
  readonly #deleted = new Set<string>();
  /** Keys that were written here since the list under way was asked for. */
  #written: Set<string> | undefined;
  #listed: readonly R[] | undefined;

  constructor(options: CacheOptions<R>) {
    this.#options = options;
  }

  get(key: Key): R | undefined {
    return this.#objects.get(keyText(key));
  }

  list(): readonly R[] {
    this.#listed ??= [...this.#objects.values()];
    return this.#listed;
  }

  inGroup(group: string): readonly R[] {
    return [...(this.#groups.get(group)?.values() ?? [])];
  }

  quarantined(): readonly Quarantined[] {
    return [...this.#quarantine.values()].map(({ object }) => object);
  }

  /** Call before a full list is asked for. */
  startReplacing(): void {
    this.#written = new Set();
  }

  /** Makes the cache equal to a full list, own writes since `startReplacing` apart. */
  replace(objects: readonly RawObject[]): void {
    const written = this.#written ?? new Set();
    this.#written = undefined;
    const present = new Set(objects.map((object) => keyText(keyOf(object))));
    for (const object of objects) {
      const text = keyText(keyOf(object));
      if (written.has(text)) this.observe(object);
      else if (!this.#deleted.has(object.metadata.uid ?? '')) this.#put(object, true);
    }
    for (const [text, { metadata }] of this.#known())
      if (!present.has(text) && !written.has(text)) this.#drop(keyOf({ metadata }));
    const uids = new Set(objects.map((object) => object.metadata.uid));
    for (const uid of this.#deleted) if (!uids.has(uid)) this.#deleted.delete(uid);
  }

  /** An object as the watch told it. */
  observe(object: RawObject): void {
    this.#take(object, true);
  }

  /** Whether the API has the object in a version that is not known here yet. */
  lacks(object: RawObject): boolean {
    if (this.#deleted.has(object.metadata.uid ?? '')) return false;
    const known = this.#versionOf(keyText(keyOf(object)));
    return known === undefined || isNewer(object.metadata.resourceVersion, known);
  }

  /** An object of others that was read because the watch has not told of it yet; a list that is older does not drop it. */
  admit(object: RawObject): void {
    this.#written?.add(keyText(keyOf(object)));
    this.#take(object, true);
  }

  #take(object: RawObject, byOthers: boolean): void {
    if (this.lacks(object)) this.#put(object, byOthers);
  }

  /** A deletion as the watch told it. */
  observeDeleted(object: RawObject): void {
    this.#deleted.delete(object.metadata.uid ?? '');
    const key = keyOf(object);
    const known = this.#versionOf(keyText(key));
    if (known !== undefined && !isNewer(known, object.metadata.resourceVersion)) this.#drop(key);
  }

  /** The answer to an own write, or to a read of one object. Returns it typed; throws where it does not fit. */
  accept(object: RawObject): R {
    const { kind } = this.#options.definition;
    if (!isNamed(object)) throw new ReconcileError('Unavailable', `the API server answered with something that is no ${kind}`);
    this.#written?.add(keyText(keyOf(object)));
    this.#take(object, false);
    // What is in the cache was judged on its way in.
    const isKept = this.#objects.get(keyText(keyOf(object))) === (object as unknown as R);
    const message = isKept ? undefined : misfit(this.#options.definition, object);
    if (message === undefined) return object as unknown as R;
    const name = describeObject(this.#options.definition, keyOf(object));
    throw new ReconcileError('Quarantined', `${name} does not fit its schema: ${message}`);
  }

  /** An object that was deleted here. */
  acceptDeleted(key: Key, uid: string | undefined): void {
    this.#written?.add(keyText(key));
    if (uid !== undefined) this.#deleted.add(uid);
    this.#drop(key);
  }

  #known(): [string, { metadata: Key }][] {
    const poisoned = [...this.#quarantine].map(([text, { object }]): [string, { metadata: Key }] => [
      text,
      { metadata: object.key },
    ]);
    return [...this.#objects, ...poisoned];
  }

  #versionOf(text: string): string | undefined {
    return this.#objects.get(text)?.metadata.resourceVersion ?? this.#quarantine.get(text)?.version;
  }

  #put(object: RawObject, byOthers: boolean): void {
    const key = keyOf(object);
    const text = keyText(key);
    const version = object.metadata.resourceVersion ?? '';
    if (this.#versionOf(text) === version) return;
    delete object.metadata.managedFields;
    const { definition } = this.#options;
    const message = misfit(definition, object);
    this.#forget(text);
    if (message === undefined) this.#store(text, object as unknown as R);
    else this.#putAside(text, object, message);
    this.#options.onChange(key, byOthers);
  }

  #putAside(text: string, object: RawObject, message: string): void {
    const { uid, resourceVersion: version = '' } = object.metadata;
    const { kind } = this.#options.definition;
    const aside: Quarantined = { kind, key: keyOf(object), message, ...(uid === undefined ? {} : { uid }) };
    this.#quarantine.set(text, { object: aside, version });
    this.#options.onQuarantine?.(aside);
  }

  #drop(key: Key): void {
    if (this.#forget(keyText(key))) this.#options.onChange(key, true);
  }

  #store(text: string, object: R): void {
    this.#objects.set(text, object);
    for (const group of this.#options.groupsOf?.(object) ?? []) {
      const members = this.#groups.get(group) ?? new Map<string, R>();
      this.#groups.set(group, members.set(text, object));
    }
  }

  #forget(text: string): boolean {
    this.#listed = undefined;
    const wasPoisoned = this.#quarantine.delete(text);
    const object = this.#objects.get(text);
    if (object === undefined) return wasPoisoned;
    this.#objects.delete(text);
    for (const group of this.#options.groupsOf?.(object) ?? []) {
      const members = this.#groups.get(group);
      members?.delete(text);
      if (members?.size === 0) this.#groups.delete(group);
    }
    return true;
  }
}

/** Whether version `a` came after `b`. Versions count up within a kind; what is no number is taken as newer. */
function isNewer(a: string | undefined, b: string | undefined): boolean {
  const number = /^[0-9]+$/;
  if (a === undefined || b === undefined || !number.test(a) || !number.test(b)) return a !== b;
  return a.length === b.length ? a > b : a.length > b.length;
}
