import type { Millis } from '../core/model.js';
import type { CorrelatedEvent } from './event-correlator.js';
import { microTime } from './micro-time.js';
import { groupVersion, segment } from './paths.js';

/** Which of the two event APIs the server has. */
export type EventApi = 'events.k8s.io/v1' | 'v1';

const component = 'towpath';

export function eventsPath(api: EventApi, namespace: string): string {
  const root = api === 'v1' ? '/api/v1' : `/apis/${api}`;
  return `${root}/namespaces/${segment(namespace)}/events`;
}

export function newEvent(api: EventApi, event: CorrelatedEvent, { name, instance }: { name: string; instance: string }): object {
  const { regarding, type, reason, message } = event.record;
  const { namespace } = regarding.key;
  const uid = regarding.uid === undefined ? {} : { uid: regarding.uid };
  const object = { apiVersion: groupVersion, kind: regarding.kind, namespace, name: regarding.key.name, ...uid };
  const common = { apiVersion: api, kind: 'Event', metadata: { name, namespace }, type, reason, reportingInstance: instance };
  if (api === 'v1')
    return {
      ...common,
      involvedObject: object,
      message,
      reportingComponent: component,
      source: { component },
      count: event.count,
      firstTimestamp: seconds(event.firstAt),
      lastTimestamp: seconds(event.lastAt),
    };
  const eventTime = microTime(event.lastAt);
  return { ...common, regarding: object, note: message, reportingController: component, action: 'Reconcile', eventTime };
}

/** The merge patch that counts one more of an event. */
export function repeatedEvent(api: EventApi, event: CorrelatedEvent): object {
  if (api === 'v1') return { count: event.count, lastTimestamp: seconds(event.lastAt) };
  return { series: { count: event.count, lastObservedTime: microTime(event.lastAt) } };
}

/** metav1.Time has no fractions. */
const seconds = (at: Millis) => `${new Date(at).toISOString().slice(0, 19)}Z`;
