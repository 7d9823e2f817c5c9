import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleaseDocument } from '../../controller/core/governance.js';
import { firstDeploymentReleases, jump } from '../../controller/core/jump/jump.js';
import { aRelease, chained, governed } from '../support/releases.js';

/** The way as versions, with what is said of its gaps. */
function wayOf(releases: readonly ReleaseDocument[], from: string | undefined, to: string, ...broken: string[]) {
  const { over, undone, gap, missing, broken: found } = jump(governed(releases, ...broken), { from, to });
  const versions = (some: readonly ReleaseDocument[]) => some.map(({ version }) => version);
  return {
    over: versions(over),
    ...(undone.length === 0 ? {} : { undone: versions(undone) }),
    ...(gap === undefined ? {} : { gap }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(found.length === 0 ? {} : { broken: found.map(({ name }) => name) }),
  };
}

const line = chained(...['2.9.0', '2.9.1', '2.9.2', '2.9.3', '2.9.4'].map((version) => aRelease(version)));
const without = (version: string) => line.filter((one) => one.version !== version);

describe('a jump', () => {
  it('goes over every release after the recorded one, up to and including the wanted one, oldest first', () => {
    expect(wayOf(line, '2.9.1', '2.9.4')).toEqual({ over: ['2.9.2', '2.9.3', '2.9.4'] });
  });

  it('follows what releases build on, whatever their numbers say', () => {
    const releases = chained(...['spring', 'rc-10', '1.0', 'a'].map((version) => aRelease(version)));
    expect(wayOf(releases, 'spring', 'a')).toEqual({ over: ['rc-10', '1.0', 'a'] });
  });

  it('needs no Release document of where it comes from', () => {
    expect(wayOf(without('2.9.1'), '2.9.1', '2.9.3')).toEqual({ over: ['2.9.2', '2.9.3'] });
    expect(wayOf(without('2.9.1'), '2.9.1', '2.9.3', '2.9.1')).toEqual({ over: ['2.9.2', '2.9.3'] });
  });

  it('back undoes the releases after the wanted one, newest first', () => {
    expect(wayOf(line, '2.9.4', '2.9.2')).toEqual({ over: [], undone: ['2.9.4', '2.9.3'] });
  });

  it('to where one is goes over nothing', () => {
    expect(wayOf(line, '2.9.2', '2.9.2')).toEqual({ over: [] });
  });

  it('to the first deployment goes over all that the version builds on', () => {
    expect(wayOf(line, undefined, '2.9.2')).toEqual({ over: ['2.9.0', '2.9.1', '2.9.2'] });
  });

  it('to the first deployment of a long line goes over the newest of it, and says so', () => {
    const long = chained(...Array.from({ length: 60 }, (_, at) => aRelease(`1.${at}.0`)));
    const { over, gap } = jump(governed(long), { to: '1.59.0' });
    expect([over.length, over[0]?.version, over.at(-1)?.version, gap]).toEqual([
      firstDeploymentReleases,
      '1.10.0',
      '1.59.0',
      'only the newest 50 releases count',
    ]);
  });

  it('from another branch goes over what came after the release that both build on, and leaves the rest', () => {
    const releases = [
      ...line,
      aRelease('2.9.1-hotfix.1', { previous: '2.9.1' }),
      aRelease('2.9.1-hotfix.2', { previous: '2.9.1-hotfix.1' }),
    ];
    expect(wayOf(releases, '2.9.1-hotfix.2', '2.9.3')).toEqual({
      over: ['2.9.2', '2.9.3'],
      undone: ['2.9.1-hotfix.2', '2.9.1-hotfix.1'],
      gap: '2.9.1-hotfix.2 is not what 2.9.3 builds on: both build on 2.9.1, and 2.9.1-hotfix.1, 2.9.1-hotfix.2 are left behind',
    });
  });

  it('finds the release that both build on where it has no document itself', () => {
    const releases = [aRelease('2.1', { previous: '2.0' }), aRelease('2.0-fix', { previous: '2.0' })];
    expect(wayOf(releases, '2.0-fix', '2.1')).toMatchObject({ over: ['2.1'], undone: ['2.0-fix'] });
  });

  it('over a release without a document counts by version number, and names it', () => {
    expect(wayOf(without('2.9.3'), '2.9.1', '2.9.4')).toEqual({
      over: ['2.9.2', '2.9.4'],
      gap: '2.9.3, on the way to 2.9.4, has no Release document: the order of the version numbers counts',
      missing: ['2.9.3'],
    });
  });

  it('over a gap keeps releases whose versions have no order where they stand', () => {
    const releases = chained(...['2.9.2', 'spring', '2.9.3', 'summer'].map((version) => aRelease(version)));
    expect(wayOf(releases, '2.9.1', 'summer').over).toEqual(['2.9.2', 'spring', '2.9.3', 'summer']);
    expect(wayOf([...releases, aRelease('2.9.4', { previous: 'summer' })], '2.9.2-rc.1', '2.9.4').over).toEqual([
      '2.9.2',
      'spring',
      '2.9.3',
      'summer',
      '2.9.4',
    ]);
  });

  it('counts 2.10 after 2.9, and 5.1 as 5.1.0', () => {
    const releases = ['2.8', '2.9', '2.10', '3.0.0'].map((version) => aRelease(version));
    expect(wayOf(releases, '2.9.0', '3.0')).toMatchObject({ over: ['2.10', '3.0.0'] });
  });

  it('back without a chain undoes by version number', () => {
    const releases = ['2.9.2', '2.9.3', '2.9.4'].map((version) => aRelease(version));
    expect(wayOf(releases, '2.9.4', '2.9.2')).toEqual({
      over: [],
      undone: ['2.9.4', '2.9.3'],
      gap: '2.9.4 does not tell that it builds on 2.9.2: the order of the version numbers counts',
    });
  });

  it('between versions that cannot be ordered goes over all that the wanted one builds on', () => {
    expect(wayOf(chained(aRelease('spring'), aRelease('summer')), 'winter', 'summer')).toEqual({
      over: ['spring', 'summer'],
      gap: 'summer does not tell that it builds on winter, and the two cannot be ordered: all that summer builds on counts',
    });
  });

  it.each([
    ['2.0.0', 'v2.0.0'],
    ['1.0', '1.0.0'],
  ])('between two names of one version number, %s and %s, goes over the wanted one all the same', (from, to) => {
    expect(wayOf([aRelease(from), aRelease(to)], from, to)).toMatchObject({ over: [to] });
  });

  it('tells of a broken release on the way, and of none beside it', () => {
    expect(wayOf(without('2.9.3'), '2.9.1', '2.9.4', '2.9.3')).toMatchObject({ broken: ['2.9.3'] });
    expect(wayOf(without('2.9.3'), undefined, '2.9.4', '2.9.3')).toMatchObject({ broken: ['2.9.3'] });
    expect(wayOf(line, '2.9.1', '2.9.4', '3.0.0')).toEqual({ over: ['2.9.2', '2.9.3', '2.9.4'] });
    expect(wayOf([aRelease('2.9.4')], '2.9.1', '2.9.4', '2.9.2', '3.0.0')).toMatchObject({ broken: ['2.9.2'] });
  });

  it('takes a broken release whose version has no order for one on the way, where version numbers count', () => {
    expect(wayOf([aRelease('2.9.4')], '2.9.1', '2.9.4', 'spring')).toMatchObject({ broken: ['spring'] });
  });

  it('does not miss a release from before where it comes from', () => {
    const releases = [aRelease('2.9.4', { previous: '2.9.2' })];
    expect(wayOf(releases, '2.9.3', '2.9.4').missing).toBeUndefined();
    expect(wayOf(releases, '2.9.1', '2.9.4').missing).toEqual(['2.9.2']);
  });

  it('ends where releases build on each other in a circle', () => {
    const releases = [aRelease('1.1.0', { previous: '1.2.0' }), aRelease('1.2.0', { previous: '1.1.0' })];
    expect(wayOf(releases, '1.0.0', '1.2.0')).toEqual({
      over: ['1.1.0', '1.2.0'],
      gap: 'the releases that 1.2.0 builds on form a circle at 1.2.0: the order of the version numbers counts',
    });
  });

  it('takes a version named like a property of objects for what it is', () => {
    expect(wayOf([], '1.0.0', 'constructor')).toMatchObject({ over: [], missing: ['constructor'] });
  });
});

describe('jumps in parts', () => {
  const count = 12;
  const versions = Array.from({ length: count }, (_, at) => `v${at}`);
  const known = governed(chained(...versions.map((version) => aRelease(version))));
  const at = fc.integer({ min: 0, max: count - 1 });

  it('go over the same releases as the whole, and back over the same', () => {
    fc.assert(
      fc.property(fc.tuple(at, at, at), (three) => {
        const [a = 0, b = 0, c = 0] = [...three].sort((x, y) => x - y);
        const names = (from: number, to: number, part: 'over' | 'undone') =>
          jump(known, { from: `v${from}`, to: `v${to}` })[part].map(({ version }) => version);
        expect([...names(a, b, 'over'), ...names(b, c, 'over')]).toEqual(names(a, c, 'over'));
        expect([...names(c, b, 'undone'), ...names(b, a, 'undone')]).toEqual(names(c, a, 'undone'));
        expect(names(a, c, 'over').reverse()).toEqual(names(c, a, 'undone'));
      }),
    );
  });

  it('end, and repeat no release, for any documents at all', () => {
    const version = fc.constantFrom('1', '1.1', '1.2.0', '2-rc', 'a', 'b', 'c');
    const release = fc.record({ version, previous: fc.option(version, { nil: undefined }) });
    fc.assert(
      fc.property(fc.array(release), fc.option(version, { nil: undefined }), version, (written, from, to) => {
        const documents = written.map(({ version: name, previous }) =>
          aRelease(name, previous === undefined ? {} : { previous }),
        );
        const { over, undone } = jump(governed(documents), { from, to });
        const names = [...over, ...undone].map(({ version: name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});
