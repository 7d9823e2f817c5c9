import type { Json, JsonObject } from '../core/model.js';
import type { ResourceDefinition } from '../core/resources/definition.js';
import { deploymentRun } from '../core/resources/deployment-run.js';
import { environment } from '../core/resources/environment.js';
import { hold } from '../core/resources/hold.js';
import { release } from '../core/resources/release.js';
import { releaseSource } from '../core/resources/release-source.js';

/** What is wrong with a value, and where in it: the path is put together only for what does not fit. */
type Check = (value: unknown) => Misfit | undefined;
interface Misfit {
  readonly where: string;
  readonly what: string;
}

interface Checks {
  readonly spec: Check;
  readonly status: Check;
}

/** Made once: every object that comes from the API passes through one of them. */
const known: ReadonlyMap<ResourceDefinition, Checks> = new Map(
  [releaseSource, environment, deploymentRun, release, hold].map((definition) => [definition, checksOf(definition)]),
);

function checksOf({ spec, status }: ResourceDefinition): Checks {
  return { spec: compile(spec as unknown as JsonObject), status: compile(status as unknown as JsonObject) };
}

/**
 * The first place where an object does not have the type that the code relies on; undefined where it fits.
 * Types, required fields and enumerations only: patterns and bounds may have been wider when the object was stored.
 */
export function misfit(definition: ResourceDefinition, object: unknown): string | undefined {
  if (!isObject(object) || !isObject(object.metadata)) return 'metadata is missing';
  const { name, namespace } = object.metadata;
  if (typeof name !== 'string' || typeof namespace !== 'string') return 'metadata has no name or no namespace';
  const { spec, status } = known.get(definition) ?? checksOf(definition);
  const found = within('spec', spec(object.spec));
  const wrong = found ?? (object.status === undefined ? undefined : within('status', status(object.status)));
  return wrong && `${wrong.where} ${wrong.what}`;
}

function compile(schema: JsonObject): Check {
  switch (schema.type) {
    case 'object':
      return compileObject(schema);
    case 'array':
      return compileList(schema);
    case 'integer':
    case 'number':
      return (value) => (typeof value === 'number' ? undefined : here('is not a number'));
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : here('is not a boolean'));
    case 'string':
      return compileText(schema);
    default:
      return () => undefined;
  }
}

function compileObject(schema: JsonObject): Check {
  const required = (schema.required ?? []) as string[];
  const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>).map(
    ([name, field]) => [name, compile(field)] as const,
  );
  const ofMap = Object.values((schema.patternProperties ?? {}) as Record<string, JsonObject>).map(compile)[0];
  return (value) => {
    if (!isObject(value)) return here('is not an object');
    for (const name of required) if (value[name] === undefined) return { where: `.${name}`, what: 'is missing' };
    for (const [name, check] of fields) {
      const found = value[name] === undefined ? undefined : check(value[name]);
      if (found !== undefined) return within(`.${name}`, found);
    }
    return ofMap && first(Object.keys(value), (name) => within(`.${name}`, ofMap(value[name])));
  };
}

function compileList(schema: JsonObject): Check {
  const check = compile(schema.items as JsonObject);
  return (value) => {
    if (!Array.isArray(value)) return here('is not a list');
    for (let at = 0; at < value.length; at += 1) {
      const found = check(value[at]);
      if (found !== undefined) return within(`[${at}]`, found);
    }
    return undefined;
  };
}

function compileText(schema: JsonObject): Check {
  const choices = schema.enum as string[] | undefined;
  return (value) => {
    if (typeof value !== 'string') return here('is not a string');
    return choices === undefined || choices.includes(value) ? undefined : here(`is none of ${choices.join(', ')}`);
  };
}

const here = (what: string): Misfit => ({ where: '', what });

function within(outer: string, found: Misfit | undefined): Misfit | undefined {
  return found && { where: `${outer}${found.where}`, what: found.what };
}

function first(names: readonly string[], find: (name: string) => Misfit | undefined): Misfit | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is { [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
