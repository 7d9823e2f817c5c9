import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { toFailure } from '../../controller/kube/failure.js';
import { Reflector, type ReflectorOptions, usualTimings } from '../../controller/kube/reflector.js';
import type { RawObject } from '../../controller/kube/resource-cache.js';
import { watchEvents } from '../../controller/kube/watch-events.js';

/** What a scripted server does, one entry a request: these answers cannot be provoked at will in a real one. */
type Answer = { list: object } | { watch: readonly string[] } | { fail: Error };

const named = (name: string, version: number): RawObject => ({
  metadata: { name, namespace: 'default', resourceVersion: String(version) },
});
const page = (version: number, items: RawObject[], next = ''): Answer => ({
  list: { metadata: { resourceVersion: String(version), continue: next }, items },
});
const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;
const status = (code: number, reason: string) => ({ kind: 'Status', code, reason });
const refusal = (code: number) => ({ fail: toFailure('watch', { code, text: JSON.stringify(status(code, '')) }) });

/** Runs a reflector through the script, and tells what it asked and what its sink holds in the end. */
async function follow(script: readonly Answer[], options: Partial<Pick<ReflectorOptions, 'random'>> = {}) {
  const asked: string[] = [];
  const held = new Map<string, string>();
  const stop = new AbortController();
  const rest = [...script];
  const next = (what: string): Answer => {
    const answer = rest.shift();
    if (answer !== undefined) asked.push(what);
    else stop.abort();
    return answer ?? { fail: new ReconcileError('Interrupted', 'the script is over') };
  };
  const client = {
    request: async ({ query }: { query?: Record<string, unknown> }) => {
      const answer = next(query?.continue === undefined ? 'list' : `list on from ${query.continue}`);
      if ('fail' in answer) throw answer.fail;
      return 'list' in answer ? answer.list : {};
    },
    watch: async ({ query }: { query?: Record<string, unknown> }) => {
      const answer = next(`watch from ${query?.resourceVersion}`);
      if ('fail' in answer) throw answer.fail;
      return watchEvents(chunks('watch' in answer ? answer.watch : []));
    },
  };
  const put = ({ metadata }: RawObject) => held.set(metadata.name, metadata.resourceVersion ?? '');
  const reflector = new Reflector({
    client: client as unknown as ReflectorOptions['client'],
    name: 'widgets',
    path: '/widgets',
    timings: { ...usualTimings, firstBackoffMs: 1, maxBackoffMs: 4 },
    random: () => 0,
    onState: () => undefined,
    sink: {
      startReplacing: () => undefined,
      replace: (objects) => {
        held.clear();
        objects.forEach(put);
      },
      observe: put,
      observeDeleted: ({ metadata }) => held.delete(metadata.name),
    },
    ...options,
  });
  await reflector.run(stop.signal, () => undefined);
  return { asked, held: Object.fromEntries(held) };
}

async function* chunks(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe('a reflector', () => {
  it('goes on where a watch ended, bookmarks included', async () => {
    const first = { watch: [event('ADDED', named('a', 11)), event('BOOKMARK', { metadata: { resourceVersion: '30' } })] };
    const second = { watch: [event('DELETED', named('a', 31)), event('ADDED', named('b', 32))] };
    expect(await follow([page(10, []), first, second, { watch: [] }])).toEqual({
      asked: ['list', 'watch from 10', 'watch from 30', 'watch from 32'],
      held: { b: '32' },
    });
  });

  it('puts pages together, and starts over when the place to go on from is too old', async () => {
    const script = [page(10, [named('a', 1)], 'x'), refusal(410), page(12, [named('a', 1)], 'y'), page(12, [named('b', 2)])];
    expect(await follow(script)).toEqual({
      asked: ['list', 'list on from x', 'list', 'list on from y'],
      held: { a: '1', b: '2' },
    });
  });

  it.each([
    ['an answer 410', refusal(410)],
    ['an event that says 410', { watch: [event('ERROR', status(410, 'Expired'))] }],
    ['a version from the future', refusal(504)],
    ['a silence', { fail: Object.assign(new Error('silent'), { code: 'UND_ERR_BODY_TIMEOUT' }) }],
  ])('lists again after %s', async (_what, answer) => {
    const script = [page(10, [named('a', 1)]), answer, page(40, [named('b', 40)]), { watch: [event('ADDED', named('c', 41))] }];
    expect(await follow(script)).toEqual({
      asked: ['list', 'watch from 10', 'list', 'watch from 40'],
      held: { b: '40', c: '41' },
    });
  });

  it.each([
    ['an event that says 500', { watch: [event('ERROR', status(500, 'InternalError'))] }],
    ['an answer 503', refusal(503)],
    ['an answer 403', refusal(403)],
    ['a network error', { fail: Object.assign(new Error('fetch failed'), { code: 'ECONNREFUSED' }) }],
    ['a line that is no JSON', { watch: ['<html>\n'] }],
    ['an event without an object', { watch: [`${JSON.stringify({ type: 'ADDED' })}\n`] }],
    ['an end without a word', { watch: [] }],
  ])('watches again, without a list, after %s', async (_what, answer) => {
    const script = [page(10, []), answer, { watch: [event('ADDED', named('a', 11))] }];
    expect(await follow(script)).toEqual({ asked: ['list', 'watch from 10', 'watch from 10'], held: { a: '11' } });
  });

  it('reads events that are cut anywhere, inside a character too', async () => {
    const bytes = new TextEncoder().encode(event('ADDED', named('käse', 11)) + event('ADDED', named('b', 12)));
    const names: string[] = [];
    for await (const batch of watchEvents(singleBytes(bytes))) names.push(...batch.map(({ object }) => object.metadata.name));
    expect(names).toEqual(['käse', 'b']);
  });
});

async function* singleBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (const byte of bytes) yield Uint8Array.of(byte);
}
