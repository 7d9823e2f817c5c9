import type { Millis } from '../../controller/core/model.js';
import type { Condition } from '../../controller/core/resources/environment.js';
import { sameJson } from '../../controller/core/same-json.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface StoredEvent {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
}

/** An answer: the object, or a status code that is no success. */
export type ApiAnswer = { readonly object: unknown } | { readonly code: number; readonly reason: string };

export interface ApiRequest {
  readonly method: string;
  readonly plural: string;
  readonly name: string | undefined;
  readonly isStatus: boolean;
  readonly body: unknown;
  readonly by: string;
}

export interface Write {
  readonly plural: string;
  readonly key: string;
  readonly before: ApiObject | undefined;
  readonly after: ApiObject | undefined;
  readonly by: string;
}

interface Body {
  readonly metadata?: {
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: unknown;
  readonly status?: object;
  readonly preconditions?: { readonly uid?: string };
}

const conflict = { code: 409, reason: 'Conflict' } as const;
const missing = { code: 404, reason: 'NotFound' } as const;

/** A Kubernetes API with etcd behind it: one version number for everything, compare-and-swap, a status of its own, watches with a history. */
export class SimApi {
  readonly namespace = 'default';
  isUp = true;
  version = 100;
  /** Watches from before this version are answered with 410. */
  compactedAt = 0;
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #events = new Map<string, StoredEvent[]>();
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #wall: () => Millis;
  readonly onWrite: ((write: Write) => void)[] = [];
  /** Told of reads of one environment, which come right before a claim. */
  readonly onRead: ((by: string, name: string) => void)[] = [];
  readonly onEvent: ((plural: string) => void)[] = [];

  constructor(scheduler: Scheduler, random: Random, wall: () => Millis) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#wall = wall;
  }

  list(plural: string): readonly ApiObject[] {
    return [...this.#of(plural).values()];
  }

  get(plural: string, name: string): ApiObject | undefined {
    return this.#of(plural).get(name);
  }

  events(plural: string): readonly StoredEvent[] {
    return this.#events.get(plural) ?? [];
  }

  /** Ends all watches and forgets what is older, as a restart with a compaction does. */
  compact(): void {
    this.compactedAt = this.version;
  }

  handle(request: ApiRequest): ApiAnswer {
    const { method, plural, name } = request;
    const found = name === undefined ? undefined : this.get(plural, name);
    const body = (request.body ?? {}) as Body;
    if (method === 'GET' && name === undefined)
      return { object: { metadata: { resourceVersion: String(this.version) }, items: this.list(plural) } };
    if (method === 'POST') return this.#create(request, body);
    if (found === undefined) return missing;
    switch (method) {
      case 'GET':
        if (plural === 'environments') for (const listener of this.onRead) listener(request.by, found.metadata.name);
        return { object: found };
      case 'PUT':
        return this.#put(request, found, body);
      case 'PATCH':
        return this.#patch(request, found, body);
      case 'DELETE':
        if ((body.preconditions?.uid ?? found.metadata.uid) !== found.metadata.uid) return conflict;
        this.#store(request, found, undefined);
        return { object: { kind: 'Status', details: { uid: found.metadata.uid } } };
      default:
        return { code: 405, reason: 'MethodNotAllowed' };
    }
  }

  #create(request: ApiRequest, body: Body): ApiAnswer {
    const name = body.metadata?.name ?? '';
    if (this.get(request.plural, name) !== undefined) return { code: 409, reason: 'AlreadyExists' };
    const metadata = {
      ...body.metadata,
      name,
      namespace: this.namespace,
      uid: `${this.#random.hex(8)}-${this.#random.hex(4)}`,
      resourceVersion: '',
      generation: 1,
      creationTimestamp: new Date(this.#wall()).toISOString().replace(/\.\d+Z/, 'Z'),
    };
    // Leases have no status of their own, and what comes as status of a new object is dropped.
    const { spec } = plain(body);
    return { object: this.#store(request, undefined, { metadata, spec } as ApiObject) };
  }

  #put(request: ApiRequest, found: ApiObject, body: Body): ApiAnswer {
    const given = body.metadata?.resourceVersion;
    if (given !== undefined && given !== found.metadata.resourceVersion) return conflict;
    if (request.isStatus) return this.#putStatus(request, found, plain(body).status as ApiObject['status']);
    const { spec, metadata } = plain(body);
    const isSame = sameJson(spec, found.spec);
    const generation = found.metadata.generation + (isSame ? 0 : 1);
    const next = { ...found, metadata: { ...found.metadata, labels: metadata?.labels ?? {}, generation }, spec } as ApiObject;
    return { object: this.#store(request, found, next) };
  }

  #putStatus(request: ApiRequest, found: ApiObject, status: ApiObject['status']): ApiAnswer {
    if (sameJson(status, found.status)) return { object: found };
    return { object: this.#store(request, found, { ...found, ...(status === undefined ? {} : { status }) }) };
  }

  #patch(request: ApiRequest, found: ApiObject, body: Body): ApiAnswer {
    const given = body.metadata?.resourceVersion;
    if (given !== undefined && given !== found.metadata.resourceVersion) return conflict;
    const wanted = plain(body);
    if (wanted.status !== undefined) return this.#putStatus(request, found, { ...found.status, ...wanted.status });
    const merged = Object.entries({ ...found.metadata.annotations, ...wanted.metadata?.annotations });
    const annotations = Object.fromEntries(merged.filter(([, value]) => value !== null)) as Record<string, string>;
    const spec = wanted.spec === undefined ? found.spec : { ...(found.spec as object), ...(wanted.spec as object) };
    const generation = found.metadata.generation + (wanted.spec === undefined ? 0 : 1);
    return { object: this.#store(request, found, { ...found, metadata: { ...found.metadata, annotations, generation }, spec }) };
  }

  #store(request: ApiRequest, before: ApiObject | undefined, next: ApiObject | undefined): ApiObject {
    const { plural, by } = request;
    this.version += 1;
    const base = next ?? before;
    if (base === undefined) throw new Error('nothing to store');
    const stored = deepFreeze({ ...base, metadata: { ...base.metadata, resourceVersion: String(this.version) } });
    const { name } = stored.metadata;
    if (next === undefined) this.#of(plural).delete(name);
    else this.#of(plural).set(name, stored);
    if (plural === 'leases') return stored;
    const events = this.#events.get(plural) ?? [];
    this.#events.set(plural, events);
    events.push({
      version: this.version,
      type: next === undefined ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED',
      object: stored,
    });
    for (const listener of this.onWrite)
      listener({ plural, key: name, before, after: next === undefined ? undefined : stored, by });
    for (const listener of this.onEvent) listener(plural);
    return stored;
  }

  #of(plural: string): Map<string, ApiObject> {
    const known = this.#objects.get(plural);
    if (known !== undefined) return known;
    const objects = new Map<string, ApiObject>();
    this.#objects.set(plural, objects);
    return objects;
  }

  get now(): Millis {
    return this.#scheduler.now;
  }
}

/** A value as its JSON text would bring it, without the text: parts that are stored already are shared. */
function plain<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return value.map(plain) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) copy[name] = plain(field as unknown);
  return copy as T;
}

/** Whoever changes what others read as well is told at once. */
function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return value;
}
