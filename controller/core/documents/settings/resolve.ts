/** A path of the repository from one that is relative to a file: no way out of it, nothing absolute. */
export function resolvePath(from: string, relative: string): string | undefined {
  if (relative === '' || relative.startsWith('/') || relative.includes('\\') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(relative))
    return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

/** A `$ref` in its two halves: the file ('' for the same one) and the JSON pointer. Undefined where it is neither. */
export function splitReference(reference: string): { file: string; pointer: string } | undefined {
  const hash = reference.indexOf('#');
  const file = hash < 0 ? reference : reference.slice(0, hash);
  try {
    const pointer = hash < 0 ? '' : decodeURIComponent(reference.slice(hash + 1));
    return pointer === '' || pointer.startsWith('/') ? { file: decodeURIComponent(file), pointer } : undefined;
  } catch {
    return undefined;
  }
}
