import { type Static, Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, duration, localTimeRule, metadata, ruledBy, sentence, typeMeta } from './shapes.js';

export const DeploymentWindowSchema = Type.Object(
  {
    ...typeMeta('DeploymentWindow'),
    metadata: metadata(dnsLabel('Name of the window.')),
    spec: Type.Object(
      {
        effect: oneOf(['allow', 'deny'], 'Whether deployments may start in it, or may not. deny wins.'),
        selector: Type.Optional(
          Type.Object(
            {
              products: Type.Optional(list(dnsLabel('A product.'), 'Only these products.', { maxItems: 1000 })),
              stages: Type.Optional(list(dnsLabel('A stage.'), 'Only these stages.', { maxItems: 1000 })),
              clients: Type.Optional(list(dnsLabel('A client.'), 'Only these clients.', { maxItems: 1000 })),
              environments: Type.Optional(list(dnsLabel('An environment.'), 'Only these environments.', { maxItems: 1000 })),
            },
            { ...closed, description: 'Which environments it concerns; without it, all.' },
          ),
        ),
        from: Type.Optional(ruledBy(localTimeRule, 'When it begins, as local time of timeZone; with `to`.')),
        to: Type.Optional(ruledBy(localTimeRule, 'When it ends, as local time of timeZone; with `from`.')),
        schedule: Type.Optional(
          sentence('When it begins again and again: cron, five fields, local time of timeZone; with `duration`.', 256),
        ),
        duration: Type.Optional(duration('How long it is open after each time of `schedule`.')),
        timeZone: Type.String({ description: 'IANA time zone, such as Australia/Adelaide.', minLength: 1, maxLength: 64 }),
        reason: Type.Optional(sentence('Why; shown where a deployment waits for it.')),
        exempt: Type.Optional(list(dnsLabel('A release class.'), 'Release classes that it does not hold.', { maxItems: 100 })),
      },
      { ...closed, description: 'The window.' },
    ),
  },
  { ...closed, description: 'When deployments may, or may not, start.' },
);

export type DeploymentWindowDocument = Static<typeof DeploymentWindowSchema>;
