import { Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, duration, sentence, wholeNumber } from './shapes.js';

const owner = dnsLabel('The role that owes it.');
const within = duration('How long after the deployment it may take.');

const Skip = Type.Object(
  { stage: dnsLabel('The stage.'), owner, within },
  { ...closed, description: 'A stage that may be skipped: it is verified there later.' },
);

const Deferred = Type.Object(
  { role: dnsLabel('The role.'), within },
  { ...closed, description: 'A sign-off that may follow the deployment.' },
);

const FollowUp = Type.Object(
  { id: dnsLabel('Name of it, once in the class.'), title: sentence('What is to be done.'), owner, within },
  { ...closed, description: 'Something that is due after each release of the class.' },
);

const Notice = Type.Object(
  {
    period: duration('How long before the deployment a release has to be announced.'),
    stages: list(dnsLabel('A stage.'), 'Where it counts.', { maxItems: 50 }),
  },
  { ...closed, description: 'How early a release has to be announced.' },
);

/** A class of releases, as a product defines it. */
export const ReleaseClassSchema = Type.Object(
  {
    name: dnsLabel('Name of the class, as Release documents give it.'),
    priority: Type.Optional(
      wholeNumber('Who goes first where deployments wait for room; the higher number does.', {
        minimum: 0,
        maximum: 1000,
        default: 0,
      }),
    ),
    skips: Type.Optional(list(Skip, 'Stages that it may skip; each becomes an obligation.', { maxItems: 50 })),
    defers: Type.Optional(list(Deferred, 'Sign-offs that may follow; each becomes an obligation.', { maxItems: 50 })),
    followUps: Type.Optional(list(FollowUp, 'What is due after each release of it, such as a review.', { maxItems: 50 })),
    notice: Type.Optional(Notice),
    changes: Type.Optional(
      oneOf(['any', 'claimed'], 'Whether it may change components that its Release document does not list.', { default: 'any' }),
    ),
  },
  { ...closed, description: 'A class of releases, and the path that it takes.' },
);
