/**
 * Whether two values have the same JSON text, the order of fields apart: a field that is undefined counts as absent. Parts that
 * are one object need no look, and most of a status is taken over from the one before.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameItems(a, b);
  return isPlain(a) && isPlain(b) && sameFields(a as Fields, b as Fields);
}

/** Of a Map or a Date the fields say nothing: such a thing is only the same as itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

type Fields = Readonly<Record<string, unknown>>;

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!sameJson(a[at], b[at])) return false;
  return true;
}

function sameFields(a: Fields, b: Fields): boolean {
  let count = 0;
  for (const name of Object.keys(a)) {
    if (a[name] === undefined) continue;
    count += 1;
    if (!(Object.hasOwn(b, name) && sameJson(a[name], b[name]))) return false;
  }
  for (const name of Object.keys(b)) if (b[name] !== undefined) count -= 1;
  return count === 0;
}
