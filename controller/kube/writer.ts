import { ReconcileError } from '../core/errors.js';
import type { Resource, ResourceDefinition } from '../core/resources/definition.js';
import type { Condition } from '../core/resources/environment.js';
import { sameJson } from '../core/same-json.js';
import type { Key } from '../reconcile/ports.js';
import type { ApiRequest, KubeClient } from './client.js';
import { ApiFailure } from './failure.js';
import { collectionPath, describeObject, groupVersion, objectPath, specManager, statusManager } from './paths.js';
import type { RawObject, ResourceCache } from './resource-cache.js';

interface Content<Spec> {
  readonly spec: Spec;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Writes objects of one kind. Every write is a compare-and-swap on what its caller has read, its answer is in the cache when
 * it returns, and nothing is written that is equal to what was read.
 */
export class ResourceWriter<Spec, Status extends { conditions?: Condition[] }> {
  readonly #client: KubeClient;
  readonly #cache: ResourceCache<Resource<Spec, Status>>;
  readonly #definition: ResourceDefinition;

  constructor(client: KubeClient, cache: ResourceCache<Resource<Spec, Status>>, definition: ResourceDefinition) {
    this.#client = client;
    this.#cache = cache;
    this.#definition = definition;
  }

  /** Throws Conflict (retry at once) where the name exists. */
  async create(key: Key, content: Content<Spec>, signal: AbortSignal): Promise<Resource<Spec, Status>> {
    const metadata = { name: key.name, namespace: key.namespace, labels: content.labels };
    return this.#write(key, {
      method: 'POST',
      path: collectionPath(this.#definition, key.namespace),
      query: { fieldManager: specManager },
      body: { ...this.#type(), metadata, spec: content.spec },
      what: `create ${describeObject(this.#definition, key)}`,
      signal,
    });
  }

  /** Puts spec and labels in place of those of `object`, everything else of it stays. */
  async replace(object: Resource<Spec, Status>, content: Content<Spec>, signal: AbortSignal): Promise<void> {
    const key = object.metadata;
    await this.#write(key, {
      method: 'PUT',
      path: objectPath(this.#definition, key),
      query: { fieldManager: specManager },
      body: { ...object, ...this.#type(), metadata: { ...object.metadata, labels: content.labels }, spec: content.spec },
      what: `write ${describeObject(this.#definition, key)}`,
      signal,
    });
  }

  /** Where the server refuses the status, writes its conditions alone, so that people see why, and throws StatusRefused. */
  async writeStatus(object: Resource<Spec, Status>, status: Status, signal: AbortSignal): Promise<Resource<Spec, Status>> {
    if (object.status !== undefined && sameJson(object.status, status)) return object;
    const wanted = JSON.parse(JSON.stringify(status)) as Status;
    const key = object.metadata;
    const call: ApiRequest = {
      method: 'PUT',
      path: `${objectPath(this.#definition, key)}/status`,
      query: { fieldManager: statusManager },
      body: { ...object, ...this.#type(), status: wanted },
      what: `write the status of ${describeObject(this.#definition, key)}`,
      signal,
    };
    try {
      return await this.#write(key, call);
    } catch (error) {
      if (error instanceof ApiFailure && error.reason === 'Refused') throw await this.#tellWhy(object, wanted, { call, error });
      throw error;
    }
  }

  /** Does nothing where it is gone, and nothing to a newer object of the same name. */
  async remove(key: Key, signal: AbortSignal): Promise<void> {
    const uid = this.#cache.get(key)?.metadata.uid;
    const preconditions = uid === undefined ? {} : { preconditions: { uid } };
    const call: ApiRequest = {
      method: 'DELETE',
      path: objectPath(this.#definition, key),
      body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', ...preconditions },
      what: `delete ${describeObject(this.#definition, key)}`,
      signal,
    };
    const answer = await this.#orRefresh(
      key,
      call,
      this.#client.find<RawObject & { kind?: string; details?: { uid?: string } }>(call),
    );
    // An answer that is the object itself tells of one that a finalizer still keeps.
    if (answer?.kind === this.#definition.kind && answer.metadata.deletionTimestamp !== undefined) this.#cache.accept(answer);
    else this.#cache.acceptDeleted(key, uid ?? answer?.details?.uid);
  }

  async #tellWhy(
    object: Resource<Spec, Status>,
    { conditions }: Status,
    { call, error }: { call: ApiRequest; error: ApiFailure },
  ): Promise<ReconcileError> {
    const told = (what: string) => new ReconcileError('StatusRefused', `${error.message}; ${what}`, { cause: error });
    if (conditions === undefined || sameJson(object.status?.conditions, conditions)) return told('nothing was written');
    const body = { metadata: { resourceVersion: object.metadata.resourceVersion }, status: { conditions } };
    try {
      const { path, query, what, signal } = call;
      this.#cache.accept(await this.#client.patch<RawObject>({ path, query: query ?? {}, what, signal, body }));
      return told('only its conditions were written');
    } catch {
      return told('its conditions could not be written either');
    }
  }

  async #write(key: Key, call: ApiRequest): Promise<Resource<Spec, Status>> {
    return this.#cache.accept(await this.#orRefresh(key, call, this.#client.request<RawObject>(call)));
  }

  /** Where the object is not what was thought, reads it anew, so that the next attempt does not see what has just failed. */
  async #orRefresh<T>(key: Key, { signal }: ApiRequest, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof ApiFailure) || (error.code !== 409 && error.code !== 404)) throw error;
      const what = `read ${describeObject(this.#definition, key)}`;
      const found = await this.#client.find<RawObject>({ method: 'GET', path: objectPath(this.#definition, key), what, signal });
      if (found !== undefined) this.#cache.accept(found);
      else this.#cache.acceptDeleted(key, undefined);
      throw error;
    }
  }

  #type() {
    return { apiVersion: groupVersion, kind: this.#definition.kind };
  }
}
