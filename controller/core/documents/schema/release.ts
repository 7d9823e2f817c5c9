import { type Static, Type } from '@sinclair/typebox';
import { list, oneOf } from '../../resources/fields.js';
import { closed, digestRule, dnsLabel, httpUrlRule, instant, metadata, ruledBy, sentence, typeMeta, version } from './shapes.js';

export const checklistKinds = [
  'secret',
  'cognito-app',
  'lambda-layer',
  'index',
  'data-migration',
  'infrastructure',
  'integration',
  'manual',
] as const;

export const releaseClasses = ['major', 'minor', 'hotfix', 'emergency'] as const;

const ChecklistItem = Type.Object(
  {
    id: dnsLabel('Name of the item, once in the release.'),
    kind: oneOf(checklistKinds, 'What sort of work it is.'),
    title: sentence('What is to be done.'),
    state: oneOf(['pending', 'done', 'not-applicable'], 'How far it is; not-applicable needs a reason.'),
    by: Type.Optional(sentence('Who did it.', 256)),
    at: Type.Optional(instant('When it was done.')),
    reason: Type.Optional(sentence('Why it does not apply.')),
    evidence: Type.Optional(ruledBy(httpUrlRule, 'Where it can be seen.')),
  },
  { ...closed, description: 'Something to be done for this release.' },
);

const Signoff = Type.Object(
  {
    role: dnsLabel('The role that says yes.'),
    stage: dnsLabel('The stage that it is for.'),
    client: Type.Optional(dnsLabel('The client that it is for.')),
    by: sentence('Who says yes.', 256),
    at: instant('When.'),
    digest: ruledBy(digestRule, 'The desired digest that it is for.'),
  },
  { ...closed, description: "A role's yes for one digest." },
);

export const ReleaseSchema = Type.Object(
  {
    ...typeMeta('Release'),
    metadata: metadata(version('The version. Always a string: 2.9 without quotes is a number.')),
    spec: Type.Object(
      {
        product: dnsLabel('The product.'),
        class: oneOf(releaseClasses, 'What sort of release it is.'),
        previous: Type.Optional(version('The version that it builds on; orders releases for cumulative jumps.')),
        dependencies: Type.Optional(
          Type.Record(Type.String({ pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' }), version('The version that it needs.'), {
            ...closed,
            description: 'Versions of other products that it needs, by product.',
            maxProperties: 100,
          }),
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
        tickets: Type.Optional(list(sentence('A ticket.', 256), 'Tickets that it resolves.', { maxItems: 1000 })),
        checklist: Type.Optional(list(ChecklistItem, 'What is to be done before, during and after.', { maxItems: 500 })),
        signoffs: Type.Optional(list(Signoff, 'Who has said yes to what.', { maxItems: 1000 })),
      },
      { ...closed, description: 'The release.' },
    ),
  },
  { ...closed, description: 'What a version is.' },
);

export type ReleaseDocumentContent = Static<typeof ReleaseSchema>;
