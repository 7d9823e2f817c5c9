import type { ErrorObject } from 'ajv/dist/2020.js';
import { canonicalJson, sha256 } from '../../digest.js';
import type { Finding, Json, JsonObject } from '../../model.js';
import { limits } from '../limits.js';
import { quote } from '../quote.js';
import { explainErrors } from '../schema-errors.js';
import { suggestion } from '../suggest.js';
import { createAjv, toValidator, type Validator } from '../validator.js';
import type { SettingsCache, SettingsSchema } from './cache.js';
import { definitionsOf, type Reference } from './clean.js';
import { measure } from './measure.js';
import { resolvePath, splitReference } from './resolve.js';
import { readSchemaFile, type SchemaFile } from './schema-file.js';

/** Path → text of the files that may be schemas; undefined for files that are not. */
export type SchemaTexts = ReadonlyMap<string, string | undefined>;

/** The file as a schema, read again only where its text has changed. */
export function schemaFileAt(path: string, text: string, cache: SettingsCache): SchemaFile {
  const known = cache.files.get(path);
  if (known?.text === text) return known.file;
  const file = readSchemaFile(path, text);
  cache.files.set(path, { text, file });
  return file;
}

interface Linking {
  readonly files: Map<string, SchemaFile>;
  readonly findings: Finding[];
  readonly texts: SchemaTexts;
  readonly cache: SettingsCache;
  readonly links: Map<JsonObject, { file: SchemaFile; pointer: string }>;
}

/** Everything that a schema consists of, compiled; or what is wrong with it, each thing where it stands. */
export function compileSettings(root: SchemaFile, texts: SchemaTexts, cache: SettingsCache): SettingsSchema {
  const linking: Linking = { files: new Map([[root.file, root]]), findings: [], texts, cache, links: new Map() };
  // Files that are referred to join the map while it is walked.
  for (const file of linking.files.values()) {
    linking.findings.push(...file.findings);
    for (const reference of file.clean?.references ?? []) link(linking, file, reference);
  }
  if (linking.findings.length > 0) return { validate: undefined, weight: 0, findings: linking.findings };
  const { weight, findings } = measure(root, [...linking.files.values()], linking.links);
  if (findings.length > 0) return { validate: undefined, weight, findings };
  const written = [...linking.files.values()].map((file): Json => [file.file, rewritten(file, linking)]);
  const key = sha256(canonicalJson(written));
  const schema = cache.schemas.get(key) ?? { ...compile(root, linking), weight };
  cache.schemas.set(key, schema);
  return schema;
}

function link(linking: Linking, file: SchemaFile, reference: Reference): void {
  const report = (message: string) => {
    linking.findings.push(file.toFinding({ rule: 'settings-schema', path: reference.path, message }));
  };
  const parts = splitReference(reference.target);
  const path = parts === undefined ? undefined : parts.file === '' ? file.file : resolvePath(file.file, parts.file);
  if (parts === undefined || path === undefined) {
    report(
      `${quote(reference.target)} is no reference to this schema or to a file of the repository, such as #/$defs/name or other.schema.json`,
    );
    return;
  }
  const target = linking.files.get(path) ?? openFile(linking, path);
  if (target === undefined) {
    report(`${quote(reference.target)}: ${missingFile(linking.texts, path)}`);
    return;
  }
  linking.files.set(path, target);
  if (target.clean === undefined) return;
  if (target.clean.schemas.has(parts.pointer)) linking.links.set(reference.holder, { file: target, pointer: parts.pointer });
  else {
    const known = definitionsOf(target.clean.schemas);
    const near = suggestion(
      `#${parts.pointer}`,
      [...target.clean.schemas.keys()].map((pointer) => `#${pointer}`),
    );
    report(`${quote(reference.target)} leads to no schema${known === '' ? '' : ` (${known})`}${near}`);
  }
}

function openFile(linking: Linking, path: string): SchemaFile | undefined {
  const text = linking.texts.get(path);
  return text === undefined ? undefined : schemaFileAt(path, text, linking.cache);
}

/** Why a path leads to no schema. */
export function missingFile(texts: SchemaTexts, path: string): string {
  if (texts.has(path))
    return `${path} holds no JSON Schema, or more than ${limits.settingsSchemaBytes.toLocaleString('en')} bytes`;
  return `there is no file ${path}${suggestion(
    path,
    [...texts].flatMap(([name, text]) => (text === undefined ? [] : [name])),
  )}`;
}

const address = (file: string): string =>
  `towpath:${[...file].map((character) => character.charCodeAt(0).toString(16)).join('-')}`;

/** The schema with its references as the compiler resolves them. */
function rewritten(file: SchemaFile, linking: Linking): Json {
  const rewrite = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    const target = linking.links.get(value);
    const entries = Object.entries(value).map(([name, inner]): [string, Json] => [name, rewrite(inner)]);
    if (target !== undefined) entries.push(['$ref', `${address(target.file.file)}#${encodeURI(target.pointer)}`]);
    return Object.fromEntries(entries);
  };
  return rewrite(file.clean?.schema ?? true);
}

function compile(root: SchemaFile, linking: Linking): Omit<SettingsSchema, 'weight'> {
  const findings: Finding[] = [];
  const ajv = createAjv({ meta: false, strict: false });
  for (const file of linking.files.values()) {
    const schema = rewritten(file, linking);
    if (linking.cache.ajv.validateSchema(schema as JsonObject) !== true)
      findings.push(...metaFindings(file, schema, linking.cache));
    else ajv.addSchema(schema as JsonObject, address(file.file));
  }
  if (findings.length > 0) return { validate: undefined, findings };
  try {
    const validate = ajv.getSchema(address(root.file));
    if (validate === undefined) throw new TypeError('no schema');
    return { validate: unprefixed(toValidator(validate, 'settings')), findings };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `cannot be used as a schema: ${quote(reason)}`;
    return { validate: undefined, findings: [root.toFinding({ rule: 'settings-schema', path: [], message })] };
  }
}

function unprefixed(validate: Validator): Validator {
  return (value, source) => validate(value, (path) => source(['spec', 'settings', ...path]));
}

function metaFindings(file: SchemaFile, schema: Json, cache: SettingsCache): Finding[] {
  const errors = (cache.ajv.errors ?? []) as ErrorObject[];
  const problems = explainErrors(errors, { root: schema, rule: 'settings-schema', source: () => '' });
  return problems.slice(0, 20).map((problem) => file.toFinding(problem));
}
