import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { canonicalJson } from '../digest.js';
import type { Json } from '../model.js';
import { documentTypes } from './document-schemas.js';
import { addFormats } from './formats.js';
import type { DocumentKind, Problem } from './parsed.js';
import type { RuleName } from './rules/catalog.js';
import { explainErrors } from './schema-errors.js';

/** Patterns run in linear time, whatever they and the texts are. */
const linearRegExp = Object.assign((pattern: string) => RE2JS.compile(pattern), { code: 'linearRegExp' });

/** A compiler of schemas that neither reads addresses nor logs, and whose patterns run in linear time. */
export function createAjv(options: { meta?: boolean; strict?: boolean } = {}): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: options.strict ?? true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    verbose: true,
    logger: false,
    meta: options.meta ?? true,
    validateSchema: options.meta ?? true,
    ownProperties: true,
    inlineRefs: false,
    code: { regExp: linearRegExp },
  });
  addFormats(ajv);
  // The package compares each entry with each other one.
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: isUnique });
  return ajv;
}

function isUnique(wanted: boolean, list: Json[]): boolean {
  return !wanted || new Set(list.map(canonicalJson)).size === list.length;
}

/** What is wrong with a value by its schema. `source` gives the written text of a scalar. */
export type Validator = (value: Json, source: (path: Problem['path']) => string) => Problem[];

/** A validator that says what is wrong in words of its own. */
export function toValidator(validate: ValidateFunction, rule: RuleName): Validator {
  return (value, source) => {
    if (validate(value)) return [];
    return explainErrors((validate.errors ?? []) as ErrorObject[], { root: value, rule, source });
  };
}

/** Compiles each when the first document of its kind is judged: most commands meet few kinds. The schemas are the program's own, and known to be schemas. */
function compileWhenNeeded(): (kind: DocumentKind) => Validator {
  const ajv = createAjv({ meta: false });
  const compiled = new Map<DocumentKind, Validator>();
  return (kind) => {
    const validator = compiled.get(kind) ?? toValidator(ajv.compile(documentTypes[kind]), 'schema');
    compiled.set(kind, validator);
    return validator;
  };
}

/** The validator of a kind of document. */
export const validatorOf = compileWhenNeeded();
