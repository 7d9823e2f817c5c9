import { type Static, Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { ChecklistItem } from './checklist.js';
import {
  closed,
  digestRule,
  dnsLabel,
  duration,
  httpUrlRule,
  instant,
  metadata,
  ruledBy,
  sentence,
  typeMeta,
  version,
} from './shapes.js';

/** The classes of a product that names none. */
export const usualClasses = ['major', 'minor', 'hotfix', 'emergency'] as const;

const Signoff = Type.Object(
  {
    role: dnsLabel('The role that says yes.'),
    stage: dnsLabel('The stage that it is for.'),
    client: Type.Optional(dnsLabel('The client that it is for.')),
    by: sentence('Who says yes: name or e-mail, as the Roles document has it.', 256),
    at: instant('When.'),
    digest: ruledBy(digestRule, 'The desired digest that it is for.'),
    evidence: Type.Optional(ruledBy(httpUrlRule, 'Where the yes can be seen.')),
    comment: Type.Optional(sentence('What was said with it.')),
  },
  { ...closed, description: "A role's yes for one digest." },
);

const Ticket = Type.Union(
  [
    sentence('A ticket that it resolves.', 256),
    Type.Object(
      { id: sentence('The ticket.', 256), state: oneOf(['resolved', 'reopened'], 'Whether it stayed resolved.') },
      { ...closed, description: 'A ticket, and what became of it.' },
    ),
  ],
  { description: 'A ticket.' },
);

const Step = Type.Object(
  {
    stage: dnsLabel('The stage.'),
    client: Type.Optional(dnsLabel('The client.')),
    planned: Type.Optional(instant('When it is planned to be there.')),
    downtime: Type.Optional(
      Type.Object(
        {
          planned: Type.Optional(duration('How long it may keep the stage down.')),
          actual: Type.Optional(duration('How long it did.')),
        },
        { ...closed, description: 'Planned and actual downtime.' },
      ),
    ),
  },
  { ...closed, description: 'One step of the plan.' },
);

const product = { pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const dependencies = Type.Record(
  Type.String(product),
  sentence('Versions that it needs: a semver range, such as >=5.1 or 5.1.0.', 256),
  {
    ...closed,
    description: 'What it needs of other products in the same client, by product.',
    maxProperties: 100,
  },
);

export const ReleaseSchema = Type.Object(
  {
    ...typeMeta('Release'),
    metadata: metadata(version('The version. Always a string: 2.9 without quotes is a number.')),
    spec: Type.Object(
      {
        product: dnsLabel('The product.'),
        class: dnsLabel(
          `What sort of release it is: a class of the product; ${usualClasses.join(', ')} where the product names none.`,
        ),
        previous: Type.Optional(version('The version that it builds on; orders releases for cumulative jumps.')),
        dependencies: Type.Optional(dependencies),
        components: Type.Optional(
          list(sentence('A component.', 256), 'The components that it changes, and no others.', { maxItems: 1000 }),
        ),
        notes: Type.Optional(
          Type.Object(
            {
              user: Type.Optional(ruledBy(httpUrlRule, 'Release notes for users.')),
              technical: Type.Optional(ruledBy(httpUrlRule, 'Technical release notes.')),
            },
            { ...closed, description: 'Where the release notes are.' },
          ),
        ),
        tickets: Type.Optional(list(Ticket, 'Tickets that it resolves.', { maxItems: 1000 })),
        announced: Type.Optional(instant('When it was announced: notice periods count from here.')),
        schedule: Type.Optional(list(Step, 'When it is planned to be where.', { maxItems: 1000 })),
        checklist: Type.Optional(list(ChecklistItem, 'What is to be done before, during and after.', { maxItems: 500 })),
        signoffs: Type.Optional(list(Signoff, 'Who has said yes to what.', { maxItems: 1000 })),
      },
      { ...closed, description: 'The release.' },
    ),
  },
  { ...closed, description: 'What a version is.' },
);

export type ReleaseDocumentContent = Static<typeof ReleaseSchema>;
