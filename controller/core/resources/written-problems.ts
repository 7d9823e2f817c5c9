import type { Problem } from '../documents/parsed.js';
import type { Path } from '../documents/places.js';
import { createAjv, toValidator, type Validator } from '../documents/validator.js';
import type { Json, JsonObject } from '../model.js';
import { apiGroup, apiVersion } from './definition.js';
import { editorSchema, written } from './editor-schemas.js';

/** Compiled when the first resource is judged: most commands judge none. */
function judges(): (kind: string) => Validator | undefined {
  const compiled = new Map<string, Validator>();
  return (kind) => {
    const definition = written.find((one) => one.kind === kind);
    if (definition === undefined) return undefined;
    const validator = compiled.get(kind) ?? toValidator(createAjv({ meta: false }).compile(editorSchema(definition)), 'schema');
    compiled.set(kind, validator);
    return validator;
  };
}

const judgeOf = judges();

/** What is wrong with a ReleaseSource or a Hold that a person wrote, unknown fields included, which the API server drops; nothing of other kinds. */
export function problemsOf(resource: JsonObject): readonly Problem[] {
  if (resource.apiVersion !== `${apiGroup}/${apiVersion}`) return [];
  return judgeOf(String(resource.kind))?.(resource, (path) => String(valueAt(resource, path))) ?? [];
}

const valueAt = (value: Json, path: Path): Json =>
  path.reduce<Json>((inside, key) => (inside as Readonly<Record<string, Json>> | null)?.[key] ?? null, value);
