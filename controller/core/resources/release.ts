import { type Static, Type } from '@sinclair/typebox';
import type { Resource, ResourceDefinition } from './definition.js';
import { Delta } from './environment.js';
import { Conditions, flag, integer, list, observedGeneration, oneOf, text, time } from './fields.js';

/** How many places, obligations, tickets and sign-offs are listed; the counts beside them are of all. */
export const listed = 200;

export const ReleaseSpec = Type.Object(
  {
    product: text('Product.'),
    version: text('Version.'),
    documented: flag('Whether git has a Release document for it.'),
    class: Type.Optional(text('Class; absent without a document.')),
    previous: Type.Optional(text('Version that it builds on.')),
    source: text('ReleaseSource that names it.'),
  },
  { description: 'A copy of what git says.' },
);

export const placeStates = ['pending', 'waiting', 'deploying', 'deployed', 'verified', 'failed', 'replaced'] as const;

const Place = Type.Object(
  {
    stage: text('Stage.'),
    client: Type.Optional(text('Client.')),
    environment: text('Environment.'),
    state: oneOf(
      placeStates,
      'pending: nobody asks for it yet; waiting: a gate is closed; deployed: without a verification that holds; replaced: it was there.',
    ),
    planned: Type.Optional(time('When it is planned to be there.')),
    since: Type.Optional(time('When it was deployed there.')),
    until: Type.Optional(time('When something else took its place.')),
    waitingFor: Type.Optional(text('The gate that it waits for, or what is wrong.')),
  },
  { description: 'The release in one environment.' },
);

const StageProgress = Type.Object(
  {
    name: text('Stage.'),
    reached: integer('Environments that it is, or was, deployed to.'),
    total: integer('Environments of the stage.'),
    skipped: Type.Optional(flag('The class may skip the stage.')),
  },
  { description: 'How far it is in one stage.' },
);

export const obligationKinds = ['verification', 'signoff', 'review', 'checklist'] as const;
export const obligationStates = ['open', 'overdue', 'met'] as const;

const Obligation = Type.Object(
  {
    id: text('Name of it, once in the release.'),
    kind: oneOf(obligationKinds, 'What is owed.'),
    title: text('What is to be done.'),
    stage: Type.Optional(text('Stage.')),
    client: Type.Optional(text('Client.')),
    environment: Type.Optional(text('Environment.')),
    owner: Type.Optional(text('Role that owes it.')),
    since: time('When the deployment was that made it due.'),
    due: Type.Optional(time('Until when it is to be done.')),
    state: oneOf(obligationStates, 'overdue: it is past its time.'),
  },
  { description: 'Something that the path of the release left to be done.' },
);

const Owed = Type.Object(
  {
    kind: oneOf(obligationKinds, 'What is owed.'),
    owner: text('Role that owes it; empty where nobody is named.'),
    state: oneOf(obligationStates, 'Whether it was done.'),
    count: integer('How many.'),
  },
  { description: 'Obligations of one kind, owner and state.' },
);

const Signoff = Type.Object(
  {
    role: text('Role.'),
    stage: text('Stage.'),
    client: Type.Optional(text('Client.')),
    by: text('Who.'),
    at: time('When.'),
  },
  { description: 'A yes.' },
);

export const ReleaseStatus = Type.Object(
  {
    observedGeneration,
    notes: Type.Optional(
      Type.Object(
        { user: Type.Optional(text('For users.')), technical: Type.Optional(text('For engineers.')) },
        { description: 'Where the release notes are.' },
      ),
    ),
    tickets: Type.Optional(
      list(
        Type.Object(
          { id: text('Ticket.'), state: oneOf(['resolved', 'reopened'], 'What became of it.') },
          { description: 'A ticket.' },
        ),
        'Tickets that it resolves, the first of them.',
        { maxItems: listed },
      ),
    ),
    dependencies: Type.Optional(
      list(
        Type.Object({ product: text('Product.'), range: text('Versions.') }, { description: 'A dependency.' }),
        'What it needs of other products.',
        { maxItems: listed },
      ),
    ),
    announced: Type.Optional(time('When it was announced.')),
    checklist: Type.Optional(
      Type.Object(
        {
          open: integer('Items that are pending everywhere, or in some place.'),
          done: integer('Items that are done.'),
          notApplicable: integer('Items that do not apply.'),
        },
        { description: 'How many items of its own checklist are how far.' },
      ),
    ),
    signoffs: Type.Optional(list(Signoff, 'Who has said yes, the newest of them.', { maxItems: listed })),
    delta: Type.Optional(Delta),
    path: Type.Optional(list(StageProgress, 'The stages of the product, in their order.')),
    stages: Type.Optional(list(Place, 'Where it is, was and is to be, the first of them.', { maxItems: listed })),
    places: Type.Optional(integer('How many places there are in all.')),
    progress: Type.Optional(text('How far it is: environments reached, of all, by stage.')),
    open: Type.Optional(text('What it waits for, or what is still to be done.')),
    obligations: Type.Optional(
      list(Obligation, 'What its path left to be done, what is still open first.', { maxItems: listed }),
    ),
    owed: Type.Optional(list(Owed, 'How many obligations there are in all.')),
    conditions: Type.Optional(Conditions),
  },
  { description: 'Where it is, and what is still open.' },
);

export type ReleaseSpec = Static<typeof ReleaseSpec>;
export type ReleaseStatus = Static<typeof ReleaseStatus>;
export type ReleaseResource = Resource<ReleaseSpec, ReleaseStatus>;
export type ReleasePlace = Static<typeof Place>;
export type PlaceState = ReleasePlace['state'];
export type StageProgress = Static<typeof StageProgress>;
export type ReleaseObligation = Static<typeof Obligation>;
export type OwedCount = Static<typeof Owed>;

export const release: ResourceDefinition = {
  kind: 'Release',
  plural: 'releases',
  shortNames: ['trel'],
  description: 'One version of a product: what it is, where it is and has been, and what is still open.',
  spec: ReleaseSpec,
  status: ReleaseStatus,
  columns: [
    { name: 'Class', type: 'string', jsonPath: '.spec.class' },
    { name: 'Reached', type: 'string', jsonPath: '.status.progress' },
    { name: 'Open', type: 'string', jsonPath: '.status.open' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Product', type: 'string', jsonPath: '.spec.product', priority: 1 },
    { name: 'Version', type: 'string', jsonPath: '.spec.version', priority: 1 },
    { name: 'Previous', type: 'string', jsonPath: '.spec.previous', priority: 1 },
  ],
};
