import { type Static, Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, instant, metadata, sentence, typeMeta, version } from './shapes.js';

/** The gates that a commit can say to pass: those whose opening is a matter of time or plan. */
export const overridable = ['soak', 'notice', 'parity', 'window'] as const;

const Override = Type.Object(
  {
    gates: list(oneOf(overridable, 'A gate.'), 'The gates that do not hold it.', { maxItems: overridable.length }),
    version: version('The version that this is for: with another one it says nothing.'),
    reason: sentence('Why; recorded with the deployment.'),
    by: Type.Optional(sentence('Who decided it.', 256)),
  },
  { ...closed, description: 'Lets one version pass gates that would hold it, for a reason that is recorded.' },
);

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
        override: Type.Optional(Override),
      },
      { ...closed, description: 'What the environment shall run.' },
    ),
  },
  { ...closed, description: 'Which release an environment shall run.' },
);

export type MasterVersionDocument = Static<typeof MasterVersionSchema>;
