import { type Static, Type } from '@sinclair/typebox';
import type { Resource, ResourceDefinition } from './definition.js';
import { Conditions, list, observedGeneration, text } from './fields.js';

const names = (what: string) => Type.Optional(list(text('Name.'), `${what} that it stops; all where absent.`));

export const HoldSpec = Type.Object(
  {
    reason: text('Why deployments stop; shown wherever one waits for it.'),
    by: Type.Optional(text('Who wants it.')),
    selector: Type.Optional(
      Type.Object(
        {
          products: names('Products'),
          stages: names('Stages'),
          clients: names('Clients'),
          environments: names('Environments'),
        },
        { description: 'What it stops; everything in the namespace where absent.' },
      ),
    ),
  },
  { description: 'What is stopped, and why.' },
);

export const HoldStatus = Type.Object(
  { observedGeneration, conditions: Type.Optional(Conditions) },
  { description: 'What Towpath made of it.' },
);

export type HoldSpec = Static<typeof HoldSpec>;
export type HoldStatus = Static<typeof HoldStatus>;
export type HoldResource = Resource<HoldSpec, HoldStatus>;

export const hold: ResourceDefinition = {
  kind: 'Hold',
  plural: 'holds',
  shortNames: ['thold'],
  description: 'Stops new deployments of what it selects; deleting it resumes.',
  spec: HoldSpec,
  status: HoldStatus,
  columns: [
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason' },
    { name: 'By', type: 'string', jsonPath: '.spec.by' },
    { name: 'Products', type: 'string', jsonPath: '.spec.selector.products' },
    { name: 'Stages', type: 'string', jsonPath: '.spec.selector.stages' },
    { name: 'Clients', type: 'string', jsonPath: '.spec.selector.clients' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
};
