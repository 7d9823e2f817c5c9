import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ServerHandle, send } from '../contract/api-suite/client.js';
import { type Build, buildSources } from '../support/embedded-build.js';

const rounds = 6;
const writers = 8;
const configMaps = '/api/v1/namespaces/default/configmaps';

/** What the server has acknowledged: the counter of each object, and the namespaces that are deleted. */
interface Acknowledged {
  readonly counters: Map<string, number>;
  readonly deletedNamespaces: Set<string>;
  revision: number;
  count: number;
}

describe('the embedded store', () => {
  let build: Build;
  let directory = '';

  beforeAll(async () => {
    build = await buildSources();
    directory = await mkdtemp(join(tmpdir(), 'towpath-durability-'));
  }, 60_000);

  afterAll(async () => {
    await build.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('has every acknowledged write, and none half, after it was killed at any moment', async () => {
    const known: Acknowledged = { counters: new Map(), deletedNamespaces: new Set(), revision: 0, count: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { child, server } = await startProcess(build, directory);
      await verify(server, known);
      const killAt = known.count + randomInt(20, 120);
      const acknowledge = (answer: Answer) => {
        known.count += 1;
        known.revision = Math.max(known.revision, Number(answer.body.metadata?.resourceVersion ?? 0));
        if (known.count === killAt) child.kill('SIGKILL');
      };
      const work = Array.from({ length: writers }, (_, writer) =>
        write(server, { known, acknowledge, name: `r${round}-w${writer}` }),
      );
      await Promise.all([...work, once(child, 'exit')]);
    }
    const { child, server } = await startProcess(build, directory);
    await verify(server, known);
    expect(known.count).toBeGreaterThanOrEqual(rounds * 20);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }, 120_000);
});

async function startProcess(build: Build, directory: string): Promise<{ child: ChildProcess; server: ServerHandle }> {
  const child = spawn(process.execPath, [build.path('test/support/embedded-process.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('the process has no output');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, server: JSON.parse(line) as ServerHandle };
}

interface Work {
  readonly known: Acknowledged;
  readonly name: string;
  acknowledge(answer: Answer): void;
}

/** Writes until the server is gone: counts an object up, and now and then deletes a namespace with what is in it. */
async function write(server: ServerHandle, { known, acknowledge, name }: Work): Promise<void> {
  try {
    for (let counter = 0; ; counter += 1) {
      const object = { ...aConfigMap(name, counter), metadata: { name } };
      const target = counter === 0 ? { method: 'POST', path: configMaps } : { method: 'PUT', path: `${configMaps}/${name}` };
      const answer = await send(server, { ...target, body: object });
      expect([200, 201]).toContain(answer.status);
      known.counters.set(name, counter);
      acknowledge(answer);
      if (counter % 4 === 3) await fillAndDeleteNamespace(server, { known, acknowledge, name: `${name}-n${counter}` });
    }
  } catch (error) {
    // The connection breaks when the process is killed; a wrong answer is a failure of the test.
    if (!(error instanceof Error) || !('code' in error)) throw error;
  }
}

async function fillAndDeleteNamespace(server: ServerHandle, { known, acknowledge, name }: Work): Promise<void> {
  const namespaces = '/api/v1/namespaces';
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  acknowledge(await send(server, { method: 'POST', path: namespaces, body }));
  for (const inside of ['a', 'b', 'c']) {
    const path = `${namespaces}/${name}/configmaps`;
    acknowledge(await send(server, { method: 'POST', path, body: aConfigMap(inside, 0) }));
  }
  const deleted = await send(server, { method: 'DELETE', path: `${namespaces}/${name}` });
  expect(deleted.status).toBe(200);
  known.deletedNamespaces.add(name);
  acknowledge(deleted);
}

const payload = 'x'.repeat(2000);

function aConfigMap(name: string, counter: number) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { first: `${counter}`, payload, last: `${counter}` } };
}

async function verify(server: ServerHandle, known: Acknowledged): Promise<void> {
  const { body } = await send(server, { path: '/api/v1/configmaps' });
  const found = new Map<string, { first: string; last: string }>();
  const inNamespaces = new Map<string, string[]>();
  for (const { metadata, data } of body.items) {
    if (metadata.namespace === 'default') found.set(metadata.name, data);
    else inNamespaces.set(metadata.namespace, [...(inNamespaces.get(metadata.namespace) ?? []), metadata.name]);
  }
  const lost = [...known.counters].filter(([name, counter]) => Number(found.get(name)?.first ?? -1) < counter);
  const half = [...found].filter(([, { first, last }]) => first !== last);
  const namespaces = await send(server, { path: '/api/v1/namespaces' });
  const existing = new Set<string>(namespaces.body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name));
  const undead = [...known.deletedNamespaces].filter((name) => existing.has(name) || inNamespaces.has(name));
  const orphans = [...inNamespaces.keys()].filter((name) => !existing.has(name));
  expect({ lost, half, undead, orphans }).toEqual({ lost: [], half: [], undead: [], orphans: [] });
  expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(known.revision);
}
