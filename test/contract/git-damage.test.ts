import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { applyDelta } from '../../controller/git/delta.js';
import { parseCommit, parseTree } from '../../controller/git/formats.js';
import { ObjectError } from '../../controller/git/object-error.js';
import { ObjectStore } from '../../controller/git/object-store.js';
import { manyEnvironments } from '../support/git/environments.js';
import { createRepository, type TestRepository } from '../support/git/repository.js';

vi.setConfig({ testTimeout: 60_000 });

let repository: TestRepository;
let oids: string[];
let content: Map<string, string>;

beforeAll(async () => {
  repository = await createRepository();
  for (const version of ['1', '2', '3']) {
    const files = Object.entries(manyEnvironments(30)).map(([path, text]) => [path, `${text}# ${version}\n`.repeat(3)]);
    await repository.commit({ files: Object.fromEntries(files) });
  }
  await repository.git('gc', '--quiet', '--aggressive');
  const list = await repository.git('cat-file', '--batch-check=%(objectname) %(objecttype)', '--batch-all-objects');
  const lines = list.split('\n').map((line) => line.split(' '));
  content = new Map(lines.map(([oid = '', type = '']) => [oid, type]));
  oids = [...content.keys()];
});
afterAll(() => repository.remove());

/** Every object, or the reason why it cannot be had. Throws what is no ObjectError. */
function readAll(objects: string): string[] {
  const outcome = (read: () => string) => {
    try {
      return read();
    } catch (error) {
      if (error instanceof ObjectError) return error.kind;
      throw error;
    }
  };
  const opened = outcome(() => {
    const store = new ObjectStore(objects);
    try {
      return oids.map((oid) => outcome(() => `${store.read(oid, content.get(oid) as 'blob', 1_000_000).length}`)).join(' ');
    } finally {
      store.close();
    }
  });
  return opened.split(' ');
}

it('reads every object of a repository with deltas as git does', async () => {
  const sizes = await repository.git('cat-file', '--batch-check=%(objectsize)', '--batch-all-objects');
  expect(readAll(join(repository.folder, 'objects'))).toEqual(sizes.split('\n'));
  const deltas = await repository.git('cat-file', '--batch-check=%(deltabase)', '--batch-all-objects');
  expect(new Set(deltas.split('\n')).size).toBeGreaterThan(5);
});

it.each(['.pack', '.idx'])('never gives wrong content, hangs or breaks on a %s that is damaged anywhere', async (ending) => {
  const right = readAll(join(repository.folder, 'objects'));
  const folder = await mkdtemp(join(tmpdir(), 'towpath-damage-'));
  const packs = join(repository.folder, 'objects', 'pack');
  const names = (await readdir(packs)).filter((name) => name.endsWith('.pack') || name.endsWith('.idx'));
  const target = names.find((name) => name.endsWith(ending)) ?? '';
  const original = await readFile(join(packs, target));
  try {
    await mkdir(join(folder, 'pack'));
    for (const name of names) await writeFile(join(folder, 'pack', name), await readFile(join(packs, name)));
    const place = fc.nat({ max: original.length - 1 });
    const damage = fc.record({ place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(damage, async ({ place: at, bytes, cut }) => {
        const copy = Buffer.from(original);
        copy.set(bytes.subarray(0, copy.length - at), at);
        await writeFile(join(folder, 'pack', target), cut ? copy.subarray(0, at) : copy);
        const found = readAll(folder);
        const good = found.every((each, index) => each === right[index] || /^(?:corrupt|missing|too-large)$/.test(each));
        expect(good).toBe(true);
      }),
      { numRuns: 300 },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it.each([
  ['a tree', (bytes: Buffer) => parseTree(bytes)],
  ['a commit', (bytes: Buffer) => parseCommit('a'.repeat(40), bytes)],
])('refuses or reads any bytes as %s', (_name, parse) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        parse(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ObjectError);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('refuses or applies any bytes as a delta', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 3, maxLength: 3 }), (rest, base) => {
      try {
        const delta = Buffer.from([3, 10, ...rest]);
        expect(applyDelta(Buffer.from(base), delta)).toHaveLength(10);
      } catch (error) {
        const understood = error instanceof ObjectError || error instanceof RangeError;
        expect(understood).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});
