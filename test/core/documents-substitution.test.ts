import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeholderNames, placeholders, substitute } from '../../controller/core/substitution.js';

describe('substitution', () => {
  it('puts values where their names stand', () => {
    expect(substitute('${product}/${version}.json', { product: 'shop', version: '2.9.3' })).toBe('shop/2.9.3.json');
  });

  it('never looks at what it has put in', () => {
    expect(substitute('${product}${version}', { product: '${version}', version: '$${product}' })).toBe('${version}$${product}');
  });

  it('leaves alone what is no placeholder, and makes $${ the characters ${', () => {
    expect(substitute('$5 $$ {a} $${product} ${other} ${', { product: 'shop' })).toBe('$5 $$ {a} ${product} ${other} ${');
  });

  it('makes a name without a value empty: a shared environment has no client', () => {
    expect(substitute('[${client}]', {})).toBe('[]');
  });

  it('lists placeholders with their places, known or not, closed or not', () => {
    expect(placeholders('a${product}$${x}${toString}${open')).toEqual([
      { name: 'product', at: 1, closed: true },
      { name: 'toString', at: 16, closed: true },
      { name: 'open', at: 27, closed: false },
    ]);
  });

  it('gives back any text that holds no placeholder', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${'));
        expect([substitute(text, { product: 'x' }), placeholders(text)]).toEqual([text, []]);
      }),
    );
  });

  it('knows every name of its list', () => {
    const values = Object.fromEntries(placeholderNames.map((name) => [name, `<${name}>`]));
    expect(placeholderNames.map((name) => substitute(`\${${name}}`, values))).toEqual(
      placeholderNames.map((name) => `<${name}>`),
    );
  });
});
