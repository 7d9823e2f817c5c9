import { type TSchema, type TString, type TUnsafe, Type } from '@sinclair/typebox';

/** Shapes that several resources share. Every field carries a description: `kubectl explain` shows it. */

export const text = (description: string, options: { pattern?: string; maxLength?: number; default?: string } = {}): TString =>
  Type.String({ description, ...options });

export const integer = (description: string, options: { minimum?: number; maximum?: number; default?: number } = {}) =>
  Type.Integer({ description, format: 'int64', ...options });

export const flag = (description: string, options: { default?: boolean } = {}) => Type.Boolean({ description, ...options });

/** RFC 3339, as metav1.Time. */
export const time = (description: string): TString => Type.String({ description, format: 'date-time' });

/** Kubernetes-style duration, for instance `90m` or `1h30m`; the pattern is a security control as well (bad values never reach the loop). */
export const duration = (description: string, options: { default?: string } = {}): TString =>
  Type.String({ description, pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$', ...options });

export const oneOf = <const T extends readonly string[]>(
  values: T,
  description: string,
  options: { default?: T[number] } = {},
): TUnsafe<T[number]> => Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description, ...options });

export const list = <T extends TSchema>(items: T, description: string, options: { maxItems?: number } = {}) =>
  Type.Array(items, { description, ...options });

export const stringMap = (description: string) => Type.Record(Type.String(), Type.String(), { description });

export const secretRef = (keys: string) =>
  Type.Object({ name: text('Name of the Secret, in the same namespace.') }, { description: `Secret with the keys ${keys}.` });

export const Condition = Type.Object(
  {
    type: text('What the condition speaks of, in CamelCase.'),
    status: oneOf(['True', 'False', 'Unknown'], 'Whether it holds.'),
    reason: text('Why, in one CamelCase word.'),
    message: text('Why, in a sentence.'),
    lastTransitionTime: time('When the status last changed.'),
    observedGeneration: integer('The generation of the spec that this condition speaks of.'),
  },
  { description: 'One aspect of the state.' },
);

export const Conditions = Type.Array(Condition, {
  description: 'Aspects of the state, kstatus-compatible.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

export const observedGeneration = integer('The generation of the spec that was last reconciled; -1 before the first time.');
