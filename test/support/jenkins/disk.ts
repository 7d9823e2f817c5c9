import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildRecord, Effect, SavedQueue } from './definition.js';

/** What survives the death of the process: queue.xml, each job's nextBuildNumber, the records of finished builds. */
export interface Disk {
  /** The saved queue; reading it removes it, as a starting server does. */
  takeQueue(): SavedQueue | undefined;
  saveQueue(queue: SavedQueue): void;
  nextBuildNumber(job: string): number | undefined;
  saveNextBuildNumber(job: string, number: number): void;
  builds(job: string): BuildRecord[];
  saveBuild(job: string, build: BuildRecord): void;
  deleteBuild(job: string, number: number): void;
  effects(): Effect[];
  appendEffect(effect: Effect): void;
}

export function memoryDisk(): Disk {
  let queue: SavedQueue | undefined;
  const numbers = new Map<string, number>();
  const builds = new Map<string, Map<number, BuildRecord>>();
  const effects: Effect[] = [];
  const ofJob = (job: string): Map<number, BuildRecord> => {
    const known = builds.get(job) ?? new Map<number, BuildRecord>();
    builds.set(job, known);
    return known;
  };
  return {
    takeQueue() {
      const taken = queue;
      queue = undefined;
      return taken;
    },
    saveQueue: (saved) => {
      queue = structuredClone(saved);
    },
    nextBuildNumber: (job) => numbers.get(job),
    saveNextBuildNumber: (job, number) => void numbers.set(job, number),
    builds: (job) => [...ofJob(job).values()],
    saveBuild: (job, build) => void ofJob(job).set(build.number, build),
    deleteBuild: (job, number) => void ofJob(job).delete(number),
    effects: () => effects,
    appendEffect: (effect) => void effects.push(effect),
  };
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value));
  renameSync(`${file}.new`, file);
}

/** Files in a folder; each is replaced as a whole, so a kill between two system calls leaves the old or the new one. */
export function directoryDisk(folder: string): Disk {
  const queueFile = join(folder, 'queue.json');
  const effectsFile = join(folder, 'effects.jsonl');
  const jobFolder = (job: string): string => {
    const path = join(folder, 'jobs', encodeURIComponent(job));
    mkdirSync(path, { recursive: true });
    return path;
  };
  mkdirSync(folder, { recursive: true });
  return {
    takeQueue() {
      const queue = readJson<SavedQueue>(queueFile);
      rmSync(queueFile, { force: true });
      return queue;
    },
    saveQueue: (queue) => writeJson(queueFile, queue),
    nextBuildNumber: (job) => readJson<number>(join(jobFolder(job), 'nextBuildNumber')),
    saveNextBuildNumber: (job, number) => writeJson(join(jobFolder(job), 'nextBuildNumber'), number),
    builds: (job) =>
      readdirSync(jobFolder(job))
        .filter((name) => /^\d+\.json$/.test(name))
        .flatMap((name) => readJson<BuildRecord>(join(jobFolder(job), name)) ?? []),
    saveBuild: (job, build) => writeJson(join(jobFolder(job), `${build.number}.json`), build),
    deleteBuild: (job, number) => rmSync(join(jobFolder(job), `${number}.json`), { force: true }),
    effects: () => readEffects(effectsFile),
    appendEffect: (effect) => appendFileSync(effectsFile, `${JSON.stringify(effect)}\n`),
  };
}

function readEffects(file: string): Effect[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Effect);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
