import { type Static, Type } from '@sinclair/typebox';
import type { JsonObject } from '../../model.js';
import { list, oneOf, text } from '../../resources/fields.js';
import { keyPlaceholders } from '../../substitution.js';
import { jobFields, operatorName } from './job-fields.js';
import { ReleaseClassSchema } from './release-class.js';
import { closed, dnsLabel, duration, keyPrefixRule, metadata, ruledBy, typeMeta, wholeNumber } from './shapes.js';
import { StageSchema } from './stage.js';

const keyNames = keyPlaceholders.map((name) => `\${${name}}`).join(' ');

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
        stages: Type.Array(StageSchema, { description: 'The path to production.', minItems: 1, maxItems: 50 }),
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
        classes: Type.Optional(
          list(
            ReleaseClassSchema,
            'Classes of releases, and the path that each takes; without it, major, minor, hotfix and emergency, which take all of it.',
            {
              maxItems: 20,
            },
          ),
        ),
      },
      { ...closed, description: 'How the product is deployed.' },
    ),
  },
  { ...closed, description: 'How a product is deployed, and its path to production.' },
);

export type ProductDocument = Static<typeof ProductSchema>;
