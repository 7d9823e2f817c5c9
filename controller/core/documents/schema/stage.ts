import { Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { jobFields } from './job-fields.js';
import { closed, dnsLabel, duration, wholeNumber } from './shapes.js';

const Verification = Type.Object(
  {
    name: dnsLabel('Name of the verification, once in a stage.'),
    jenkins: Type.Object(
      { ...jobFields, timeout: Type.Optional(duration('How long the job may take.', { default: '30m' })) },
      { ...closed, description: 'The job that verifies.' },
    ),
  },
  { ...closed, description: 'A check after a deployment that makes it count as good.' },
);

const After = Type.Union(
  [
    dnsLabel('An earlier stage; one environment of it is enough.'),
    Type.Object(
      {
        stage: dnsLabel('An earlier stage.'),
        require: Type.Optional(
          oneOf(['any', 'all'], 'How many environments of it must have verified the release.', { default: 'any' }),
        ),
      },
      { ...closed, description: 'An earlier stage, and how many environments of it.' },
    ),
  ],
  { description: 'The same release digest must be verified there first.' },
);

const Signoff = Type.Union(
  [
    dnsLabel('A role; quorum and expiry as its Roles document says.'),
    Type.Object(
      {
        role: dnsLabel('A role.'),
        quorum: Type.Optional(wholeNumber('How many different people of it have to sign here.', { minimum: 1, maximum: 100 })),
        expires: Type.Optional(duration('How long a sign-off stands here.')),
      },
      { ...closed, description: 'A role, and what is demanded of it here.' },
    ),
  ],
  { description: 'A role that has to have signed the desired digest.' },
);

const Parity = Type.Object(
  {
    with: dnsLabel('The stage before, of the same client, whose settings were tested.'),
    allow: Type.Optional(
      list(
        Type.String({
          description: 'A path of settings, such as integrations.crm.url; * stands for one name, ** for any rest.',
          minLength: 1,
          maxLength: 512,
        }),
        'Settings that may differ from there.',
        { maxItems: 1000 },
      ),
    ),
  },
  { ...closed, description: 'Settings that differ from those of the stage before were not tested there.' },
);

/** A step on the path to production, as a product defines it. */
export const StageSchema = Type.Object(
  {
    name: dnsLabel('Name of the stage.'),
    after: Type.Optional(
      list(After, 'Stages where the same release digest must be verified first, for the same client where they have clients.', {
        maxItems: 20,
      }),
    ),
    soak: Type.Optional(duration('How long the release must have been verified there.')),
    verification: Type.Optional(list(Verification, 'Checks after a deployment, in this order.', { maxItems: 20 })),
    signoffs: Type.Optional(list(Signoff, 'Roles that must have signed the desired digest.', { maxItems: 20 })),
    checklist: Type.Optional(
      oneOf(['optional', 'required'], 'Whether the checklists of all releases on the way must be done.', { default: 'optional' }),
    ),
    parity: Type.Optional(Parity),
  },
  { ...closed, description: 'A step on the path to production.' },
);
