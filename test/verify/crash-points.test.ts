import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Listed {
  readonly point: string;
  readonly file: string;
  readonly title: string;
}

const page = readFileSync('docs/crash-points.md', 'utf8');
const points = [...page.matchAll(/^\| ([A-Z]\d) /gm)].map(([, point = '']) => point);
const listed: Listed[] = [...page.matchAll(/^\| ([A-Z]\d) \| `([^`]+)` \| (.+) \|$/gm)].map(
  ([, point = '', file = '', title = '']) => ({ point, file, title }),
);

/** The titles of tests in a file, and of the rows of their tables. */
const titlesIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bit(?:\.each\([^\n]*\))?\(\s*|\bwhat: )(['"])(.*?)\1,/g)].map(
    ([, , title = '']) => title,
  );

describe('the table of crash points', () => {
  it('has a test for each of them', () => {
    const expected = 'C1 C2 C3 C4 C5 C6 J1 J2 J3 J4 J5 J6 N1 D1 D2 A1'.split(' ');
    expect([...new Set(points)]).toEqual(expected);
    expect([...new Set(listed.map(({ point }) => point))].sort()).toEqual([...expected].sort());
  });

  it('names tests that exist, each under the point that leads its title', () => {
    const missing = listed.filter(({ point, file, title }) => !title.startsWith(`${point}: `) || !titlesIn(file).includes(title));
    expect(missing).toEqual([]);
  });

  it('names every test that is about one of them', () => {
    const files = [...new Set(listed.map(({ file }) => file))];
    const found = files.flatMap((file) => titlesIn(file).filter((title) => /^[A-Z]\d: /.test(title)));
    expect(found.filter((title) => !listed.some((one) => one.title === title))).toEqual([]);
    expect(found.length).toBe(listed.length);
  });
});
