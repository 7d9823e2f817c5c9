import { type Static, Type } from '@sinclair/typebox';
import { flag, list } from '../../resources/fields.js';
import { closed, dnsLabel, duration, metadata, sentence, typeMeta, wholeNumber } from './shapes.js';

const Person = Type.Object(
  {
    name: sentence('The person.', 256),
    emails: list(sentence('An address that the person commits with.', 256), 'Addresses that the person commits with.', {
      maxItems: 20,
    }),
    clients: Type.Optional(list(dnsLabel('A client.'), 'Signs for these clients only.', { maxItems: 1000 })),
    keys: Type.Optional(
      list(
        Type.String({ description: 'A public key: SSH in one line, or OpenPGP, armored.', minLength: 1, maxLength: 16_384 }),
        'Keys that the commits of the person are signed with, where the source verifies signatures.',
        { maxItems: 20 },
      ),
    ),
  },
  { ...closed, description: 'Somebody who may sign.' },
);

const Role = Type.Object(
  {
    name: dnsLabel('The role, as stages and checklists name it.'),
    aliases: Type.Optional(list(dnsLabel('Another name.'), 'Other names of it.', { maxItems: 20 })),
    people: Type.Array(Person, { description: 'Who may sign as it.', minItems: 1, maxItems: 1000 }),
    quorum: Type.Optional(wholeNumber('How many different people have to sign.', { minimum: 1, maximum: 100, default: 1 })),
    expires: Type.Optional(duration('How long a sign-off stands; for ever where absent.')),
    authorMaySign: Type.Optional(
      flag('Whether the author of the commit that asks for the release may sign it.', { default: false }),
    ),
  },
  { ...closed, description: 'A role.' },
);

export const RolesSchema = Type.Object(
  {
    ...typeMeta('Roles'),
    metadata: metadata(dnsLabel('Name of the document.')),
    spec: Type.Object(
      {
        products: Type.Optional(list(dnsLabel('A product.'), 'Only for these products.', { maxItems: 1000 })),
        roles: Type.Array(Role, { description: 'The roles.', minItems: 1, maxItems: 100 }),
      },
      { ...closed, description: 'Who may say yes as what.' },
    ),
  },
  { ...closed, description: 'Who may say yes as what.' },
);

export type RolesDocument = Static<typeof RolesSchema>;
