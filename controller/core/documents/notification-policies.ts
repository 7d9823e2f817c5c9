import { compact } from '../compact.js';
import type { NamedSink, NotificationPolicy, NotificationRule } from '../governance.js';
import { toFinding, type ValidDocument } from './parsed.js';

/** The normal form of a valid NotificationPolicy. Each sink keeps its place: only the cluster knows which sinks there are. */
export function toNotificationPolicy(document: ValidDocument<'NotificationPolicy'>): NotificationPolicy {
  const { metadata, spec } = document.content;
  const rules = spec.rules.map(({ selector = {}, events, sinks }, at) =>
    compact<NotificationRule>({
      selector,
      events,
      sinks: sinks.map((name, position): NamedSink => {
        const path = ['spec', 'rules', at, 'sinks', position];
        const { file, line, column } = toFinding(document, { rule: 'unknown-sink', path, message: '' });
        return { name, file, line, column };
      }),
    }),
  );
  return { name: metadata.name, rules };
}
