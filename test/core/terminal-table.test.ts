import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, tableLines } from '../../controller/core/terminal/table.js';
import { displayWidth, elide, paint, plain } from '../../controller/core/terminal/text.js';

const columns: readonly Column[] = [
  { name: 'NAME' },
  { name: 'STATUS', keep: 9 },
  { name: 'MESSAGE', keep: 5, least: 8 },
  { name: 'AGE', keep: 1 },
];
const rows = [
  ['qa', 'Ready', 'all is well here', '12d'],
  ['production', 'Blocked', 'waits for somebody who has to sign', '3h'],
];
const lines = (width?: number) => tableLines(columns, rows, { color: false, ...(width === undefined ? {} : { width }) });

describe('tables', () => {
  it('are as wide as they are where nobody says how wide', () => {
    expect(lines()).toEqual([
      'NAME         STATUS    MESSAGE                              AGE',
      'qa           Ready     all is well here                     12d',
      'production   Blocked   waits for somebody who has to sign   3h',
    ]);
  });

  it('cut cells before a column goes, and let the least important one go first', () => {
    expect(lines(45)).toEqual([
      'NAME         STATUS    MESSAGE            AGE',
      'qa           Ready     all is well here   12d',
      'production   Blocked   waits for someb…   3h',
    ]);
    expect(lines(34)).toEqual([
      'NAME         STATUS    MESSAGE',
      'qa           Ready     all is wel…',
      'production   Blocked   waits for…',
    ]);
    expect(lines(20)).toEqual(['NAME         STATUS', 'qa           Ready', 'production   Blocked']);
    expect(lines(6)).toEqual(['NAME', 'qa', 'produ…']);
  });

  it('leave out what is optional and empty', () => {
    const table = tableLines([{ name: 'A' }, { name: 'B', optional: true }, { name: 'C', optional: true }], [['1', '', '3']], {
      color: false,
    });
    expect(table).toEqual(['A   C', '1   3']);
  });

  it('are never wider than the terminal, whatever stands in them', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 40 });
    const table = fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 6 });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 120 }), (cells, width) => {
        const widest = Math.max(...tableLines(columns, cells, { color: false, width }).map(displayWidth));
        expect(widest).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('text for terminals', () => {
  it('counts what East Asian scripts write wide', () => {
    expect([displayWidth('abc'), displayWidth('日本'), displayWidth('e\u0301'), displayWidth('🚀')]).toEqual([3, 4, 1, 2]);
    expect([elide('日本語', 5), elide('日本語', 4), elide('abc', 1), elide('abc', 0)]).toEqual(['日本…', '日…', '…', '']);
  });

  it('drives no terminal', () => {
    expect(plain('a\u001b[2J\r\nb\u202ec')).toBe('a\ufffd[2J b\ufffdc');
    expect([paint('x', 'bad', true), paint('x', 'bad', false), paint('', 'bad', true)]).toEqual([
      '\u001b[31mx\u001b[39m',
      'x',
      '',
    ]);
  });
});
