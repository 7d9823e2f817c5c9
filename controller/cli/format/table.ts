import Table from 'cli-table3';

/** Columns as kubectl prints them, without lines and blanks at the end: they can be cut and compared. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({ head: [...head], chars: borderless, style: plain });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const plain = { head: [], border: [], 'padding-left': 0, 'padding-right': 3 };

const borders = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];
const borderless = Object.fromEntries(borders.map((name) => [name, '']));
