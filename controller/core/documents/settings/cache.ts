import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { Digest, Finding, JsonObject } from '../../model.js';
import type { Problem } from '../parsed.js';
import { createAjv, type Validator } from '../validator.js';
import type { SchemaFile } from './schema-file.js';

/** A compiled settings schema; undefined where it is not valid. The same object for as long as nothing that it consists of changes. */
export interface SettingsSchema {
  readonly validate: Validator | undefined;
  readonly findings: readonly Finding[];
  /** How many schemas at most judge one value of the settings. */
  readonly weight: number;
}

/** What loading keeps from one commit to the next. Everything in it follows from what it was made of; an empty one gives the same results. */
export interface SettingsCache {
  /** Path → the file as it was read last. */
  readonly files: Map<string, { readonly text: string; readonly file: SchemaFile }>;
  /** Product file and everything that its schema consists of → schema. */
  readonly schemas: Map<string, SettingsSchema>;
  /** Settings → what the schema that they were last checked with says. */
  readonly results: WeakMap<JsonObject, { readonly schema: SettingsSchema; readonly problems: readonly Problem[] }>;
  /** EnvironmentConfig → digest of its settings. */
  readonly digests: WeakMap<JsonObject, Digest>;
  /** Checks that schemas are schemas. */
  readonly ajv: Ajv2020;
}

/** An empty cache; its owner keeps it for as long as it loads commits of one repository. */
export function createSettingsCache(): SettingsCache {
  return {
    files: new Map(),
    schemas: new Map(),
    results: new WeakMap(),
    digests: new WeakMap(),
    ajv: createAjv({ strict: false }),
  };
}
