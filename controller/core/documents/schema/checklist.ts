import { Type } from '@sinclair/typebox';
import { flag, list, oneOf } from '../../resources/fields.js';
import { closed, dnsLabel, duration, httpUrlRule, instant, ruledBy, sentence } from './shapes.js';

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

const states = ['pending', 'done', 'not-applicable'] as const;

const progress = {
  by: Type.Optional(sentence('Who did it.', 256)),
  at: Type.Optional(instant('When it was done.')),
  reason: Type.Optional(sentence('Why it does not apply.')),
  evidence: Type.Optional(ruledBy(httpUrlRule, 'Where it can be seen.')),
};

const Completion = Type.Object(
  {
    stage: Type.Optional(dnsLabel('Only for this stage.')),
    client: Type.Optional(dnsLabel('Only for this client.')),
    environment: Type.Optional(dnsLabel('Only for this environment.')),
    state: oneOf(states, 'How far it is there; not-applicable needs a reason.'),
    ...progress,
  },
  { ...closed, description: 'How far the item is in one place.' },
);

export const ChecklistItem = Type.Object(
  {
    id: dnsLabel('Name of the item, once in the release.'),
    kind: oneOf(checklistKinds, 'What sort of work it is.'),
    title: sentence('What is to be done.'),
    phase: Type.Optional(
      oneOf(
        ['pre', 'during', 'post'],
        'When: before the deployment (it holds it), while it goes on, or after it (it becomes an obligation).',
        {
          default: 'pre',
        },
      ),
    ),
    state: Type.Optional(oneOf(states, 'How far it is everywhere; not-applicable needs a reason.', { default: 'pending' })),
    ...progress,
    owner: Type.Optional(dnsLabel('The role that does it.')),
    within: Type.Optional(duration('How long it may take after the deployment, for phase post.')),
    reversible: Type.Optional(flag('False where it cannot be taken back; then neither can the release.', { default: true })),
    rollback: Type.Optional(sentence('How one goes back, or on, where it is not reversible.')),
    stages: Type.Optional(list(dnsLabel('A stage.'), 'Only in these stages.', { maxItems: 50 })),
    clients: Type.Optional(list(dnsLabel('A client.'), 'Only for these clients.', { maxItems: 1000 })),
    environments: Type.Optional(list(dnsLabel('An environment.'), 'Only in these environments.', { maxItems: 1000 })),
    completions: Type.Optional(
      list(Completion, 'How far it is in single places; the most special one counts.', { maxItems: 1000 }),
    ),
  },
  { ...closed, description: 'Something to be done for this release.' },
);
