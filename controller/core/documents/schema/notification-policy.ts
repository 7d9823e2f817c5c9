import { type Static, Type } from '@sinclair/typebox';
import { notificationEvents } from '../../notify/events.js';
import { list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, metadata, typeMeta } from './shapes.js';

const Rule = Type.Object(
  {
    selector: Type.Optional(
      Type.Object(
        {
          products: Type.Optional(list(dnsLabel('A product.'), 'Only these products.', { maxItems: 1000 })),
          stages: Type.Optional(list(dnsLabel('A stage.'), 'Only these stages.', { maxItems: 1000 })),
          clients: Type.Optional(list(dnsLabel('A client.'), 'Only these clients.', { maxItems: 1000 })),
          environments: Type.Optional(list(dnsLabel('An environment.'), 'Only these environments.', { maxItems: 1000 })),
        },
        { ...closed, description: 'What it speaks of; without it, everything.' },
      ),
    ),
    events: Type.Optional(
      list(oneOf(notificationEvents, 'An event.'), 'Only these events; without it, all of them.', { maxItems: 100 }),
    ),
    sinks: Type.Array(dnsLabel('A sink, by the name that the ReleaseSource gives it.'), {
      description: 'Who is told.',
      minItems: 1,
      maxItems: 50,
    }),
  },
  { ...closed, description: 'Who is told of what.' },
);

export const NotificationPolicySchema = Type.Object(
  {
    ...typeMeta('NotificationPolicy'),
    metadata: metadata(dnsLabel('Name of the policy.')),
    spec: Type.Object(
      {
        rules: Type.Array(Rule, {
          description: 'Each rule stands for itself; a sink that several lead to is told once.',
          minItems: 1,
          maxItems: 200,
        }),
      },
      { ...closed, description: 'The policy.' },
    ),
  },
  { ...closed, description: 'Who is told of what happens, by sinks that the operator has configured.' },
);

export type NotificationPolicyDocument = Static<typeof NotificationPolicySchema>;
