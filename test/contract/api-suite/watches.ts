import { describe, expect, it } from 'vitest';
import { type Answered, type ServerHandle, type Watch, watch } from './client.js';
import { aWidget, openWorkspace, type Workspace } from './widgets.js';

const brief = (event: Answered) => [event.type, event.object.metadata?.name];

async function take(stream: Watch, count: number): Promise<Answered[]> {
  const events: Answered[] = [];
  while (events.length < count) {
    const event = await stream.next();
    if (event === undefined) break;
    events.push(event);
  }
  return events;
}

async function watching<T>(stream: Watch, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    stream.close();
  }
}

/** Watches: where they start, what they show, how they end. */
export function watchSuite(server: () => ServerHandle): void {
  describe('watches', () => {
    const open = () => openWorkspace(server(), 'watches');
    streamSuite(server, open);
    endingSuite(server, open);
  });
}

function streamSuite(server: () => ServerHandle, open: () => Promise<Workspace>): void {
  it('shows what is there, then every change with its revision', async () => {
    const { create, patch, send, widgets } = await open();
    await create(aWidget('one'));
    const stream = await watch(server(), `${widgets}?watch=1`);
    await watching(stream, async () => {
      const [first] = await take(stream, 1);
      const { body: patched } = await patch('one', { spec: { size: 5 } });
      await create(aWidget('two'));
      await send({ method: 'DELETE', path: `${widgets}/one` });
      const rest = await take(stream, 3);
      expect([first, ...rest].map(brief)).toEqual([
        ['ADDED', 'one'],
        ['MODIFIED', 'one'],
        ['ADDED', 'two'],
        ['DELETED', 'one'],
      ]);
      expect(rest[0].object).toEqual(patched);
      const versions = rest.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((left, right) => left - right));
      expect(new Set(versions).size).toBe(3);
    });
  });

  it('goes on after a revision without repeating it', async () => {
    const { create, send, widgets } = await open();
    await create(aWidget('one'));
    const { body: list } = await send({ path: widgets });
    await create(aWidget('two'));
    const stream = await watch(server(), `${widgets}?watch=1&resourceVersion=${list.metadata.resourceVersion}`);
    await watching(stream, async () => {
      await create(aWidget('three'));
      expect((await take(stream, 2)).map(brief)).toEqual([
        ['ADDED', 'two'],
        ['ADDED', 'three'],
      ]);
    });
  });

  it('shows an object that comes into the selection as added, one that leaves it as deleted', async () => {
    const { create, patch, send, widgets } = await open();
    const { body: list } = await send({ path: widgets });
    const query = `watch=1&labelSelector=on&resourceVersion=${list.metadata.resourceVersion}`;
    const stream = await watch(server(), `${widgets}?${query}`);
    await watching(stream, async () => {
      await create(aWidget('one'));
      await patch('one', { metadata: { labels: { on: 'yes' } } });
      await patch('one', { spec: { size: 4 } });
      await patch('one', { metadata: { labels: { on: null } } });
      expect((await take(stream, 3)).map(brief)).toEqual([
        ['ADDED', 'one'],
        ['MODIFIED', 'one'],
        ['DELETED', 'one'],
      ]);
    });
  });

  it('watches one object by its name', async () => {
    const { create, widgets } = await open();
    await create(aWidget('one'));
    await create(aWidget('two'));
    const stream = await watch(server(), `${widgets}?watch=1&fieldSelector=metadata.name%3Dtwo`);
    await watching(stream, async () => {
      expect((await take(stream, 1)).map(brief)).toEqual([['ADDED', 'two']]);
    });
  });

  it('sends tables, with the columns in the first event alone', async () => {
    const { create, widgets } = await open();
    await create(aWidget('one'));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const stream = await watch(server(), `${widgets}?watch=1`, { accept });
    await watching(stream, async () => {
      await create(aWidget('two'));
      const events = await take(stream, 2);
      const shown = events.map(({ type, object }) => ({
        type,
        kind: object.kind,
        columns: (object.columnDefinitions ?? []).map(({ name }: Answered) => name),
        cells: object.rows[0].cells.slice(0, 3),
      }));
      expect(shown).toEqual([
        { type: 'ADDED', kind: 'Table', columns: ['Name', 'Color', 'Size', 'Ready', 'Age'], cells: ['one', 'red', 3] },
        { type: 'ADDED', kind: 'Table', columns: [], cells: ['two', 'red', 3] },
      ]);
    });
  });
}

function endingSuite(server: () => ServerHandle, open: () => Promise<Workspace>): void {
  it('ends after timeoutSeconds', async () => {
    const { create, widgets } = await open();
    await create(aWidget('one'));
    const stream = await watch(server(), `${widgets}?watch=1&timeoutSeconds=1`);
    expect((await take(stream, 100)).map(brief)).toEqual([['ADDED', 'one']]);
  });

  it('refuses streaming lists, so that clients fall back to a list', async () => {
    const { send, widgets } = await open();
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { status, body } = await send({ path: `${widgets}?${query}` });
    expect([status, body.reason]).toEqual([422, 'Invalid']);
  });
}
