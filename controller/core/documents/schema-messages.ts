import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Json } from '../model.js';
import type { Problem } from './parsed.js';
import type { Path } from './places.js';
import { enumerate, printable, quote } from './quote.js';
import type { RuleName } from './rules/catalog.js';
import {
  digestRule,
  dnsLabelRule,
  durationRule,
  httpUrlRule,
  keyPrefixRule,
  localTimeRule,
  type Rule,
  versionRule,
} from './schema/shapes.js';
import { nearest, suggestion } from './suggest.js';

export interface ErrorContext {
  readonly root: Json;
  readonly rule: RuleName;
  /** The text of a scalar as it is written. */
  readonly source: (path: Path) => string;
}

/** A problem without its rule; `meant` names the field that an unknown one was most likely meant to be, `missing` one that is not there. */
export type Explained = Omit<Problem, 'rule'> & { readonly meant?: string; readonly missing?: string };

type Message = (error: ErrorObject, path: Path, context: ErrorContext) => Explained | string;

const rules: readonly Rule[] = [dnsLabelRule, versionRule, durationRule, digestRule, localTimeRule, httpUrlRule, keyPrefixRule];

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  array: 'a list',
  null: 'empty',
};

const formats: Readonly<Record<string, string>> = {
  'date-time': 'a time with an offset, such as 2026-12-01T20:00:00+11:00',
  date: 'a date, such as 2026-12-01',
  time: 'a time of day with an offset, such as 20:00:00+11:00',
  email: 'an e-mail address',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'an absolute address, such as https://example.com/',
  uuid: 'a UUID',
};

const messages: Readonly<Record<string, Message>> = {
  type: ({ params, data }, path, context) => typeMessage(params.type as string | string[], data as Json, context.source(path)),
  enum: ({ params, data }) => {
    const allowed = (params.allowedValues as Json[]).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    const near = typeof data === 'string' ? suggestion(data, allowed) : '';
    return `${show(data as Json)} is not one of ${enumerate(allowed)}${near}`;
  },
  const: ({ params, data }) => `${show(data as Json)} should be ${show(params.allowedValue as Json)}`,
  required: ({ params }, path) => ({
    path,
    missing: String(params.missingProperty),
    message: 'is missing',
    atKey: true,
  }),
  dependentRequired: ({ params }, path) => ({
    path,
    missing: String(params.missingProperty),
    message: `is missing; ${quote(String(params.property))} needs it`,
    atKey: true,
  }),
  additionalProperties: (error, path) => unknownField(error, [...path, String(error.params.additionalProperty)]),
  unevaluatedProperties: (error, path) => unknownField(error, [...path, String(error.params.unevaluatedProperty)]),
  propertyNames: ({ params }, path) => {
    const name = String(params.propertyName);
    return { path: [...path, name], message: `${quote(name)} is not a name that is allowed here`, atKey: true };
  },
  pattern: ({ params, data }) => {
    const rule = rules.find(({ pattern }) => pattern === params.pattern);
    const meaning = rule?.meaning ?? `of the form ${printable(String(params.pattern), 120)}`;
    return `${quote(String(data))} is not ${meaning}`;
  },
  format: ({ params, data }) =>
    `${quote(String(data))} is not ${formats[String(params.format)] ?? `of the format ${printable(String(params.format), 40)}`}`,
  minLength: ({ params, data }) => (data === '' ? 'is empty' : `is shorter than ${params.limit} characters`),
  maxLength: ({ params, parentSchema, data }) => {
    const rule = rules.find(({ pattern }) => pattern === (parentSchema as { pattern?: string } | undefined)?.pattern);
    return rule === undefined
      ? `is longer than ${params.limit} characters (${String(data).length})`
      : `${quote(String(data))} is not ${rule.meaning}`;
  },
  minimum: ({ params, data }) => `${show(data as Json)} is less than ${params.limit}`,
  maximum: ({ params, data }) => `${show(data as Json)} is more than ${params.limit}`,
  exclusiveMinimum: ({ params, data }) => `${show(data as Json)} should be more than ${params.limit}`,
  exclusiveMaximum: ({ params, data }) => `${show(data as Json)} should be less than ${params.limit}`,
  multipleOf: ({ params, data }) => `${show(data as Json)} is not a multiple of ${params.multipleOf}`,
  minItems: ({ params }) => `holds less than ${params.limit} ${params.limit === 1 ? 'entry' : 'entries'}`,
  maxItems: ({ params }) => `holds more than ${params.limit} entries`,
  minProperties: ({ params }) => `holds less than ${params.limit} ${params.limit === 1 ? 'entry' : 'entries'}`,
  maxProperties: ({ params }) => `holds more than ${params.limit} entries`,
  uniqueItems: () => 'holds the same entry twice',
  contains: () => 'holds no entry of the kind that it must hold',
  not: () => 'has a form that is not allowed here',
  'false schema': (_error, path) => ({ path, message: 'is not allowed here', atKey: true }),
};

/** What an error of a schema says; undefined where another error says it already. */
export function messageOf(error: ErrorObject, path: Path, context: ErrorContext): Explained | undefined {
  const message = messages[error.keyword]?.(error, path, context) ?? 'has none of the forms that are allowed here';
  return typeof message === 'string' ? { path, message } : message;
}

function unknownField(error: ErrorObject, path: Path): Explained {
  const name = String(path.at(-1));
  const schema = (error.parentSchema ?? {}) as { properties?: object; patternProperties?: object };
  const known = Object.keys(schema.properties ?? {});
  if (known.length === 0 && schema.patternProperties !== undefined)
    return { path, message: `${quote(name)} is not a name that is allowed here`, atKey: true };
  const siblings = error.data as Readonly<Record<string, Json>>;
  const free = known.filter((field) => !Object.hasOwn(siblings, field));
  const meant = nearest(name, free);
  const hint =
    meant === undefined ? (known.length > 0 ? ` (known are ${enumerate(known)})` : '') : `; did you mean ${quote(meant)}?`;
  return { path, message: `is not a known field${hint}`, atKey: true, ...(meant === undefined ? {} : { meant }) };
}

function typeName(value: Json): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeNames[typeof value] ?? 'something else';
}

function show(value: Json): string {
  return typeof value === 'string' ? quote(value) : printable(JSON.stringify(value), 80);
}

function typeMessage(expected: string | string[], value: Json, source: string): string {
  const types = typeof expected === 'string' ? [expected] : expected;
  const wanted = types.map((type) => typeNames[type] ?? type).join(' or ');
  if (value === null) return `is empty; it should be ${wanted}`;
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    const as = String(value) === source ? '' : ` (${value})`;
    return `${printable(source, 80)} is a ${typeof value}${as}: write ${quote(source)}`;
  }
  if (typeof value === 'string' && !types.includes('object') && !types.includes('array') && isScalarOf(types, value))
    return `${quote(value)} is a text: write ${value} without quotes`;
  return `is ${typeName(value)}; it should be ${wanted}`;
}

function isScalarOf(types: readonly string[], text: string): boolean {
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return true;
  return (types.includes('number') || types.includes('integer')) && /^-?(0|[1-9][0-9]{0,14})$/.test(text);
}
