import { type Static, Type } from '@sinclair/typebox';
import { closed, dnsLabel, instant, metadata, sentence, typeMeta, version } from './shapes.js';

export const MasterVersionSchema = Type.Object(
  {
    ...typeMeta('MasterVersion'),
    metadata: metadata(dnsLabel('The environment.')),
    spec: Type.Object(
      {
        product: dnsLabel('The product.'),
        version: version('The release that the environment shall run. Always a string: 2.9 without quotes is a number.'),
        reason: Type.Optional(sentence('Why; shown wherever the deployment is shown.')),
        notBefore: Type.Optional(instant('The deployment does not start earlier. RFC 3339, with an offset.')),
      },
      { ...closed, description: 'What the environment shall run.' },
    ),
  },
  { ...closed, description: 'Which release an environment shall run.' },
);

export type MasterVersionDocument = Static<typeof MasterVersionSchema>;
