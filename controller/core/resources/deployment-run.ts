import { type Static, Type } from '@sinclair/typebox';
import type { Resource, ResourceDefinition } from './definition.js';
import { Delta, Gate } from './environment.js';
import { Conditions, duration, integer, list, observedGeneration, oneOf, stringMap, text, time } from './fields.js';

const JenkinsJob = Type.Object(
  {
    server: text('Server, by the name that the ReleaseSource gives it.'),
    job: text('Full name of the job.'),
    parameters: stringMap('Parameters, frozen when the run was made; TOWPATH_RUN is added.'),
    timeout: duration('How long the build may take, the queue included.'),
  },
  { description: 'A Jenkins job and its parameters.' },
);

const ClaimPlace = Type.Object(
  {
    bucket: Type.Optional(text('Bucket, by the name that the ReleaseSource gives it.')),
    prefix: Type.Optional(text('What the keys begin with.')),
    configMap: Type.Optional(
      Type.Object({ namespace: text('Namespace.') }, { description: 'ConfigMaps instead of objects in a bucket.' }),
    ),
  },
  { description: 'Where the build claims the run and records its end.' },
);

export const DeploymentRunSpec = Type.Object(
  {
    source: text('ReleaseSource that asked for it.'),
    product: text('Product.'),
    environment: text('Environment.'),
    stage: text('Stage.'),
    client: Type.Optional(text('Client.')),
    version: text('Version.'),
    class: Type.Optional(text('Class of the release, where it has a document.')),
    digest: text('Desired digest.'),
    releaseDigest: text('Release digest.'),
    commit: text('Commit that first asked for this.'),
    commitTime: Type.Optional(time('When that commit was made.')),
    descriptor: Type.Optional(
      Type.Object(
        { key: text('Key in the bucket.'), sha256: text('SHA-256.'), versionId: Type.Optional(text('Version of the object.')) },
        { description: 'The descriptor that it deploys.' },
      ),
    ),
    number: integer('Counts up per environment.', { minimum: 1 }),
    attempt: integer('Attempt of this digest in a row.', { minimum: 1 }),
    action: oneOf(['deploy', 'verify'], 'Whether it deploys, or runs the verification alone.'),
    deployer: Type.Optional(
      Type.Object(
        {
          jenkins: JenkinsJob,
          unstable: oneOf(['failure', 'success'], 'What the result UNSTABLE counts as.'),
          claim: Type.Optional(ClaimPlace),
        },
        { description: 'What performs the deployment.' },
      ),
    ),
    verification: Type.Optional(
      list(
        Type.Object({ name: text('Check.'), jenkins: JenkinsJob }, { description: 'A check.' }),
        'Checks after the deployment.',
      ),
    ),
    delta: Type.Optional(Delta),
    gates: Type.Optional(list(Gate, 'The gates as judged when the run was made.')),
    restored: Type.Optional(
      Type.Object(
        { uid: text('The uid that it had; TOWPATH_RUN of its builds rests on it.') },
        { description: 'It was written again from the audit trail.' },
      ),
    ),
    cause: Type.Object(
      {
        type: oneOf(['desired', 'retry', 'requested', 'drift', 'verify'], 'Why the run was made.'),
        message: text('Why, in a sentence.'),
        token: Type.Optional(text('Value of the annotation that asked for it.')),
      },
      { description: 'Why the run was made.' },
    ),
  },
  { description: 'What the run does; never changes.' },
);

export const phases = [
  'Pending',
  'Triggering',
  'Queued',
  'Running',
  'Verifying',
  'Unknown',
  'Succeeded',
  'Failed',
  'VerificationFailed',
  'Aborted',
  'TimedOut',
  'Superseded',
] as const;

const Claim = Type.Object(
  {
    holder: text('The controller that claimed it.'),
    at: time('When.'),
    nextBuildNumber: integer('The next build number of the job, as read just before.'),
    session: text('The Jenkins process that answered (X-Jenkins-Session).'),
    posts: integer('How many times Jenkins was asked, this time included.'),
    answer: Type.Optional(oneOf(['refused', 'unsent', 'ambiguous'], 'How the request ended, where it was not accepted.')),
  },
  { description: 'The right to ask Jenkins, written before asking.' },
);

const Ledger = Type.Object(
  {
    build: Type.Optional(integer('The build that claimed the run.')),
    at: Type.Optional(time('When, by the clock of the agent.')),
    result: Type.Optional(text('How it ended; absent while it has not recorded that.')),
  },
  { description: 'What the claim ledger was last found to say of the run.' },
);

