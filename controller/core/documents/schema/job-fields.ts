import { Type } from '@sinclair/typebox';
import { text } from '../../resources/fields.js';
import { placeholderNames } from '../../substitution.js';
import { closed } from './shapes.js';

const names = placeholderNames.map((name) => `\${${name}}`).join(' ');

export const operatorName = (what: string) =>
  Type.String({ description: `${what}, by the name that the operator has given it.`, minLength: 1, maxLength: 63 });

/** What names a Jenkins job. */
export const jobFields = {
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
