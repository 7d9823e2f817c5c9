import { Type } from '@sinclair/typebox';
import { limits } from '../limits.js';
import { sentence, version } from './shapes.js';

const componentVersion = version('The exact version.');

export const DescriptorSchema = Type.Object(
  {
    product: Type.Optional(sentence('The product; must be that of the release.', 63)),
    version: Type.Optional(version('The version of the release; must be that which was asked for.')),
    components: Type.Record(
      Type.String({ minLength: 1, maxLength: 253 }),
      Type.Union([
        componentVersion,
        Type.Object({ version: componentVersion }, { description: 'The exact version, and whatever else is known of it.' }),
      ]),
      {
        description: 'Every component of the release and its exact version.',
        minProperties: 1,
        maxProperties: limits.components,
      },
    ),
  },
  { description: 'Pins the exact version of every component of a release.' },
);
