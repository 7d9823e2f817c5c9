import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expireEvents } from '../../controller/embedded/event-expiry.js';
import { createRegistry } from '../../controller/embedded/registry.js';
import type { ApiObject } from '../../controller/embedded/resource-type.js';
import { openStore, type Store } from '../../controller/embedded/store.js';

const anObject = (name: string, value = ''): ApiObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name }, value });
const values = (objects: readonly ApiObject[] | undefined) => objects?.map(({ metadata, value }) => `${metadata.name}=${value}`);

describe('the embedded store', () => {
  let directory = '';
  let store: Store;
  const cipher = {
    seal: (plain: Uint8Array) => plain.map((byte) => byte ^ 1),
    open: (sealed: Uint8Array) => sealed.map((byte) => byte ^ 1),
  };
  const open = () => openStore({ directory, cipher, sealed: new Set(['sealed']), history: { events: 4, bytes: 1_000_000 } });
  const put = (collection: string, name: string, value = '') =>
    store.write((transaction) => transaction.put(collection, name, anObject(name, value)));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'towpath-store-'));
    store = await open();
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('gives concurrent writes revisions of their own, in the order in which they were made', async () => {
    const written = await Promise.all(['a', 'b', 'c'].map((name) => put('things', name)));
    expect(written.map(({ metadata }) => metadata.resourceVersion)).toEqual(['1', '2', '3']);
    expect(store.revision()).toBe(3);
  });

  it('lets a later write build on one that is not yet on disk, and shows neither before', async () => {
    const first = put('things', 'a', '1');
    const second = store.write((transaction) => {
      const before = transaction.get('things', 'a');
      return transaction.put('things', 'a', anObject('a', `${before?.value}2`));
    });
    expect(store.get('things', 'a')).toBe(undefined);
    await Promise.all([first, second]);
    expect(values(store.list('things'))).toEqual(['a=12']);
  });

  it('leaves nothing of a change that is refused halfway', async () => {
    const refused = store.write((transaction) => {
      transaction.put('things', 'a', anObject('a'));
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    await put('things', 'b');
    expect([values(store.list('things')), store.revision()]).toEqual([['b='], 1]);
  });

  it('tells subscribers of durable changes in order', async () => {
    const events: string[] = [];
    const unsubscribe = store.subscribe(({ type, key, revision }) => events.push(`${revision} ${type} ${key}`));
    await Promise.all([put('things', 'a'), put('things', 'a', '2')]);
    await store.write((transaction) => transaction.delete('things', 'a'));
    unsubscribe();
    await put('things', 'b');
    expect(events).toEqual(['1 ADDED a', '2 MODIFIED a', '3 DELETED a']);
  });

  it('shows the recent past, and says when it is forgotten', async () => {
    await put('things', 'a', '1');
    await put('things', 'b', '1');
    await put('things', 'a', '2');
    await store.write((transaction) => transaction.delete('things', 'b'));
    expect([1, 2, 3, 4].map((revision) => values(store.listAt('things', revision)))).toEqual([
      ['a=1'],
      ['a=1', 'b=1'],
      ['a=2', 'b=1'],
      ['a=2'],
    ]);
    await put('others', 'x');
    await put('others', 'y');
    expect([values(store.listAt('things', 1)), store.eventsSince(1, 'things')]).toEqual([undefined, undefined]);
    expect(store.eventsSince(2, 'things')?.map(({ revision }) => revision)).toEqual([3, 4]);
  });

  it('goes on where it stopped, never using a revision twice', async () => {
    await put('things', 'a', '1');
    await put('sealed', 's', 'secret');
    await store.write((transaction) => transaction.delete('things', 'a'));
    await store.close();
    store = await open();
    const next = await put('things', 'b');
    expect([values(store.list('things')), values(store.list('sealed')), next.metadata.resourceVersion]).toEqual([
      ['b='],
      ['s=secret'],
      '4',
    ]);
  });

  it('accepts nothing after it is closed', async () => {
    await store.close();
    await expect(put('things', 'a')).rejects.toThrow('the store is closed');
  });

  it('deletes events an hour after they were last written', async () => {
    const anEvent = (name: string, creationTimestamp: string, time?: string): ApiObject => {
      const metadata = { name, namespace: 'n', creationTimestamp, ...(time === undefined ? {} : { managedFields: [{ time }] }) };
      return { apiVersion: 'v1', kind: 'Event', metadata };
    };
    await store.write((transaction) => {
      transaction.put('/events', 'n/old', anEvent('old', '2026-01-15T10:00:00Z'));
      transaction.put('/events', 'n/renewed', anEvent('renewed', '2026-01-15T10:00:00Z', '2026-01-15T10:30:00Z'));
      transaction.put('/events', 'n/new', anEvent('new', '2026-01-15T10:30:00Z'));
    });
    await expireEvents({ store, registry: createRegistry([], []), now: () => Date.parse('2026-01-15T11:00:00Z') });
    expect(store.list('/events').map(({ metadata }) => metadata.name)).toEqual(['new', 'renewed']);
  });
});
