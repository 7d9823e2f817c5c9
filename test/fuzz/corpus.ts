import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Found cases: one folder a target, one file a case. A case stays for ever, so that what was found once is looked at in every run. */
export function readCorpus(folder: string, target: string): { readonly name: string; readonly input: Uint8Array }[] {
  const place = join(folder, target);
  if (!existsSync(place)) return [];
  return readdirSync(place)
    .sort()
    .map((name) => ({ name, input: readFileSync(join(place, name)) }));
}

/** Writes a case and gives its path. */
export function keepCase(folder: string, target: string, input: Uint8Array): string {
  const place = join(folder, target);
  mkdirSync(place, { recursive: true });
  const path = join(place, createHash('sha256').update(input).digest('hex').slice(0, 12));
  writeFileSync(path, input);
  return path;
}
