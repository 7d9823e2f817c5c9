import { type Static, Type } from '@sinclair/typebox';
import type { Resource, ResourceDefinition } from './definition.js';
import { Conditions, flag, integer, list, observedGeneration, oneOf, text, time } from './fields.js';

export const EnvironmentSpec = Type.Object(
  {
    product: text('Product that runs here.'),
    environment: text('Name of the environment.'),
    stage: text('Stage on the path to production.'),
    client: Type.Optional(text('Client that it belongs to.')),
    source: text('ReleaseSource that names it.'),
  },
  { description: 'A copy of what git says.' },
);

export const Delta = Type.Object(
  {
    added: integer('Components that are new.'),
    removed: integer('Components that go.'),
    upgraded: integer('Components that go to a higher version.'),
    downgraded: integer('Components that go to a lower version.'),
    changed: integer('Components that change otherwise.'),
    components: list(
      Type.Object(
        {
          name: text('Component.'),
          change: oneOf(['added', 'removed', 'upgraded', 'downgraded', 'changed'], 'What happens to it.'),
          from: Type.Optional(text('Version before.')),
          to: Type.Optional(text('Version after.')),
        },
        { description: 'One component.' },
      ),
      'The first 50 of them.',
      { maxItems: 50 },
    ),
  },
  { description: 'Component by component, what the desired release changes.' },
);

export const Gate = Type.Object(
  {
    name: text('Gate.'),
    state: oneOf(
      ['Passed', 'Waiting', 'Blocked', 'Failed'],
      'Waiting opens by itself or by time, Blocked needs somebody, Failed needs a change.',
    ),
    reason: text('Why, in one word.'),
    message: text('Why, in a sentence.'),
    who: Type.Optional(text('Who can open it.')),
    since: Type.Optional(time('Since when it is in this state.')),
    nextChange: Type.Optional(time('When it can next change by itself.')),
    waitedSeconds: Type.Optional(integer('How long it was closed for what is to be deployed, before it opened.')),
    waitedFor: Type.Optional(text('Who could have opened it, while it was closed.')),
  },
  { description: 'A condition that must hold before a deployment may start.' },
);

const Desired = Type.Object(
  {
    version: text('Version.'),
    digest: Type.Optional(text('Digest of release, environment and settings.')),
    releaseDigest: Type.Optional(text('Digest of product, version and descriptor.')),
    descriptorKey: Type.Optional(text('Key of the descriptor.')),
    descriptorSha256: Type.Optional(text('SHA-256 of the descriptor, pinned when it was first seen.')),
    descriptorVersionId: Type.Optional(text('Version of the object in the bucket.')),
    settingsDigest: text('Digest of the settings.'),
    commit: text('Commit that first asked for this.'),
    commitTime: Type.Optional(time('When that commit was made.')),
    commitAuthor: Type.Optional(text('Author of that commit: name <email>.')),
    since: time('Since when this is asked for.'),
    reason: Type.Optional(text('What the document says why.')),
  },
  { description: 'What git asks for.' },
);

const Recorded = Type.Object(
  {
    version: text('Version.'),
    digest: Type.Optional(text('Desired digest that was deployed.')),
    releaseDigest: Type.Optional(text('Release digest that was deployed.')),
    certain: flag('False after a run that started and did not succeed: nobody knows what runs now.'),
    verified: flag('The verification of it succeeded.'),
    run: Type.Optional(text('Run that put it there; absent when it was adopted.')),
    since: time('Since when.'),
  },
  { description: 'What the last successful deployment put there.' },
);

const Observed = Type.Object(
  {
    version: Type.Optional(text('Version, where it can be told.')),
    by: text('Who or what deployed it.'),
    at: time('When.'),
    url: Type.Optional(text('The build.')),
  },
  { description: 'What an observer saw there.' },
);

const HistoryEntry = Type.Object(
  {
    version: text('Version.'),
    digest: Type.Optional(text('Desired digest.')),
    run: Type.Optional(text('Run; absent for an adoption.')),
    result: text('How it ended.'),
    startedAt: time('When it started.'),
    finishedAt: time('When it ended.'),
  },
  { description: 'One deployment.' },
);

const Verified = Type.Object(
  {
    releaseDigest: text('Release digest.'),
    version: text('Version.'),
    since: time('Since when its verification holds.'),
    result: oneOf(['Passed', 'Failed'], 'The last verification of it here.'),
  },
  { description: 'The standing of one release in this environment.' },
);

