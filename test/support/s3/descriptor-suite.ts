import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { DescriptorStore } from './stores.js';

export const namespace = 'towpath';
export const components = { crm: '1.9.0', web: '2.0.0' };
export const text = JSON.stringify({ components });
const limit = 1024 * 1024;

/** Reads a key of the store as the loop does. */
export function read(store: DescriptorStore, key: string) {
  return store.descriptors.read({ namespace, bucket: store.bucket, key }, new AbortController().signal);
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What holds of a folder holds of a bucket. */
export function behavesLikeABucket(open: () => DescriptorStore): void {
  it('reads a descriptor with the digest of its bytes', async () => {
    await open().put('loyalty/2.9.3.json', text);
    expect(await read(open(), 'loyalty/2.9.3.json')).toMatchObject({
      state: 'found',
      descriptor: { key: 'loyalty/2.9.3.json', sha256: sha256(text), components, content: { components } },
    });
  });

  it('tells bytes apart that mean the same', async () => {
    const spaced = JSON.stringify({ components }, undefined, 2);
    await open().put('spaced.json', spaced);
    expect(await read(open(), 'spaced.json')).toMatchObject({ descriptor: { sha256: sha256(spaced), components } });
  });

  it('sees at once what was overwritten, deleted and put back', async () => {
    const newer = JSON.stringify({ components: { crm: '2.0.0' } });
    await open().put('moving.json', text);
    expect(await read(open(), 'moving.json')).toMatchObject({ descriptor: { components } });
    await open().put('moving.json', newer);
    expect(await read(open(), 'moving.json')).toMatchObject({ descriptor: { components: { crm: '2.0.0' } } });
    await open().remove('moving.json');
    expect(await read(open(), 'moving.json')).toMatchObject({ state: 'missing' });
    await open().put('moving.json', text);
    expect(await read(open(), 'moving.json')).toMatchObject({ descriptor: { components } });
  });

  it('calls a key missing that was never there, and names it', async () => {
    const reading = await read(open(), 'loyalty/0.0.0.json');
    expect(reading).toMatchObject({ state: 'missing', message: expect.stringContaining('"loyalty/0.0.0.json"') });
  });

  it.each(['a b+c%20d.json', 'ünïcode/版本.json', 'question?mark&and=hash#.json', '...json'])('reads the key %s', async (key) => {
    await open().put(key, text);
    expect(await read(open(), key)).toMatchObject({ state: 'found', descriptor: { key } });
  });

  it.each(['', '..', '../secret.json', 'loyalty/../../secret.json', './x.json', 'a/./b', 'a\u0000b', 'a\nb', 'k'.repeat(1025)])(
    'refuses the key %.20j',
    async (key) => {
      expect(await read(open(), key)).toMatchObject({ state: 'invalid' });
    },
  );

  it.each([
    ['half a document', text.slice(0, 12)],
    ['an empty object', ''],
    ['a version that is no text', '{"components": {"crm": 2.9}}'],
    ['a list', '[]'],
    ['something else than text', new Uint8Array([0xff, 0xfe, 0x00])],
  ])('calls %s invalid', async (_, content) => {
    await open().put('broken.json', content);
    expect(await read(open(), 'broken.json')).toMatchObject({
      state: 'invalid',
      message: expect.stringContaining('broken.json'),
    });
  });

  it('reads 1 MiB and not a byte more', async () => {
    const largest = text.padEnd(limit, ' ');
    await open().put('largest.json', largest);
    await open().put('larger.json', `${largest} `);
    expect(await read(open(), 'largest.json')).toMatchObject({ state: 'found', descriptor: { sha256: sha256(largest) } });
    expect(await read(open(), 'larger.json')).toEqual({ state: 'invalid', message: '"larger.json" is larger than 1 MiB' });
  });

  it('holds a descriptor to the product and version that are asked for, if any are', async () => {
    await open().put('named.json', JSON.stringify({ product: 'loyalty', version: '2.9.3', components }));
    const ask = (expected: object) =>
      open().descriptors.read({ namespace, bucket: open().bucket, key: 'named.json', ...expected }, new AbortController().signal);
    expect(await ask({})).toMatchObject({ state: 'found' });
    expect(await ask({ product: 'loyalty', version: '2.9.3' })).toMatchObject({ state: 'found' });
    expect(await ask({ product: 'loyalty', version: '2.9.4' })).toMatchObject({ state: 'invalid' });
    expect(await ask({ product: 'analytics' })).toMatchObject({ state: 'invalid' });
  });

  it('reads YAML as well, with whatever else is known of a component', async () => {
    const yaml = 'components:\n  crm: {version: 1.9.0, image: acme/crm}\n  web: 2.0.0\n';
    await open().put('plain.yaml', yaml);
    expect(await read(open(), 'plain.yaml')).toMatchObject({ descriptor: { sha256: sha256(yaml), components } });
  });

  it('throws the reason of a signal that is aborted', async () => {
    const reason = new Error('the pass is over');
    const reading = open().descriptors.read({ namespace, bucket: open().bucket, key: 'x' }, AbortSignal.abort(reason));
    await expect(reading).rejects.toBe(reason);
  });
}
