import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Build {
  /** The compiled form of a source file of this repository. */
  path(source: string): string;
  remove(): Promise<void>;
}

/** Compiles the sources into a folder of its own, so that a test can run them as a process. */
export async function buildSources(): Promise<Build> {
  const folder = await mkdtemp(join('node_modules', '.towpath-build-'));
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  // Type errors are for the type check to report; the compiler emits all the same.
  await promisify(execFile)(process.execPath, [compiler, '-p', 'tsconfig.json', '--outDir', folder]).catch(() => {});
  return {
    path: (source) => join(folder, source.replace(/\.ts$/, '.js')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
