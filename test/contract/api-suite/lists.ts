import { describe, expect, it } from 'vitest';
import type { Answered, ServerHandle } from './client.js';
import { aWidget, openWorkspace, statusOf, type Workspace } from './widgets.js';

const names = (body: Answered): string[] => body.items.map((item: Answered) => item.metadata.name);

async function withFive(server: ServerHandle): Promise<Workspace> {
  const workspace = await openWorkspace(server, 'lists');
  for (const [index, name] of ['e', 'c', 'a', 'd', 'b'].entries()) {
    const labels = { index: String(index), half: index < 3 ? 'first' : 'second', ...(name === 'a' ? { vowel: '' } : {}) };
    await workspace.create(aWidget(name, { metadata: { labels } }));
  }
  return workspace;
}

/** Lists: order, pages, selectors. */
export function listSuite(server: () => ServerHandle): void {
  describe('lists', () => {
    it('lists by name, with the revision that a watch can start from', async () => {
      const { send, widgets } = await withFive(server());
      const { body } = await send({ path: widgets });
      expect([body.kind, body.apiVersion, names(body)]).toEqual([
        'WidgetList',
        'suite.towpath.dev/v1',
        ['a', 'b', 'c', 'd', 'e'],
      ]);
      expect(body.metadata.resourceVersion).toMatch(/^[1-9][0-9]*$/);
    });

    it('serves all pages of a list as of one revision', async () => {
      const { send, widgets, create } = await withFive(server());
      const first = await send({ path: `${widgets}?limit=2` });
      await send({ method: 'DELETE', path: `${widgets}/c` });
      await create(aWidget('bb'));
      const token = encodeURIComponent(first.body.metadata.continue);
      const second = await send({ path: `${widgets}?limit=2&continue=${token}` });
      const third = await send({ path: `${widgets}?limit=2&continue=${encodeURIComponent(second.body.metadata.continue)}` });
      expect([first, second, third].map(({ body }) => names(body))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      expect(first.body.metadata.remainingItemCount).toBe(3);
      expect(new Set([first, second, third].map(({ body }) => body.metadata.resourceVersion)).size).toBe(1);
      expect(third.body.metadata.continue ?? '').toBe('');
    });

    it.each([
      ['labelSelector=half=first', ['a', 'c', 'e']],
      ['labelSelector=half!=first', ['b', 'd']],
      ['labelSelector=index in (0,4),half', ['b', 'e']],
      ['labelSelector=index notin (0,4)', ['a', 'c', 'd']],
      ['labelSelector=vowel', ['a']],
      ['labelSelector=!vowel', ['b', 'c', 'd', 'e']],
      ['labelSelector=vowel=', ['a']],
      ['fieldSelector=metadata.name=c', ['c']],
      ['fieldSelector=metadata.name!=c', ['a', 'b', 'd', 'e']],
    ])('selects by %s', async (query, expected) => {
      const { send, widgets } = await withFive(server());
      const { body } = await send({ path: `${widgets}?${encodeURI(query)}` });
      expect(names(body)).toEqual(expected);
    });

    it.each([
      ['fieldSelector=spec.size%3D3', 400, 'field label not supported: spec.size'],
      ['fieldSelector=abc', 400, "invalid selector: 'abc'; can't understand 'abc'"],
      ['limit=abc', 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
      [
        'resourceVersionMatch=Exact',
        422,
        'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ],
    ])('refuses %s', async (query, code, message) => {
      const { send, widgets } = await openWorkspace(server(), 'lists');
      const answer = await send({ path: `${widgets}?${query}` });
      expect([answer.status, statusOf(answer).message]).toEqual([code, message]);
    });

    it('refuses a label selector that it cannot read', async () => {
      const { send, widgets } = await openWorkspace(server(), 'lists');
      const answer = await send({ path: `${widgets}?labelSelector=a%20b` });
      expect([answer.status, answer.body.reason]).toEqual([400, 'BadRequest']);
    });

    it('says that a revision has not happened yet', async () => {
      const { send, widgets } = await openWorkspace(server(), 'lists');
      const { status, body } = await send({ path: `${widgets}?resourceVersion=99999999` });
      expect([status, body.reason, body.details]).toEqual([
        504,
        'Timeout',
        { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
      ]);
    });

    it('shows one page of all namespaces', async () => {
      const { namespace, send } = await withFive(server());
      const { body } = await send({ path: `/apis/suite.towpath.dev/v1/widgets?fieldSelector=metadata.namespace%3D${namespace}` });
      expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });
  });
}
