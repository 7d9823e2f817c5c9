import { stringify } from 'yaml';
import type { Terminal } from '../cli/terminal.js';
import type { TableOptions } from '../core/terminal/table.js';
import { definitions, type KindName } from '../operate/api.js';

/** How commands print what they have found. */

/** As wide as the terminal; without one as wide as it is, since it may be read by a program. */
export function tableOptions({ color, interactive, width }: Terminal): TableOptions {
  return interactive ? { color, width } : { color };
}

export function printLines(lines: readonly string[], terminal: Terminal): void {
  if (lines.length > 0) terminal.stdout(`${lines.join('\n')}\n`);
}

/** An object as kubectl would give it: kind and version first, which lists leave out. */
export function withType<R extends object>(kind: KindName, object: R): object {
  return { apiVersion: 'towpath.dev/v1alpha1', kind: definitions[kind].kind, ...object };
}

export function printData(value: unknown, format: 'json' | 'yaml', terminal: Terminal): void {
  terminal.stdout(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 0 }));
}
