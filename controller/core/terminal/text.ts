/** Text as terminals show it. */

export type Style = 'good' | 'warn' | 'bad' | 'up' | 'other' | 'dim' | 'bold';

const codes: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
  up: [36, 39],
  other: [35, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** The text in a colour (SGR, ECMA-48 section 8.3.117), or as it is where none is wanted. */
export function paint(text: string, style: Style | undefined, color: boolean): string {
  if (!color || style === undefined || text === '') return text;
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** On one line, with nothing in it that drives a terminal: it comes from documents, builds and people. */
export function plain(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const columnsOf = (character: string): number => (/\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1);

const ascii = /^[\x20-\x7e]*$/;

/** Columns that the text takes: two for what East Asian scripts and emoji write wide (Unicode TR 11). */
export function displayWidth(text: string): number {
  return ascii.test(text) ? text.length : [...text].reduce((sum, character) => sum + columnsOf(character), 0);
}

/** The text in at most that many columns, an ellipsis in place of what does not fit. */
export function elide(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  let kept = '';
  let taken = 1;
  for (const character of text) {
    taken += columnsOf(character);
    if (taken > width) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** In lines of at most `width` columns, broken between words; a longer word has a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(text).split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
