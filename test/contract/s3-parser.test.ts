import { describe, expect, it } from 'vitest';
import { createDescriptorParser } from '../../controller/s3/descriptor-reading.js';

const object = (content: object) => ({ state: 'found' as const, bytes: Buffer.from(JSON.stringify(content)) });
const descriptor = object({ product: 'loyalty', version: '2.9.3', components: { crm: '1.9.0' } });

function contentOf(reading: ReturnType<ReturnType<typeof createDescriptorParser>['parse']>): unknown {
  return reading.state === 'found' ? reading.descriptor.content : reading;
}

describe('the parser of descriptors', () => {
  it('parses the same bytes once', () => {
    const parser = createDescriptorParser();
    const first = contentOf(parser.parse(descriptor, { key: 'a.json' }));
    expect(contentOf(parser.parse({ ...descriptor, bytes: Buffer.from(descriptor.bytes) }, { key: 'a.json' }))).toBe(first);
  });

  it('judges the same bytes anew for another key, product or version', () => {
    const parser = createDescriptorParser();
    const answers = [
      { key: 'a.json' },
      { key: 'b.json', product: 'analytics' },
      { key: 'b.json', version: '2.9.4' },
      { key: 'b.json', product: 'loyalty', version: '2.9.3' },
    ].map((expected) => parser.parse(descriptor, expected));
    expect(answers.map(({ state }) => state)).toEqual(['found', 'invalid', 'invalid', 'found']);
    expect(answers[1]).toMatchObject({ message: expect.stringContaining('b.json') });
  });

  it('gives the version of the object that was read, not of one that was parsed before', () => {
    const parser = createDescriptorParser();
    parser.parse({ ...descriptor, versionId: 'v1' }, { key: 'a.json' });
    expect(parser.parse({ ...descriptor, versionId: 'v2' }, { key: 'a.json' })).toHaveProperty('descriptor.versionId', 'v2');
    expect(parser.parse(descriptor, { key: 'a.json' })).not.toHaveProperty('descriptor.versionId');
  });

  it('forgets what was not asked for longest, and what does not fit', () => {
    const other = object({ components: { crm: '2.0.0' } });
    const parser = createDescriptorParser(descriptor.bytes.length + other.bytes.length - 1);
    const first = contentOf(parser.parse(descriptor, { key: 'a.json' }));
    parser.parse(other, { key: 'a.json' });
    expect(contentOf(parser.parse(descriptor, { key: 'a.json' }))).not.toBe(first);
    const forgetful = createDescriptorParser(0);
    const again = contentOf(forgetful.parse(descriptor, { key: 'a.json' }));
    expect(contentOf(forgetful.parse(descriptor, { key: 'a.json' }))).not.toBe(again);
  });
});
