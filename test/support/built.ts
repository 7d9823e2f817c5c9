import { existsSync } from 'node:fs';

/** The address of a compiled module: a worker cannot run TypeScript. `npm run build` makes it. */
export function builtUrl(module: string): URL {
  const url = new URL(`../../dist/${module}`, import.meta.url);
  if (!existsSync(url)) throw new Error(`${module} is not built; run npm run build first`);
  return url;
}
