import type { Finding, Json, JsonObject } from '../../model.js';
import { limits } from '../limits.js';
import type { SchemaFile } from './schema-file.js';

interface Link {
  readonly file: SchemaFile;
  readonly pointer: string;
}

/**
 * Refuses schemas whose references lead back to themselves or unfold to very many schemas: a few lines of either can keep a validator busy
 * for years. What is left is bounded by the size of the settings times the size of the unfolded schema.
 */
export function measure(files: Iterable<SchemaFile>, links: ReadonlyMap<JsonObject, Link>): Finding[] {
  const sizes = new Map<JsonObject, number>();
  const open = new Set<JsonObject>();
  let circle: JsonObject | undefined;
  const sizeOf = (value: Json | undefined): number => {
    if (typeof value !== 'object' || value === null) return 0;
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + sizeOf(item), 0);
    if (open.has(value)) {
      circle ??= value;
      return 0;
    }
    const known = sizes.get(value);
    if (known !== undefined) return known;
    open.add(value);
    const target = links.get(value);
    let size = 1 + Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 0);
    if (target !== undefined) size += sizeOf(target.file.clean?.schemas.get(target.pointer));
    open.delete(value);
    sizes.set(value, size);
    return size;
  };
  for (const file of files) {
    const size = sizeOf(file.clean?.schema);
    const report = (message: string) => [file.toFinding({ rule: 'settings-schema', path: [], message })];
    if (circle !== undefined) return report('refers to itself in a circle, which is not supported');
    if (size > limits.settingsSchemaParts)
      return report(
        `is too large: more than ${limits.settingsSchemaParts.toLocaleString('en')} schemas once references are followed`,
      );
  }
  return [];
}
