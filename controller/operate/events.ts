import { segment } from '../kube/paths.js';
import type { Api } from './api.js';

/** An event as people are told of it. */
export interface ToldEvent {
  readonly at: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

interface RawEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly eventTime?: string | null;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly metadata?: { readonly creationTimestamp?: string };
}

/** The events of an object that the server still has, newest first; none where they may not be read. */
export async function eventsOf(
  api: Api,
  object: { readonly namespace: string; readonly name: string; readonly uid?: string },
): Promise<ToldEvent[]> {
  const selectors = [
    `involvedObject.name=${object.name}`,
    ...(object.uid === undefined ? [] : [`involvedObject.uid=${object.uid}`]),
  ];
  try {
    const { items } = await api.client.request<{ items?: RawEvent[] | null }>({
      method: 'GET',
      path: `/api/v1/namespaces/${segment(object.namespace)}/events`,
      query: { fieldSelector: selectors.join(','), limit: 500 },
      what: 'list events',
      signal: api.signal,
    });
    return (items ?? []).map(toTold).sort((a, b) => (a.at < b.at ? 1 : -1));
  } catch {
    return [];
  }
}

function toTold({ type = '', reason = '', message = '', ...event }: RawEvent): ToldEvent {
  const at = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata?.creationTimestamp ?? '';
  return { at: at.replace(/\.\d+Z$/, 'Z'), type, reason, message, count: event.series?.count ?? event.count ?? 1 };
}
