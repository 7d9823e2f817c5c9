import { toTime } from '../time.js';
import { type Message, toPlain } from './message.js';

/** CloudEvents 1.0, structured mode, JSON format (github.com/cloudevents/spec, v1.0.2): the id is the idempotency key. */
export function toCloudEvent(message: Message): Record<string, unknown> {
  const { key, event, at, source, product, environment, version } = message;
  return {
    specversion: '1.0',
    id: key,
    source: `/towpath/${source.namespace}/${source.name}`,
    type: `dev.towpath.${event}`,
    subject: environment === undefined ? `${product}/${version ?? ''}` : `${product}/${environment}`,
    time: toTime(at),
    datacontenttype: 'application/json',
    data: toPlain(message),
  };
}
