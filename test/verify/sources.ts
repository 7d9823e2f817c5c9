import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A TypeScript file and what it imports: files as paths from the root, packages by their name. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** All TypeScript files below a folder, types-only imports included. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found = [
    ...code.matchAll(/(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"]+)['"]/g),
    ...code.matchAll(/(?:^|[^.\w])import\(?\s*['"]([^'"]+)['"]/g),
  ];
  return [...new Set(found.map(([, name = '']) => resolveImport(path, name)))];
}

function resolveImport(path: string, name: string): string {
  if (!name.startsWith('.')) return packageOf(name);
  return relative('.', join(dirname(path), name)).replace(/\.js$/, '.ts');
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name;
  const parts = name.split('/');
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? name);
}
