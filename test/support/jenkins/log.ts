import type { Cause, Outcome } from './definition.js';

/** A hidden console note, as Jenkins writes it before a user's name: it counts in X-Text-Size and is never shown. */
const control = String.fromCharCode(27);
const userNote = `${control}[8mha:////4${'A'.repeat(254)}${control}[0m`;
const notes = new RegExp(`${control}\\[8mha:[^${control}]*${control}\\[0m`, 'g');

/** The raw log of a build that has run for `elapsedMs`. */
export function rawLog(job: string, causes: readonly Cause[], outcome: Outcome, elapsedMs: number): string {
  const shown =
    outcome.durationMs === 0 ? outcome.log.length : Math.floor((elapsedMs / outcome.durationMs) * outcome.log.length) + 1;
  const lines = [
    ...causes.map(({ user }) => `Started by user ${userNote}${user}`),
    'Running as SYSTEM',
    `Building in workspace /var/lib/jenkins/workspace/${job}`,
    ...outcome.log.slice(0, shown),
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
