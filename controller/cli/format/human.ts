import { masked, printable } from '../../core/documents/quote.js';
import type { Finding, ReleaseRepository } from '../../core/model.js';

export interface HumanOptions {
  readonly color: boolean;
  /** File → its lines, for excerpts. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;
type Paint = (style: keyof typeof codes, text: string) => string;

const width = 120;

/** Findings with the lines that they speak of, and a line that sums up. */
export function formatHuman(repository: ReleaseRepository, options: HumanOptions): string {
  const paint: Paint = (style, text) => (options.color ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
  const blocks = repository.findings.map((finding) => {
    const { line, column, severity, path, message } = finding;
    const place = paint('bold', `${printable(finding.file, 500)}:${line}:${column}`);
    const label = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
    const excerpt = excerptOf(finding, options.lines.get(finding.file)?.[line - 1], paint);
    return `${place} ${label} ${path === '' ? '' : `${paint('cyan', path)}: `}${message}\n${excerpt}`;
  });
  return [...blocks, `${summaryOf(repository, paint)}\n`].join('\n');
}

function excerptOf({ line, column, end }: Finding, source: string | undefined, paint: Paint): string {
  if (source === undefined || source.trim() === '') return '';
  // The part of a long line that the column stands in.
  const from = column > width ? column - 1 - width / 2 : 0;
  const shown = masked(source.slice(from, from + width).replaceAll('\t', ' '));
  const until = end?.line === line ? end.column : source.length + 1;
  const marked = Math.max(1, Math.min(until - column, width - (column - 1 - from)));
  const gutter = ' '.repeat(String(line).length);
  const bar = paint('dim', '|');
  return `  ${paint('dim', String(line))} ${bar} ${shown}\n  ${gutter} ${bar} ${' '.repeat(column - 1 - from)}${paint('red', '^'.repeat(marked))}\n`;
}

const count = (number: number, what: string): string => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

function summaryOf({ findings, documents, environments, invalid }: ReleaseRepository, paint: Paint): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const read = `${count(documents.valid + documents.invalid, 'document')}, ${count(environments.length + invalid.length, 'environment')}`;
  const warned = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  if (errors === 0) return paint('green', `${read}: valid${warned}`);
  const stopped = `${count(documents.invalid, 'document')} and ${count(invalid.length, 'environment')} not valid`;
  return paint('red', `${read}: ${count(errors, 'error')}${warned}; ${stopped}`);
}
