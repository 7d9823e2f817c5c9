import type { ApiObject, Json } from './resource-type.js';

/** The fields that core/v1 and events.k8s.io/v1 name differently (API reference, Event v1). */
const renamed: readonly (readonly [core: string, eventsV1: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];
const toNew = new Map(renamed);
const toOld = new Map(renamed.map(([core, eventsV1]) => [eventsV1, core]));

/** The same event in events.k8s.io/v1; events are kept as core/v1. */
export function toEventsV1(event: ApiObject): ApiObject {
  const { reportingController, reportingInstance, ...renamedEvent } = rename(event, toNew);
  // Empty ones are left out here, though core/v1 shows them.
  const reporter = Object.entries({ reportingController, reportingInstance }).filter(
    ([, value]) => value !== '' && value !== undefined,
  );
  return { ...(renamedEvent as ApiObject), ...Object.fromEntries(reporter), apiVersion: 'events.k8s.io/v1' };
}

/** The same event in core/v1. */
export function toCoreV1(event: ApiObject): ApiObject {
  return { ...rename(event, toOld), apiVersion: 'v1' };
}

function rename(event: ApiObject, names: ReadonlyMap<string, string>): ApiObject {
  const fields = Object.entries(event).map(([key, value]): [string, Json] => [names.get(key) ?? key, value as Json]);
  return Object.fromEntries(fields) as unknown as ApiObject;
}
