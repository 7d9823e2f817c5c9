import { describe, expect, it } from 'vitest';
import { parseDescriptor } from '../../controller/core/documents/descriptor.js';

const expected = { product: 'loyalty', version: '2.9.3', key: 'loyalty/2.9.3.json' };
const parse = (text: string) => parseDescriptor(text, expected);
const many = Array.from({ length: 1_001 }, (_, index) => `"c${index}":"1.0.0"`).join(',');

describe('a descriptor', () => {
  it('pins the version of each component, whatever else it holds', () => {
    const content = {
      product: 'loyalty',
      version: '2.9.3',
      built: { by: 'ci', number: 7 },
      components: { crm: '5.1.0', rating: { version: '0.9.0', image: 'x' } },
    };
    expect(parse(JSON.stringify(content))).toEqual({ components: { crm: '5.1.0', rating: '0.9.0' }, content });
  });

  it('may be YAML, and need not name its product', () => {
    expect(parse('\ufeffcomponents:\n  crm: 5.1.0\n')).toEqual({
      components: { crm: '5.1.0' },
      content: { components: { crm: '5.1.0' } },
    });
  });

  it.each([
    ['', 'loyalty/2.9.3.json is empty'],
    ['[]', 'loyalty/2.9.3.json:1:1 is a list; it should be a mapping'],
    ['{}', 'loyalty/2.9.3.json:1:1 components: is missing'],
    ['{"components": {}}', 'loyalty/2.9.3.json:1:16 components: holds less than 1 entry'],
    ['{"components": {"crm": 2.10}}', 'loyalty/2.9.3.json:1:24 components.crm: 2.10 is a number (2.1): write "2.10"'],
    ['{"components": {"crm": {"v": "1"}}}', 'loyalty/2.9.3.json:1:17 components.crm.version: is missing'],
    ['{"components": {"crm": "", "a b": "x y"}}', 'loyalty/2.9.3.json:1:24 components.crm: is empty (and 1 more)'],
    [
      '{"components": {"crm": "1", "crm": "2"}}',
      'loyalty/2.9.3.json:1:29 components.crm: "crm" is written twice; the first is at 1:17',
    ],
    ['{"components": {"crm": "1"}', 'loyalty/2.9.3.json:1:28 is no valid YAML: Flow map must end with a }'],
    ['components: {crm: "1"}\n---\n', 'loyalty/2.9.3.json holds more than one document'],
    [`{"components": {${many}}}`, 'loyalty/2.9.3.json:1:16 components: holds more than 1000 entries'],
    [
      '{"product": "loyalt", "components": {"crm": "1"}}',
      'loyalty/2.9.3.json:1:13 product: "loyalt" is not the product asked for, "loyalty"',
    ],
    [
      '{"version": "2.9.4", "components": {"crm": "1"}}',
      'loyalty/2.9.3.json:1:13 version: "2.9.4" is not the version asked for, "2.9.3"',
    ],
    [`{"components": ${'['.repeat(5_000)}`, 'loyalty/2.9.3.json:1:117 is nested more than 100 deep'],
  ])('says where it is wrong: %.50s', (text, problem) => {
    expect(parse(text)).toEqual({ problem });
  });
});
