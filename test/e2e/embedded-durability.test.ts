import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ServerHandle, send } from '../contract/api-suite/client.js';
import { sequence } from '../support/e2e/sequence.js';
import { serve } from './embedded-durability/served.js';
import { Ledger, type Slip } from './embedded-durability/slips.js';
import { slipsPath, writeUntilGone } from './embedded-durability/writer.js';

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
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'towpath-durability-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('has every acknowledged write, and none half, after it was killed at any moment', async () => {
    const known: Acknowledged = { counters: new Map(), deletedNamespaces: new Set(), revision: 0, count: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { server, kill, ended } = await serve(directory);
      await verify(server, known);
      const killAt = known.count + randomInt(20, 120);
      const acknowledge = (answer: Answer) => {
        known.count += 1;
        known.revision = Math.max(known.revision, Number(answer.body.metadata?.resourceVersion ?? 0));
        if (known.count === killAt) kill();
      };
      const work = Array.from({ length: writers }, (_, writer) =>
        write(server, { known, acknowledge, name: `r${round}-w${writer}` }),
      );
      await Promise.all([...work, ended]);
    }
    const { server, kill, ended } = await serve(directory);
    await verify(server, known);
    expect(known.count).toBeGreaterThanOrEqual(rounds * 20);
    kill();
    await ended;
  }, 120_000);

  it('has all of ten thousand acknowledged writes of several clients, whole and in order, through kills at any moment', async () => {
    const seed = Number(process.env.TOWPATH_SEED ?? Date.now() % 1_000_000);
    console.log(`TOWPATH_SEED=${seed}`);
    const random = sequence(seed);
    const folder = join(directory, 'ten-thousand');
    const ledger = new Ledger();
    const problems: string[] = [];
    let kills = 0;
    for (; ledger.acknowledged < 10_000; kills += 1) {
      const { server, kill, ended } = await serve(folder);
      problems.push(...(await compare(server, ledger)));
      const killAt = ledger.acknowledged + 200 + Math.floor(random() * 1_800);
      const afterMs = random() * 5;
      const onAcknowledged = () => {
        if (ledger.acknowledged === killAt) setTimeout(kill, afterMs);
      };
      const writing = Array.from({ length: 64 }, (_, writer) =>
        writeUntilGone({ server, ledger, name: `w${writer}/${kills}`, random: sequence(random() * 2 ** 32), onAcknowledged }),
      );
      problems.push(...(await Promise.all(writing)).flat());
      await ended;
    }
    const last = await serve(folder);
    problems.push(...(await compare(last.server, ledger)));
    last.kill();
    await last.ended;
    expect(problems, `seed ${seed}`).toEqual([]);
    expect(kills, `seed ${seed}`).toBeGreaterThanOrEqual(5);
    expect(ledger.refused, `seed ${seed}`).toBeGreaterThan(0);
  }, 300_000);
});

async function compare(server: ServerHandle, ledger: Ledger): Promise<string[]> {
  const { body } = await send(server, { path: slipsPath });
  return ledger.compare(body.items as Slip[], Number(body.metadata.resourceVersion));
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
