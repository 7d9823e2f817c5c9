import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of a compiled module, from the root of the project: a worker cannot run TypeScript. `npm run build` makes it. */
export function builtUrl(module: string): URL {
  const path = resolve('dist', module);
  if (!existsSync(path)) throw new Error(`dist/${module} is not there; run npm run build first`);
  return pathToFileURL(path);
}
