import { formatDuration } from '../duration.js';
import type { Millis } from '../model.js';
import type { DeltaStatus } from '../resources/environment.js';
import { fromTime } from '../time.js';
import { type Cell, type Column, type TableOptions, tableLines } from './table.js';
import { paint, type Style, wrapWords } from './text.js';

/** What descriptions of all kinds are put together from. */

export interface TellOptions extends TableOptions {
  readonly now: Millis;
}

/** A heading with its lines indented below it; nothing where there are none. */
export function section(title: string, lines: readonly string[], { color }: TableOptions): string[] {
  return lines.length === 0
    ? []
    : ['', paint(`${title}:`, 'bold', color), ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** As a table of its own below a heading. */
export function tableSection(
  title: string,
  { columns, rows }: { readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[] },
  options: TableOptions,
): string[] {
  return rows.length === 0 ? [] : section(title, tableLines(columns, rows, narrowed(options)), options);
}

/** What was told of an object, newest first. */
export function eventsSection(
  events: readonly { at: string; type: string; reason: string; message: string; count: number }[],
  options: TableOptions,
): string[] {
  const columns = [{ name: 'LAST', keep: 2 }, { name: 'TIMES', keep: 1 }, { name: 'REASON' }, { name: 'MESSAGE', least: 24 }];
  const rows = events
    .slice(0, 10)
    .map(({ at, type, reason, message, count }): Cell[] => [
      at,
      String(count),
      type === 'Warning' ? { text: reason, style: 'bad' } : reason,
      message,
    ]);
  return tableSection('Events', { columns, rows }, options);
}

/** The options of what stands indented. */
export function narrowed(options: TableOptions): TableOptions {
  return options.width === undefined ? options : { ...options, width: Math.max(20, options.width - 2) };
}

/** A sentence in lines that fit. */
export function sentence(text: string, { width = Number.POSITIVE_INFINITY }: TableOptions): string[] {
  return wrapWords(text, Math.max(20, width - 2));
}

/** `2026-11-20T10:00:00Z (2d ago)`, or `(in 3h)`; undefined where nobody knows. */
export function moment(time: string | undefined, now: Millis): string | undefined {
  const at = fromTime(time);
  if (at === undefined || time === undefined) return undefined;
  const away = formatDuration(Math.abs(now - at));
  return at <= now ? `${time} (${away} ago)` : `${time} (in ${away})`;
}

/** The time between two moments; undefined where one of them is not known. */
export function took(from: string | undefined, to: string | undefined): string | undefined {
  const [start, end] = [fromTime(from), fromTime(to)];
  return start === undefined || end === undefined || end < start ? undefined : formatDuration(end - start);
}

/** The parts that there are, with commas. */
export function joinParts(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

export const short = (digest: string | undefined): string | undefined => digest?.slice(0, 'sha256:'.length + 12);

const changeStyles: Readonly<Record<DeltaStatus['components'][number]['change'], Style>> = {
  added: 'good',
  removed: 'bad',
  upgraded: 'up',
  downgraded: 'warn',
  changed: 'other',
};

/** Components that change, one a line. */
export function deltaTable(delta: DeltaStatus, options: TableOptions): string[] {
  const columns = [
    { name: 'COMPONENT', least: 12 },
    { name: 'CHANGE' },
    { name: 'FROM', least: 8, keep: 1 },
    { name: 'TO', least: 8 },
  ];
  const rows = delta.components.map(({ name, change, from = '-', to = '-' }): Cell[] => [
    name,
    { text: change, style: changeStyles[change] },
    from,
    to,
  ]);
  return tableLines(columns, rows, options);
}

/** Components that change, and how many more there are than are kept. */
export function deltaSection(delta: DeltaStatus | undefined, options: TableOptions): string[] {
  if (delta === undefined || delta.components.length === 0) return [];
  const total = delta.added + delta.removed + delta.upgraded + delta.downgraded + delta.changed;
  const more = total > delta.components.length ? [`and ${total - delta.components.length} more`] : [];
  return section('Components', [...deltaTable(delta, narrowed(options)), ...more], options);
}
