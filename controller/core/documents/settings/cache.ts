import type { Problem } from '../parsed.js';
import type { Validator } from '../validator.js';

/** A compiled settings schema, or what is wrong with it; paths are those inside the schema. */
export type SettingsSchema = { readonly validate: Validator } | { readonly problems: readonly Problem[] };

/** Compiled settings schemas by the digest of everything that they consist of, and the last results of them. */
export interface SettingsCache {
  readonly schemas: Map<string, SettingsSchema>;
}

/** An empty cache; its owner keeps it for as long as it loads commits of one repository. */
export function createSettingsCache(): SettingsCache {
  return { schemas: new Map() };
}
