import { describe, expect, it } from 'vitest';
import type { ServerHandle } from './client.js';
import { aConfigMap, aWidget, jsonPatch, openWorkspace, strategicPatch } from './widgets.js';

/** JSON patch, merge patch and strategic merge patch. */
export function patchSuite(server: () => ServerHandle): void {
  describe('patches', () => {
    const open = () => openWorkspace(server(), 'patches');

    it('merges objects, replaces lists and removes by null (RFC 7386)', async () => {
      const { create, patch } = await open();
      await create(aWidget('one', { spec: { color: 'red', settings: { a: '1', b: '2' }, words: ['x', 'y'] } }));
      const { body } = await patch('one', { spec: { settings: { a: null, c: '3' }, words: ['z'] } });
      expect(body.spec).toEqual({ color: 'red', size: 3, nested: { depth: 1 }, settings: { b: '2', c: '3' }, words: ['z'] });
    });

    it('performs the operations of a JSON patch in order (RFC 6902)', async () => {
      const { create, patch } = await open();
      await create(aWidget('one', { spec: { color: 'red', words: ['b'], settings: { 'a/b~c': 'x' } } }));
      const { body } = await patch(
        'one',
        [
          { op: 'test', path: '/spec/color', value: 'red' },
          { op: 'add', path: '/spec/words/0', value: 'a' },
          { op: 'add', path: '/spec/words/-', value: 'c' },
          { op: 'remove', path: '/spec/words/1' },
          { op: 'move', from: '/spec/settings/a~1b~0c', path: '/spec/settings/moved' },
          { op: 'copy', from: '/spec/color', path: '/spec/settings/copied' },
          { op: 'replace', path: '/spec/size', value: 7 },
        ],
        { type: jsonPatch },
      );
      expect(body.spec).toEqual({
        color: 'red',
        size: 7,
        nested: { depth: 1 },
        words: ['a', 'c'],
        settings: { moved: 'x', copied: 'red' },
      });
    });

    it.each([
      [[{ op: 'test', path: '/spec/size', value: 99 }], 422],
      [[{ op: 'remove', path: '/spec/none' }], 422],
      [[{ op: 'replace', path: '/metadata/name', value: 'other' }], 400],
      [{ spec: {} }, 400],
    ])('refuses the JSON patch %j', async (body, code) => {
      const { create, patch } = await open();
      await create(aWidget('one'));
      expect((await patch('one', body, { type: jsonPatch })).status).toBe(code);
    });

    it('does not know strategic merge patches of custom resources', async () => {
      const { create, patch } = await open();
      await create(aWidget('one'));
      const { status, body } = await patch('one', {}, { type: strategicPatch });
      expect([status, body.message]).toEqual([
        415,
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      ]);
    });

    it('merges built-in types strategically', async () => {
      const { send, configMaps } = await open();
      const owner = (uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: 'n', uid });
      const metadata = { ownerReferences: [owner('u1')], labels: { a: '1' } };
      await send({ method: 'POST', path: configMaps, body: aConfigMap('one', { k: 'v', gone: 'x' }, metadata) });
      const patch = { metadata: { ownerReferences: [owner('u2')], labels: { b: '2' } }, data: { gone: null, more: 'y' } };
      const { body } = await send({ method: 'PATCH', path: `${configMaps}/one`, body: patch, type: strategicPatch });
      const uids = body.metadata.ownerReferences.map(({ uid }: { uid: string }) => uid).sort();
      expect([body.data, body.metadata.labels, uids]).toEqual([{ k: 'v', more: 'y' }, { a: '1', b: '2' }, ['u1', 'u2']]);
    });

    it('refuses force where nothing is applied', async () => {
      const { create, patch } = await open();
      await create(aWidget('one'));
      const { body } = await patch('one', {}, { query: '?force=true' });
      expect(body.message).toBe(
        'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
      );
    });
  });
}
