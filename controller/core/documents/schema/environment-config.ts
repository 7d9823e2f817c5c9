import { type Static, Type } from '@sinclair/typebox';
import type { JsonObject } from '../../model.js';
import { closed, dnsLabel, metadata, typeMeta } from './shapes.js';

export const EnvironmentConfigSchema = Type.Object(
  {
    ...typeMeta('EnvironmentConfig'),
    metadata: metadata(dnsLabel('The environment.')),
    spec: Type.Object(
      {
        product: dnsLabel('The product.'),
        stage: dnsLabel('The stage of the product that the environment stands at.'),
        client: Type.Optional(dnsLabel('The client that the environment is for; absent where it is shared.')),
        settings: Type.Optional(
          Type.Unsafe<JsonObject>({
            type: 'object',
            description:
              "Settings of the environment, as the product's settings schema describes them. Name secrets here, never write them.",
          }),
        ),
      },
      { ...closed, description: 'The environment.' },
    ),
  },
  { ...closed, description: 'What an environment is, and its settings.' },
);

export type EnvironmentConfigDocument = Static<typeof EnvironmentConfigSchema>;
