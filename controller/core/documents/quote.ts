// Control, bidirectional and invisible characters: they could forge a line of a log, or make a message read as another.
const unsafe = /[\p{Cc}\p{Surrogate}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text from a repository, made harmless for a terminal, a log and a workflow command. */
export function printable(text: string, maxLength = 200): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return short.replace(unsafe, escapeCharacter);
}

/** A line of a file for an excerpt: as printable(), but of the same length, so that a mark below it stands right. */
export function masked(line: string): string {
  return line.replace(unsafe, '\ufffd');
}

/** A value from a repository, in double quotes, as it would be written there; cut where it is long. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(short).replace(unsafe, escapeCharacter);
}

/** At most ten of the words that would be right: `qa, uat, production`. */
export function enumerate(words: readonly string[]): string {
  const shown = words.slice(0, 10).map((word) => printable(word, 63));
  return words.length > 10 ? `${shown.join(', ')} and ${words.length - 10} more` : shown.join(', ');
}