const Jump = Type.Object(
  {
    from: Type.Optional(text('Version that is recorded; absent for a first deployment.')),
    to: text('Version that is wanted.'),
    over: list(text('A version.'), 'The releases that are gained, oldest first: the first 50 of them.', { maxItems: 50 }),
    undone: Type.Optional(
      list(text('A version.'), 'The releases that are left behind, newest first: the first 50 of them.', { maxItems: 50 }),
    ),
    gap: Type.Optional(text('Why the Release documents do not tell the whole way.')),
    items: Type.Object(
      {
        open: integer('To be done before the deployment, and not done here.'),
        done: integer('Done here, or not applicable.'),
        later: integer('To be done during or after the deployment.'),
      },
      { description: 'Checklist items of all of these releases that apply here.' },
    ),
    tickets: integer('Tickets of all of these releases.'),
    migrations: integer('Data migrations and indexes of all of these releases.'),
    notes: Type.Optional(
      list(
        Type.Object(
          {
            version: text('The release.'),
            user: Type.Optional(text('For users.')),
            technical: Type.Optional(text('For technicians.')),
          },
          { description: 'Release notes of one release.' },
        ),
        'Release notes of these releases, oldest first: the first 20.',
        { maxItems: 20 },
      ),
    ),
    reversible: Type.Optional(
      Type.Object(
        {
          possible: flag('Whether one can go back to where one comes from.'),
          to: Type.Optional(text('The oldest version that one can go back to; absent where there is none.')),
          how: Type.Optional(list(text('A sentence.'), 'How one goes back, or on, as the items say.', { maxItems: 10 })),
          because: Type.Optional(list(text('An item.'), 'The items that cannot be taken back.', { maxItems: 10 })),
          crosses: Type.Optional(
            list(text('An item.'), 'What was done and cannot be taken back, and is gone back over now.', { maxItems: 10 }),
          ),
        },
        { description: 'Whether one can go back.' },
      ),
    ),
  },
  { description: 'What lies between the recorded and the wanted version, while they differ.' },
);

export const EnvironmentStatus = Type.Object(
  {
    observedGeneration,
    desired: Type.Optional(Desired),
    recorded: Type.Optional(Recorded),
    observed: Type.Optional(Observed),
    delta: Type.Optional(Delta),
    jump: Type.Optional(Jump),
    gates: Type.Optional(list(Gate, 'Every gate, in the order that they are judged.')),
    run: Type.Optional(text('The latest run.')),
    history: Type.Optional(list(HistoryEntry, 'The last 10 deployments, newest first.', { maxItems: 10 })),
    verified: Type.Optional(
      list(Verified, 'Releases that were verified here, newest first: what the order and soak gates downstream read.', {
        maxItems: 50,
      }),
    ),
    lastHandledReconcileAt: Type.Optional(text('The value of towpath.dev/requestedAt that was last answered.')),
    lastHandledRetryAt: Type.Optional(text('The value of towpath.dev/retryRequestedAt that was last answered.')),
    lastHandledVerifyAt: Type.Optional(text('The value of towpath.dev/verifyRequestedAt that was last answered.')),
    lastHandledAdopt: Type.Optional(text('The value of towpath.dev/adopt that was last carried out.')),
    waitingFor: Type.Optional(text('The first gate that is closed.')),
    conditions: Type.Optional(Conditions),
  },
  { description: 'What Towpath found and did.' },
);

export type EnvironmentSpec = Static<typeof EnvironmentSpec>;
export type EnvironmentStatus = Static<typeof EnvironmentStatus>;
export type EnvironmentResource = Resource<EnvironmentSpec, EnvironmentStatus>;
export type GateStatus = Static<typeof Gate>;
export type DeltaStatus = Static<typeof Delta>;
export type JumpStatus = Static<typeof Jump>;
export type RecordedState = Static<typeof Recorded>;
export type DesiredStatus = Static<typeof Desired>;
export type ObservedState = Static<typeof Observed>;
export type VerifiedRelease = Static<typeof Verified>;
export type HistoryEntry = Static<typeof HistoryEntry>;
export type Condition = NonNullable<EnvironmentStatus['conditions']>[number];

export const environment: ResourceDefinition = {
  kind: 'Environment',
  plural: 'environments',
  shortNames: ['tenv'],
  description: 'One place that a product runs in: what git asks for, what was deployed, and what holds the difference.',
  spec: EnvironmentSpec,
  status: EnvironmentStatus,
  columns: [
    { name: 'Product', type: 'string', jsonPath: '.spec.product' },
    { name: 'Stage', type: 'string', jsonPath: '.spec.stage' },
    { name: 'Client', type: 'string', jsonPath: '.spec.client' },
    { name: 'Desired', type: 'string', jsonPath: '.status.desired.version' },
    { name: 'Deployed', type: 'string', jsonPath: '.status.recorded.version' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Waiting-For', type: 'string', jsonPath: '.status.waitingFor' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Message', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
};
