import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourcesIn } from './sources.js';

/** What the program reads beside itself: entries at the top of the repository, named in files that ask where they stand. */
function readAtRunTime(): string[] {
  const shipped = ['crds', 'docs', 'examples/ci', 'manifests', 'package.json', 'schemas', 'test'];
  const texts = sourcesIn('controller')
    .map(({ text }) => text)
    .filter((text) => text.includes('import.meta.url'));
  return shipped.filter((entry) => texts.some((text) => text.includes(`../${entry}`) || text.includes(`}${entry}`)));
}

describe('the image', () => {
  const [, last = ''] = readFileSync('Dockerfile', 'utf8').split(/^FROM .*$(?![\s\S]*^FROM )/m);
  const copied = [...last.matchAll(/^COPY (?:--from=build )?(\S+) (\S+)$/gm)].map(([, from = '', to]) => ({ from, to }));

  it('holds, in the place where it is looked for, what the program reads beside itself', () => {
    const wanted = readAtRunTime();
    expect(wanted).toEqual(['crds', 'examples/ci', 'package.json']);
    const missing = wanted.filter(
      (entry) => !copied.some(({ from, to }) => from.replace('/app/', '') === entry && (to === './' || to === `./${entry}`)),
    );
    expect(missing).toEqual([]);
  });

  it('is built from nothing that is ignored', () => {
    const included = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const fromTree = copied.filter(({ from }) => !from.startsWith('/app/')).map(({ from }) => from);
    expect(fromTree.filter((entry) => !included.includes(entry))).toEqual([]);
  });
});
