import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import type { Json } from '../model.js';
import { documentKinds, documentTypes } from './document-schemas.js';
import { addFormats } from './formats.js';
import type { DocumentKind, Problem } from './parsed.js';
import { explainErrors } from './schema-errors.js';

/** Patterns run in linear time, whatever they and the texts are. */
const linearRegExp = Object.assign((pattern: string) => RE2JS.compile(pattern), { code: 'linearRegExp' });

/** A compiler of schemas that neither reads addresses nor logs, and whose patterns run in linear time. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allowUnionTypes: true,
    verbose: true,
    logger: false,
    ownProperties: true,
    inlineRefs: false,
    code: { regExp: linearRegExp },
  });
  addFormats(ajv);
  return ajv;
}

/** What is wrong with a value by its schema. `source` gives the written text of a scalar. */
export type Validator = (value: Json, source: (path: Problem['path']) => string) => Problem[];

/** A validator that says what is wrong in words of its own. */
export function toValidator(validate: ValidateFunction, rule: string): Validator {
  return (value, source) => {
    if (validate(value)) return [];
    return explainErrors((validate.errors ?? []) as ErrorObject[], { root: value, rule, source });
  };
}

function compileDocumentTypes(): ReadonlyMap<string, Validator> {
  const ajv = createAjv();
  return new Map(documentKinds.map((kind) => [kind, toValidator(ajv.compile(documentTypes[kind]), 'schema')]));
}

const validators = compileDocumentTypes();

/** The validator of a kind of document. */
export function validatorOf(kind: DocumentKind): Validator {
  return validators.get(kind) ?? (() => []);
}
