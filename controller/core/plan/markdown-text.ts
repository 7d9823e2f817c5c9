import { printable } from '../documents/quote.js';

/** Text of other people inside of Markdown: it formats nothing, links nothing, notifies nobody and closes no issue, at any of the code hosts. */

// A word joiner: it is not seen, and parts what code hosts would take for a reference. A backslash does not: they look for references after it is gone.
const joiner = '\u2060';

const reference = /([@#!$%~&^])(?=[\p{L}\p{N}"_-])/gu;
const special = /[\\`*_[\]<>&|~#]/g;
const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };
/** At the beginning of a line these would begin a list or a rule. */
const mark = /^(?:\d{1,9}(?=[.)](?:\s|$))|(?=[-+=]))/;

/** One line of plain text, cut beyond `most` characters. */
export function escapeMarkdown(text: string, most = 300): string {
  return plainLine(text, most)
    .replace(special, (character) => entities[character] ?? `\\${character}`)
    .replace(mark, '$&\\');
}

/** The same for inside of an HTML element, where Markdown is not read. */
export function escapeHtml(text: string, most = 300): string {
  return plainLine(text, most).replace(/[<>&]/g, (character) => entities[character] ?? '');
}

/** Without line breaks, and without what would become a link or a reference by itself. */
const plainLine = (text: string, most: number): string =>
  printable(text.replaceAll(/\s+/g, ' ').trim(), most)
    .replaceAll('://', `:${joiner}//`)
    .replaceAll(/\bwww\./gi, (word) => `${word.slice(0, -1)}${joiner}.`)
    .replace(reference, `$1${joiner}`);

const webAddress = /^https?:\/\/[^\s/?#]+/i;

/** A link where the address is one of the web; else only the text. The text is escaped here. */
export function linkTo(address: string, text: string): string {
  if (!webAddress.test(address) || address.length > 2048) return escapeMarkdown(text);
  const safe = address.replace(/[\\`<>()[\]|"'*_~\p{Cc}\p{Cf}\s]/gu, (character) => encodeCharacter(character));
  return `[${escapeMarkdown(text, 100)}](${safe})`;
}

/** `encodeURIComponent` leaves some of them as they are, and throws on half a character. */
const encodeCharacter = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  return code < 128 ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : encodeURIComponent(character);
};

/** The length in UTF-8: what the limits of code hosts are reckoned with. */
export function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
