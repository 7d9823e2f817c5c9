import { displayWidth, elide, padEnd, paint, plain, type Style } from './text.js';

export interface Column {
  readonly name: string;
  /** Of two columns that do not both fit, the one with less goes first; absent: it never goes. */
  readonly keep?: number;
  /** It may be cut down to this many columns of the terminal; absent: never. */
  readonly least?: number;
  /** It goes where no row has anything in it. */
  readonly optional?: true;
}

export type Cell = string | { readonly text: string; readonly style?: Style };

export interface TableOptions {
  /** Columns of the terminal; absent: lines are as long as they are. */
  readonly width?: number;
  readonly color: boolean;
}

const gap = 3;

/** Lines of a table whose columns stand below each other, never wider than asked for. Without rows there is only its head. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): string[] {
  const cells = rows.map((row) => row.map(toCell));
  const shown = fitted(columns, cells, options.width ?? Number.POSITIVE_INFINITY);
  const head = columns.map(({ name }) => ({ text: name }));
  return [head, ...cells].map((row) => lineOf(row, shown, options));
}

interface Shown {
  readonly index: number;
  readonly width: number;
}

type FullCell = Exclude<Cell, string>;

const toCell = (cell: Cell): FullCell => {
  const { text, ...style } = typeof cell === 'string' ? { text: cell } : cell;
  return { text: plain(text), ...style };
};

function lineOf(row: readonly FullCell[], shown: readonly Shown[], { width, color }: TableOptions): string {
  const last = shown.findLastIndex(({ index }) => (row[index]?.text ?? '') !== '');
  const parts = shown.slice(0, last + 1).map(({ index, width: own }, at) => {
    const { text = '', style } = row[index] ?? {};
    const cut = elide(text, own);
    const space = at === last ? '' : ' '.repeat(Math.max(0, own - displayWidth(cut)) + gap);
    return `${paint(cut, style, color)}${space}`;
  });
  const line = parts.join('');
  // A terminal too narrow for even what never goes.
  return color || width === undefined ? line : elide(line, width);
}

/** Which columns are shown, and how wide: cells are cut before columns go, the least important column goes first. */
function fitted(columns: readonly Column[], rows: readonly (readonly FullCell[])[], width: number): Shown[] {
  const natural = columns.map(({ name }, index) =>
    Math.max(displayWidth(name), ...rows.map((row) => displayWidth(row[index]?.text ?? ''))),
  );
  const isSaid = (index: number) => rows.some((row) => (row[index]?.text ?? '') !== '');
  let kept = columns
    .map((column, index) => ({ ...column, index, natural: natural[index] ?? 0 }))
    .filter(({ optional, index }) => optional === undefined || isSaid(index));
  for (;;) {
    const widths = shrink(kept, width - gap * (kept.length - 1));
    if (widths !== undefined) return kept.map(({ index }, at) => ({ index, width: widths[at] ?? 0 }));
    const goes = leastImportant(kept);
    if (goes === undefined) return squeeze(kept, width);
    kept = kept.filter((one) => one !== goes);
  }
}

function leastImportant<C extends Column>(columns: readonly C[]): C | undefined {
  return columns.reduce<C | undefined>(
    (least, one) => (one.keep !== undefined && one.keep < (least?.keep ?? Number.POSITIVE_INFINITY) ? one : least),
    undefined,
  );
}

/** Widths that fit, the widest of those that may be cut the narrower; undefined where they cannot. */
function shrink(columns: readonly (Column & { readonly natural: number })[], width: number): number[] | undefined {
  const widths = columns.map(({ natural }) => natural);
  let over = widths.reduce((sum, one) => sum + one, 0) - width;
  while (over > 0) {
    const widest = widestOf(columns, widths);
    if (widest === undefined) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function widestOf(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let widest: number | undefined;
  for (const [at, { least, name }] of columns.entries()) {
    const own = widths[at] ?? 0;
    if (least === undefined || own <= Math.max(least, name.length)) continue;
    if (widest === undefined || own > (widths[widest] ?? 0)) widest = at;
  }
  return widest;
}

/** What never goes, cut to what there is. */
function squeeze(columns: readonly { readonly index: number; readonly natural: number }[], width: number): Shown[] {
  const each = Math.max(1, Math.floor((width - gap * (columns.length - 1)) / columns.length));
  return columns.map(({ index, natural }) => ({ index, width: Math.min(natural, each) }));
}

/** `name:  value` lines with the values below each other; what has no value is left out. */
export function fieldLines(
  fields: readonly (readonly [name: string, value: Cell | undefined])[],
  options: TableOptions,
): string[] {
  const given = fields.flatMap(([name, value]) => (value === undefined ? [] : [[`${name}:`, toCell(value)] as const]));
  const names = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, { text, style }]) => `${padEnd(name, names)}  ${paint(text, style, options.color)}`);
}