/** The durable state of one Jenkins job that a run asks for: its deployment, or one of its checks. */
const invocationFields = {
  state: oneOf(['Pending', 'Triggering', 'Queued', 'Running', 'Finished', 'Unknown'], 'How far it is.'),
  claim: Type.Optional(Claim),
  queueId: Type.Optional(integer('Queue item.')),
  queueUrl: Type.Optional(text('Address of the queue item.')),
  buildNumber: Type.Optional(integer('Build.')),
  buildUrl: Type.Optional(text('Address of the build.')),
  result: Type.Optional(text('SUCCESS, FAILURE, UNSTABLE, ABORTED, NOT_BUILT; TIMEOUT and CANCELLED are ours.')),
  message: Type.Optional(text('What is going on.')),
  since: Type.Optional(time('Since when it is in this state.')),
  requestedAt: Type.Optional(time('When Jenkins was first asked.')),
  stop: Type.Optional(oneOf(['timeout', 'superseded'], 'Why the build was asked to stop.')),
  ledger: Type.Optional(Ledger),
  differs: Type.Optional(
    text('What its build was started with in place of what was asked for: then no end of it is one of this run.'),
  ),
  refused: Type.Optional(
    list(integer('Build.'), 'Builds that found the run claimed and ended without effect.', { maxItems: 20 }),
  ),
};

const Invocation = Type.Object(invocationFields, { description: 'The deployment in Jenkins.' });
const VerificationInvocation = Type.Object({ name: text('Check.'), ...invocationFields }, { description: 'One check.' });

const JudgementRecord = Type.Object(
  {
    at: time('When the gates were judged.'),
    commit: text('The commit whose documents they were judged by.'),
    inputs: text('What the gates looked at, as JSON: `towpath explain --run` judges them again from this alone.'),
  },
  { description: 'How it came that Jenkins was asked: the judgement right before.' },
);

export const DeploymentRunStatus = Type.Object(
  {
    observedGeneration,
    phase: oneOf(phases, 'How far it is.', { default: 'Pending' }),
    message: Type.Optional(text('What is going on, in a sentence.')),
    claimedBy: Type.Optional(text('The controller that asked Jenkins.')),
    jenkins: Type.Optional(Invocation),
    verification: Type.Optional(list(VerificationInvocation, 'The checks.')),
    progress: Type.Optional(integer('Per cent, by the usual duration of the job.', { minimum: 0, maximum: 100 })),
    estimatedEnd: Type.Optional(time('When it will end, by the usual duration of the job.')),
    timestamps: Type.Optional(stringMap('When each phase began, by phase.')),
    logTail: Type.Optional(list(text('Line.'), 'The last lines of a failed build.', { maxItems: 20 })),
    resolvedBy: Type.Optional(text('What settled an Unknown run.')),
    judgement: Type.Optional(JudgementRecord),
    conditions: Type.Optional(Conditions),
  },
  { description: 'How far it is; a terminal phase never changes.' },
);

export type DeploymentRunSpec = Static<typeof DeploymentRunSpec>;
export type DeploymentRunStatus = Static<typeof DeploymentRunStatus>;
export type DeploymentRunResource = Resource<DeploymentRunSpec, DeploymentRunStatus>;
export type Phase = (typeof phases)[number];
export type Invocation = Static<typeof Invocation>;
export type VerificationInvocation = Static<typeof VerificationInvocation>;
export type Claim = Static<typeof Claim>;
export type JenkinsJob = Static<typeof JenkinsJob>;
export type JudgementRecord = Static<typeof JudgementRecord>;
export type LedgerEntry = Static<typeof Ledger>;

export const deploymentRun: ResourceDefinition = {
  kind: 'DeploymentRun',
  plural: 'deploymentruns',
  shortNames: ['drun'],
  description: 'One attempt to bring one environment to one desired state.',
  spec: DeploymentRunSpec,
  status: DeploymentRunStatus,
  columns: [
    { name: 'Product', type: 'string', jsonPath: '.spec.product' },
    { name: 'Environment', type: 'string', jsonPath: '.spec.environment' },
    { name: 'Version', type: 'string', jsonPath: '.spec.version' },
    { name: 'Attempt', type: 'integer', jsonPath: '.spec.attempt' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Progress', type: 'integer', jsonPath: '.status.progress' },
    { name: 'Build', type: 'integer', jsonPath: '.status.jenkins.buildNumber' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
  ],
};
