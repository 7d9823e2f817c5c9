import { toEventsV1 } from './event-forms.js';
import { apiVersionOf, isEvent } from './registry.js';
import type { ApiObject, Json, ResourceType } from './resource-type.js';

/** The stored object as the version and group of the request shows it. */
export function present(type: ResourceType, object: ApiObject): ApiObject {
  if (isEvent(type) && type.group !== '') return toEventsV1(object);
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

/** A list as the API returns it. */
export function presentList(type: ResourceType, objects: readonly ApiObject[], metadata: Json): Json {
  const items = objects.map((object) => present(type, object) as unknown as Json);
  return { apiVersion: apiVersionOf(type), kind: type.listKind, metadata, items };
}
