import { type Static, Type } from '@sinclair/typebox';
import type { JsonObject } from '../../model.js';
import { list, oneOf, text } from '../../resources/fields.js';
import { keyPlaceholders, placeholderNames } from '../../substitution.js';
import { closed, dnsLabel, duration, keyPrefixRule, metadata, ruledBy, typeMeta, wholeNumber } from './shapes.js';

const names = placeholderNames.map((name) => `\${${name}}`).join(' ');
const keyNames = keyPlaceholders.map((name) => `\${${name}}`).join(' ');

const operatorName = (what: string) =>
  Type.String({ description: `${what}, by the name that the operator has given it.`, minLength: 1, maxLength: 63 });

const jobFields = {
  server: operatorName('The Jenkins server'),
  job: text(`Full name of the job, folders included. May contain ${names}`, { maxLength: 1024 }),
  parameters: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]*$' }), Type.String({ maxLength: 4096 }), {
      ...closed,
      description: `Parameters of the job. Values may contain ${names}; $$ before { stands for itself. TOWPATH_RUN is added.`,
      maxProperties: 100,
    }),
  ),
};

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

const Stage = Type.Object(
  {
    name: dnsLabel('Name of the stage.'),
    after: Type.Optional(
      list(After, 'Stages where the same release digest must be verified first, for the same client where they have clients.', {
        maxItems: 20,
      }),
    ),
    soak: Type.Optional(duration('How long the release must have been verified there.')),
    verification: Type.Optional(list(Verification, 'Checks after a deployment, in this order.', { maxItems: 20 })),
    signoffs: Type.Optional(list(dnsLabel('A role.'), 'Roles that must have signed the desired digest.', { maxItems: 20 })),
    checklist: Type.Optional(
      oneOf(['optional', 'required'], 'Whether the checklists of all releases on the way must be done.', { default: 'optional' }),
    ),
  },
  { ...closed, description: 'A step on the path to production.' },
);

const Claim = Type.Object(
  {
    bucket: Type.Optional(operatorName('The bucket where builds claim their run')),
    prefix: Type.Optional(ruledBy(keyPrefixRule, 'What the keys of claims begin with.', { default: 'claims/' })),
    configMap: Type.Optional(
      Type.Object(
        { namespace: dnsLabel('Namespace of the ConfigMaps.') },
        { ...closed, description: 'Builds claim their run by creating a ConfigMap, instead of an object in a bucket.' },
      ),
    ),
  },
  {
    ...closed,
    description:
      'Where the first step of the job claims its run, and its last step records the end: a bucket or ConfigMaps. Only for jobs that do so.',
  },
);

const Jenkins = Type.Object(
  {
    ...jobFields,
    timeout: Type.Optional(duration('How long a deployment may take.', { default: '2h' })),
    retry: Type.Optional(
      Type.Object(
        {
          limit: Type.Optional(wholeNumber('Attempts after a failed one.', { minimum: 0, maximum: 10, default: 0 })),
          backoff: Type.Optional(duration('Pause before each.', { default: '5m' })),
        },
        { ...closed, description: 'What happens after a failed deployment.' },
      ),
    ),
    onNewVersion: Type.Optional(
      oneOf(['wait', 'abort'], 'What a running deployment does when git moves on.', { default: 'wait' }),
    ),
    unstable: Type.Optional(oneOf(['failure', 'success'], 'What the result UNSTABLE counts as.', { default: 'failure' })),
    claim: Type.Optional(Claim),
  },
  { ...closed, description: 'The Jenkins job that deploys.' },
);

export const ProductSchema = Type.Object(
  {
    ...typeMeta('Product'),
    metadata: metadata(dnsLabel('The product.')),
    spec: Type.Object(
      {
        settingsSchema: Type.Optional(
          Type.Unsafe<string | JsonObject | boolean>({
            type: ['string', 'object', 'boolean'],
            minLength: 1,
            maxLength: 1024,
            description:
              'JSON Schema (draft 2020-12) of the settings of its environments: the schema itself, or a path relative to this file. It may refer to itself and to files of the repository.',
          }),
        ),
        descriptor: Type.Optional(
          Type.Object(
            {
              bucket: operatorName('The bucket'),
              key: text(`Key of the descriptor. May contain ${keyNames}`, { maxLength: 1024 }),
            },
            { ...closed, description: 'Where the descriptor of a release is; absent for products versioned as one bundle.' },
          ),
        ),
        deployer: Type.Object({ jenkins: Jenkins }, { ...closed, description: 'How it is deployed.' }),
        concurrency: Type.Optional(
          wholeNumber('Deployments of this product at a time; without it, as many as there are environments.', {
            minimum: 1,
            maximum: 1000,
          }),
        ),
        stages: Type.Array(Stage, { description: 'The path to production.', minItems: 1, maxItems: 50 }),
        driftPolicy: Type.Optional(
          oneOf(['report', 'reconcile'], 'What happens about a difference between desired, recorded and observed state.', {
            default: 'report',
          }),
        ),
        releases: Type.Optional(
          oneOf(['optional', 'required'], 'Whether a version needs a Release document before it may be deployed.', {
            default: 'optional',
          }),
        ),
      },
      { ...closed, description: 'How the product is deployed.' },
    ),
  },
  { ...closed, description: 'How a product is deployed, and its path to production.' },
);

export type ProductDocument = Static<typeof ProductSchema>;
