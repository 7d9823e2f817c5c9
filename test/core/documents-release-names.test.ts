import { describe, expect, it } from 'vitest';
import { load, release, sentences, valid, version } from './documents-fixture.js';

const named = (name: string) => release.replace('{name: 2.9.3}', `{name: "${name}"}`);

describe('the name of a release in the cluster', () => {
  it('is of one release alone: two that have the same are both refused, and each names the other', () => {
    const files = { ...valid, 'one.yaml': named('3.0.0+a'), 'two.yaml': named('3.0.0_A') };
    expect(sentences(files).filter((one) => one.includes('same name'))).toEqual([
      'one.yaml:3:18 metadata.name: releases "3.0.0+a" and "3.0.0_A" (two.yaml:3:18) have the same name in the cluster, shop.3.0.0-a; rename one',
      'two.yaml:3:18 metadata.name: releases "3.0.0_A" and "3.0.0+a" (one.yaml:3:18) have the same name in the cluster, shop.3.0.0-a; rename one',
    ]);
    expect(
      load(files)
        .governance.broken.map(({ name }) => name)
        .sort(),
    ).toEqual(['3.0.0+a', '3.0.0_A']);
  });

  it('is one that the cluster takes', () => {
    expect(sentences({ ...valid, 'odd.yaml': named('3..0') })).toEqual([
      'odd.yaml:3:18 metadata.name: "3..0" gives no name in the cluster: between dots, a version there begins and ends with a letter or digit',
    ]);
  });

  it('may be that of a version without a document, which is told with a warning, and deploys', () => {
    const files = { ...valid, 'plus.yaml': named('3.0.0+a'), 'version.yaml': version.replace('2.9.3', '3.0.0-a') };
    const found = load(files);
    expect(found.findings.map(({ severity, message }) => [severity, message])).toContainEqual([
      'warning',
      '"3.0.0-a" has the same name in the cluster as release "3.0.0+a" (plus.yaml:3:18), shop.3.0.0-a',
    ]);
    expect(found.environments.map((one) => one.version)).toContain('3.0.0-a');
  });
});
