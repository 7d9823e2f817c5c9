import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The address of a compiled module: a worker cannot run TypeScript. `npm run build` makes it, in `dist` or where `TOWPATH_BUILD` says.
 */
export function builtUrl(module: string): URL {
  const path = resolve(process.env.TOWPATH_BUILD ?? 'dist', module);
  if (!existsSync(path)) throw new Error(`${path} is not there; run npm run build first`);
  return pathToFileURL(path);
}
