import type { Cause, Outcome } from './definition.js';

/** The folded name of a user: a hidden note before it. */
export function withUserNote(user: string): string {
  return `${userNote}${user}`;
}

/** A hidden console note, as Jenkins writes it before a user's name: it counts in X-Text-Size and is never shown. */
const control = String.fromCharCode(27);
const userNote = `${control}[8mha:////4${'A'.repeat(255)}${control}[0m`;
const notes = new RegExp(`${control}\\[8mha:[^${control}]*${control}\\[0m`, 'g');

/** The raw log of a build that has run for `elapsedMs`. */
export function rawLog(workspace: string, causes: readonly Cause[], outcome: Outcome, elapsedMs: number): string {
  const stepMs = outcome.durationMs / Math.max(1, outcome.log.length);
  const timed = outcome.log.map((line, index) => (typeof line === 'string' ? ([index * stepMs, line] as const) : line));
  const lines = [
    ...causes.map(({ user }) => `Started by user ${withUserNote(user)}`),
    'Running as SYSTEM',
    `Building in workspace ${workspace}`,
    ...timed.flatMap(([afterMs, line]) => (afterMs <= elapsedMs ? [line] : [])),
  ];
  return `${lines.join('\n')}\n`;
}

export interface LogPage {
  /** Offset in the raw log that the next page starts at. */
  readonly size: number;
  readonly text: string;
}

/** One answer of progressiveText. A start past the end gives the whole log again; `undefined` for a start that is no offset. */
export function progressiveText(raw: string, start: string): LogPage | undefined {
  if (!/^\d+$/.test(start)) return undefined;
  const bytes = Buffer.from(raw, 'utf8');
  const from = Number(start) > bytes.length ? 0 : Number(start);
  return { size: bytes.length, text: withoutNotes(bytes.subarray(from).toString('utf8')).replaceAll('\n', '\r\n') };
}

export function withoutNotes(text: string): string {
  return text.replace(notes, '');
}
