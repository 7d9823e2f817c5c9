import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Components, capDelta, computeDelta, countChanges, summariseDelta } from '../../controller/core/delta/compute.js';

const same = { added: 0, removed: 0, upgraded: 0, downgraded: 0, changed: 0, components: [] };

const versions = fc.oneof(
  fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.constantFrom('', '-rc.1', '-rc.2', '-rc.10', '-alpha', '+7', '-rc.1+8'))
    .map(([major, minor, patch, suffix]) => `${major}.${minor}.${patch}${suffix}`),
  fc.constantFrom('2026-11-22', 'build-17', '1.2', 'v1.2.3', 'main'),
);
const components: fc.Arbitrary<Components> = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom('api', 'web', 'crm', '__proto__', 'constructor', 'toString'), fc.string()), versions))
  .map((entries) => Object.fromEntries(entries));

describe('computeDelta', () => {
  it('lists every kind of difference by name, and counts them', () => {
    const from = { crm: '1.9.0', web: '2.0.0', gone: '1.0.0', image: 'build-17', api: '3.1.0' };
    const to = { crm: '1.10.0', web: '1.0.0', fresh: '0.1.0', image: 'build-18', api: '3.1.0' };
    expect(computeDelta(from, to)).toEqual({
      added: 1,
      removed: 1,
      upgraded: 1,
      downgraded: 1,
      changed: 1,
      components: [
        { name: 'crm', change: 'upgraded', from: '1.9.0', to: '1.10.0' },
        { name: 'fresh', change: 'added', to: '0.1.0' },
        { name: 'gone', change: 'removed', from: '1.0.0' },
        { name: 'image', change: 'changed', from: 'build-17', to: 'build-18' },
        { name: 'web', change: 'downgraded', from: '2.0.0', to: '1.0.0' },
      ],
    });
  });

  it('takes everything as added where nothing was before, and as removed where nothing comes', () => {
    expect(computeDelta(undefined, { api: '1.0.0' })).toEqual({
      ...same,
      added: 1,
      components: [{ name: 'api', change: 'added', to: '1.0.0' }],
    });
    expect(computeDelta({ api: '1.0.0' }, undefined)).toEqual({
      ...same,
      removed: 1,
      components: [{ name: 'api', change: 'removed', from: '1.0.0' }],
    });
  });

  it('keeps names apart that an object inherits', () => {
    const from = Object.fromEntries([['__proto__', '1.0.0']]);
    expect(computeDelta(from, { constructor: '1.0.0' } as unknown as Components).components).toEqual([
      { name: '__proto__', change: 'removed', from: '1.0.0' },
      { name: 'constructor', change: 'added', to: '1.0.0' },
    ]);
  });

  it.each([
    ['1.0.0-alpha', '1.0.0-alpha.1', 'upgraded'],
    ['1.0.0-alpha.1', '1.0.0-alpha.beta', 'upgraded'],
    ['1.0.0-alpha.beta', '1.0.0-beta', 'upgraded'],
    ['1.0.0-beta.2', '1.0.0-beta.11', 'upgraded'],
    ['1.0.0-rc.1', '1.0.0', 'upgraded'],
    ['1.0.0', '1.0.1-rc.1', 'upgraded'],
    ['1.0.0', '1.0.0-rc.1', 'downgraded'],
    ['1.0.0+7', '1.0.0+8', 'changed'],
    ['1.0.0-rc.1+8', '1.0.0-rc.2+1', 'upgraded'],
    ['v1.2.3', 'v1.3.0', 'upgraded'],
    ['v1.2.3', '1.2.3', 'changed'],
    ['1.2', '1.3', 'changed'],
    ['1.0.0', 'main', 'changed'],
    ['1.0.0', '1.0.99999999999999999999', 'changed'],
  ])('calls %s → %s %s', (from, to, change) => {
    expect(computeDelta({ api: from }, { api: to }).components).toEqual([{ name: 'api', change, from, to }]);
  });

  it('finds nothing between a set of components and itself', () => {
    fc.assert(
      fc.property(components, (a) => {
        expect(computeDelta(a, { ...a })).toEqual(same);
      }),
    );
  });

  it('turns around when its sides are swapped', () => {
    fc.assert(
      fc.property(components, components, (a, b) => {
        const there = computeDelta(a, b);
        const back = computeDelta(b, a);
        const turned = { added: 'removed', removed: 'added', upgraded: 'downgraded', downgraded: 'upgraded', changed: 'changed' };
        expect(back.components.map(({ name, change }) => [name, change])).toEqual(
          there.components.map(({ name, change }) => [name, turned[change]]),
        );
      }),
    );
  });

  it('names each component that differs once, in order, and its counts add up', () => {
    fc.assert(
      fc.property(components, components, (a, b) => {
        const delta = computeDelta(a, b);
        const names = delta.components.map(({ name }) => name);
        const left = new Map(Object.entries(a));
        const right = new Map(Object.entries(b));
        const different = [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
        expect(names).toEqual(different.sort());
        expect(countChanges(delta)).toBe(names.length);
        for (const change of ['added', 'removed', 'upgraded', 'downgraded', 'changed'] as const)
          expect(delta[change]).toBe(delta.components.filter((component) => component.change === change).length);
      }),
    );
  });
});

describe('capDelta', () => {
  const many = computeDelta(undefined, Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`c${100 + i}`, '1.0.0'])));

  it('keeps the counts and the first components', () => {
    expect(capDelta(many, 50)).toEqual({ ...many, components: many.components.slice(0, 50) });
  });

  it('leaves a delta alone that is just as long', () => {
    expect(capDelta(many, 51)).toBe(many);
  });
});

describe('summariseDelta', () => {
  it('names what there is and nothing else', () => {
    expect(summariseDelta({ ...same, upgraded: 3, added: 1 })).toBe('3 upgraded, 1 added');
    expect(summariseDelta({ ...same, downgraded: 1, changed: 2, removed: 4 })).toBe('1 downgraded, 2 changed, 4 removed');
    expect(summariseDelta(same)).toBe('no component changes');
  });
});
