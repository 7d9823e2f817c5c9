import { type Static, Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, httpUrlRule, instant, metadata, ruledBy, sentence, typeMeta, version } from './shapes.js';

export const IncidentSchema = Type.Object(
  {
    ...typeMeta('Incident'),
    metadata: metadata(dnsLabel('Name of the incident.')),
    spec: Type.Object(
      {
        product: dnsLabel('The product.'),
        version: version('The release that caused it.'),
        environments: Type.Optional(list(dnsLabel('An environment.'), 'Where it showed.', { maxItems: 1000 })),
        from: instant('When it began.'),
        to: Type.Optional(instant('When it was over.')),
        severity: oneOf(['low', 'medium', 'high', 'critical'], 'How bad it was.'),
        summary: sentence('What happened.'),
        url: Type.Optional(ruledBy(httpUrlRule, 'Where more is written of it.')),
      },
      { ...closed, description: 'The incident.' },
    ),
  },
  { ...closed, description: 'A failure that a release caused.' },
);

export type IncidentDocument = Static<typeof IncidentSchema>;
