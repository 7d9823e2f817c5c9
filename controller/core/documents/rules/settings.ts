import type { Json } from '../../model.js';
import { limits } from '../limits.js';
import { isReadable, type ParsedDocument, type Problem, type ReadableDocument, sourceOf, toFinding } from '../parsed.js';
import { numbersPerNode } from '../places.js';
import { quote } from '../quote.js';
import { type RepositoryIndex, readable } from '../repository-index.js';
import type { SettingsCache, SettingsSchema } from '../settings/cache.js';
import { compileSettings, missingFile, schemaFileAt } from '../settings/compile.js';
import { resolvePath } from '../settings/resolve.js';
import { inlineSchema } from '../settings/schema-file.js';
import { error, subjectOf, type Verdict } from './verdict.js';

/** The settings schema of each product can be used, and the settings of each environment keep to it. */
export function settingsKeepToSchema(index: RepositoryIndex, cache: SettingsCache): Verdict[] {
  const before = cache.schemas;
  const verdicts: Verdict[] = [];
  const schemas = new Map<string, SettingsSchema>();
  for (const documents of index.products.values()) {
    for (const document of documents) {
      if (!isReadable(document, 'Product')) continue;
      const schema = schemaOf(document, index, cache);
      if ('message' in schema) verdicts.push(error(document, schema));
      else {
        // The finding may stand in another file; what it stops is the product.
        verdicts.push(...schema.findings.map((finding) => ({ document, finding, stops: subjectOf(document) })));
        schemas.set(document.content.metadata.name, schema);
      }
    }
  }
  for (const document of index.documents) verdicts.push(...checkSettings(document, { index, schemas, cache }));
  forgetUnused(cache, { before, index, used: new Set(schemas.values()) });
  return verdicts;
}

function schemaOf(document: ReadableDocument<'Product'>, index: RepositoryIndex, cache: SettingsCache): SettingsSchema | Problem {
  const { settingsSchema } = document.content.spec;
  if (settingsSchema === undefined) return { validate: undefined, weight: 0, findings: [] };
  if (typeof settingsSchema !== 'string') return compileSettings(inlineSchema(document, settingsSchema), index.files, cache);
  const problem = (message: string): Problem => ({ rule: 'settings-schema', path: ['spec', 'settingsSchema'], message });
  const path = resolvePath(document.places.file, settingsSchema);
  if (path === undefined)
    return problem(`${quote(settingsSchema)} is not a path to a file of the repository, relative to this file`);
  const text = index.files.get(path);
  if (text === undefined) return problem(missingFile(index.files, path));
  return compileSettings(schemaFileAt(path, text, cache), index.files, cache);
}

interface Checking {
  readonly index: RepositoryIndex;
  readonly schemas: ReadonlyMap<string, SettingsSchema>;
  readonly cache: SettingsCache;
}

function checkSettings(document: ParsedDocument, { index, schemas, cache }: Checking): Verdict[] {
  if (!isReadable(document, 'EnvironmentConfig')) return [];
  const { product } = document.content.spec;
  const schema = readable(index.products, product) === undefined ? undefined : schemas.get(product);
  if (schema?.validate === undefined) return [];
  const known = cache.results.get(document.value);
  const problems = known?.schema === schema ? known.problems : problemsOf(document, schema);
  if (problems !== known?.problems) cache.results.set(document.value, { schema, problems });
  return problems.map((problem) => ({ document, finding: toFinding(document, problem), stops: subjectOf(document) }));
}

function problemsOf(document: ReadableDocument<'EnvironmentConfig'>, { validate, weight }: SettingsSchema): Problem[] {
  const values = document.places.nodes.length / numbersPerNode;
  if (values * weight > limits.settingsChecks) {
    const message = `too many values (${values.toLocaleString('en')}) for a settings schema that checks each up to ${weight} times`;
    return [{ rule: 'limit-keys', path: ['spec', 'settings'], message }];
  }
  const settings: Json = document.content.spec.settings ?? {};
  const problems = validate?.(settings, (path) => sourceOf(document, path)) ?? [];
  return problems.slice(0, 100).map((problem) => ({ ...problem, path: ['spec', 'settings', ...problem.path] }));
}

/** Lets go of what no product of this commit uses. */
function forgetUnused(
  cache: SettingsCache,
  state: { before: SettingsCache['schemas']; index: RepositoryIndex; used: ReadonlySet<SettingsSchema> },
): void {
  for (const [key, schema] of state.before) if (!state.used.has(schema)) cache.schemas.delete(key);
  for (const path of cache.files.keys()) if (state.index.files.get(path) === undefined) cache.files.delete(path);
}
