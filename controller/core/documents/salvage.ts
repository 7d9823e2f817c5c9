import type { Json, JsonObject } from '../model.js';
import type { Problem } from './parsed.js';
import type { Path } from './places.js';
import type { Validator } from './validator.js';

/**
 * A broken document without the optional fields that are wrong, so that the rules across documents can say in the same report what else is
 * wrong. It is never deployed from. Undefined where what is left is no document: a required field or an entry of a list is wrong.
 */
export function salvage(value: JsonObject, problems: readonly Problem[], validate: Validator): JsonObject | undefined {
  const copy = JSON.parse(JSON.stringify(value)) as JsonObject;
  if (!problems.every(({ path }) => removeAt(copy, path))) return undefined;
  return validate(copy, () => '').length === 0 ? copy : undefined;
}

/** Entries of lists stay: paths behind them would no longer lead to where they stand in the file. */
function removeAt(root: JsonObject, path: Path): boolean {
  let parent: Json | undefined = root;
  for (const segment of path.slice(0, -1)) {
    if (typeof parent !== 'object' || parent === null) return false;
    parent = (parent as JsonObject)[segment];
  }
  const last = path.at(-1);
  if (typeof parent !== 'object' || parent === null || Array.isArray(parent) || last === undefined) return false;
  delete parent[last];
  return true;
}
