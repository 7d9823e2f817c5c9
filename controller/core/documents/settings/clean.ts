import { RE2JS } from 're2js';
import type { Json, JsonObject } from '../../model.js';
import { formatNames } from '../formats.js';
import type { Problem } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, printable, quote } from '../quote.js';
import { suggestion } from '../suggest.js';
import { annotations, knownKeywords, refused, schemaLists, schemaMaps, singleSchemas } from './keywords.js';

/** A reference, where it stands, and what it says. */
export interface Reference {
  readonly path: Path;
  readonly target: string;
  /** The object that holds it; its `$ref` is rewritten once the target is known. */
  readonly holder: JsonObject;
}

/** A schema with nothing in it that this program does not mean to support. */
export interface CleanSchema {
  readonly schema: Json;
  readonly references: readonly Reference[];
  /** JSON pointer → every schema inside, itself included under ''. */
  readonly schemas: ReadonlyMap<string, Json>;
  readonly problems: readonly Problem[];
}

interface Cleaning {
  readonly references: Reference[];
  readonly schemas: Map<string, Json>;
  readonly problems: Problem[];
}

const drafts = /^https?:\/\/json-schema\.org\/(draft\/2020-12|draft\/2019-09|draft-07)\/schema#?$/;
const includes = (list: readonly string[], word: string): boolean => list.includes(word);

/** Copies a schema without annotations, and finds whatever could reach outside, cost too much, or be a misspelling. */
export function cleanSchema(written: Json): CleanSchema {
  const cleaning: Cleaning = { references: [], schemas: new Map(), problems: [] };
  const root = isObject(written) ? withoutAddress(written, cleaning) : written;
  const schema = clean(cleaning, root, []);
  return { schema, ...cleaning };
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutAddress(root: JsonObject, cleaning: Cleaning): JsonObject {
  const { $schema, $id: _id, ...rest } = root;
  if ($schema !== undefined && !(typeof $schema === 'string' && drafts.test($schema)))
    report(cleaning, ['$schema'], `${quote(String($schema))} is not supported; use https://json-schema.org/draft/2020-12/schema`);
  return rest;
}

function report(cleaning: Cleaning, path: Path, message: string): void {
  cleaning.problems.push({ rule: 'settings-schema', path, message });
}

export function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function clean(cleaning: Cleaning, written: Json, path: Path): Json {
  if (!isObject(written)) {
    if (typeof written !== 'boolean') report(cleaning, path, 'should be a schema: a mapping, true or false');
    else cleaning.schemas.set(pointerOf(path), written);
    return typeof written === 'boolean' ? written : true;
  }
  const result: JsonObject = {};
  cleaning.schemas.set(pointerOf(path), result);
  for (const [keyword, value] of Object.entries(written)) {
    const kept = cleanKeyword(cleaning, { keyword, value, path: [...path, keyword], holder: result });
    if (kept !== undefined) result[keyword] = kept;
  }
  return result;
}

interface Keyword {
  readonly keyword: string;
  readonly value: Json;
  readonly path: Path;
  readonly holder: JsonObject;
}

function cleanKeyword(cleaning: Cleaning, { keyword, value, path, holder }: Keyword): Json | undefined {
  if (includes(annotations, keyword) || keyword.startsWith('x-')) return undefined;
  if (includes(schemaMaps, keyword)) return cleanMap(cleaning, value, path);
  if (includes(schemaLists, keyword)) {
    if (Array.isArray(value)) return value.map((item, at) => clean(cleaning, item, [...path, at]));
    report(cleaning, path, 'should be a list of schemas');
    return undefined;
  }
  if (includes(singleSchemas, keyword)) {
    if (!Array.isArray(value)) return clean(cleaning, value, path);
    report(cleaning, path, keyword === 'items' ? 'should be one schema; a list of them is prefixItems' : 'should be one schema');
    return undefined;
  }
  if (keyword === '$ref') {
    if (typeof value === 'string') cleaning.references.push({ path, target: value, holder });
    else report(cleaning, path, 'should be a text');
    return undefined;
  }
  if (!includes(knownKeywords, keyword)) {
    reportUnknown(cleaning, keyword, path);
    return undefined;
  }
  if (keyword === 'pattern' && typeof value === 'string') checkPattern(cleaning, value, path);
  if (keyword === 'format' && typeof value === 'string' && !formatNames.includes(value))
    report(cleaning, path, `${quote(value)} is not a known format (${formatNames.join(', ')})${suggestion(value, formatNames)}`);
  return value;
}

function cleanMap(cleaning: Cleaning, value: Json, path: Path): Json | undefined {
  if (!isObject(value)) {
    report(cleaning, path, 'should be a mapping of names to schemas');
    return undefined;
  }
  const entries = Object.entries(value).map(([name, schema]): [string, Json] => {
    if (path.at(-1) === 'patternProperties') checkPattern(cleaning, name, [...path, name]);
    return [name, clean(cleaning, schema, [...path, name])];
  });
  return Object.fromEntries(entries);
}

function reportUnknown(cleaning: Cleaning, keyword: string, path: Path): void {
  const reason = Object.hasOwn(refused, keyword) ? refused[keyword] : undefined;
  const message = reason ?? `is not a keyword of JSON Schema${suggestion(keyword, knownKeywords)}`;
  cleaning.problems.push({ rule: 'settings-schema', path, message, atKey: true });
}

function checkPattern(cleaning: Cleaning, pattern: string, path: Path): void {
  if (pattern.length > 1_000) {
    report(cleaning, path, 'a pattern is longer than 1,000 characters');
    return;
  }
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? printable(error.message.replace(/^error parsing regexp: /, ''), 120) : 'unknown';
    report(
      cleaning,
      path,
      `${quote(pattern)} is not a pattern that runs in linear time (RE2 syntax, no look-around, no back-references): ${reason}`,
    );
  }
}

/** Words of a schema's place for people: at most ten of the definitions that there are. */
export function definitionsOf(schemas: ReadonlyMap<string, Json>): string {
  return enumerate(
    [...schemas.keys()].filter((pointer) => /^\/(\$defs|definitions)\/[^/]+$/.test(pointer)).map((pointer) => `#${pointer}`),
  );
}
