import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gates } from '../../controller/core/gates/evaluate.js';

interface Listed {
  readonly gate: string;
  readonly column: string;
  readonly file: string;
  readonly title: string;
}

const columns = ['opens', 'closes', 'explains', 'next change', 'fails closed'];
const page = readFileSync('docs/gates.md', 'utf8');
const rows = [...page.matchAll(/^\| \[`([a-z-]+)`\]\([^)]+\) \| (.+) \|$/gm)].map(([, gate = '', cells = '']) => ({
  gate,
  cells: cells.split(' | '),
}));
const listed: Listed[] = [...page.matchAll(/^\| ([a-z-]+) \| ([a-z ]+) \| `([^`]+)` \| (.+) \|$/gm)].map(
  ([, gate = '', column = '', file = '', title = '']) => ({ gate, column, file, title }),
);
const names = gates.map(([name]) => name);

/** The titles of tests in a file. */
const titlesIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\bit(?:\.each\([^\n]*\))?\(\s*(['"])(.*?)\1,/g)].map(([, , title = '']) => title);

describe('the table of gates', () => {
  it('has a row for each gate, in the order in which they are judged, with every cell filled', () => {
    expect(rows.map(({ gate }) => gate)).toEqual(names);
    expect(rows.filter(({ cells }) => cells.length !== 6 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  });

  it('has a test for each of the five columns of each gate, and for nothing else', () => {
    const cells = new Set(listed.map(({ gate, column }) => `${gate}: ${column}`));
    expect([...cells].sort()).toEqual(names.flatMap((gate) => columns.map((column) => `${gate}: ${column}`)).sort());
  });

  it('names tests that exist, each once in its cell', () => {
    expect(listed.filter(({ file, title }) => !titlesIn(file).includes(title))).toEqual([]);
    expect(new Set(listed.map((one) => JSON.stringify(one))).size).toBe(listed.length);
  });

  it('names tests that speak of the next change where that is what they are for', () => {
    expect(listed.filter(({ column, title }) => column === 'next change' && !title.includes('next change'))).toEqual([]);
  });

  it('says of no gate that time alone does not change it whose test speaks of a time', () => {
    const timeless = rows.filter(({ cells }) => cells[4]?.startsWith('time alone does not change it')).map(({ gate }) => gate);
    const tests = listed.filter(({ column, title }) => column === 'next change' && /has none|no time/.test(title));
    expect(tests.map(({ gate }) => gate)).toEqual(timeless);
  });
});
