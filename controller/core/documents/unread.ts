import type { ParsedFile, UnreadReleases } from './parsed.js';

/** What can still be told of documents that could not be read. */

/** The bytes in which words of ASCII can be looked for: those of UTF-16 have zeros between them. */
export function plainBytes(content: Uint8Array): Uint8Array {
  return content.includes(0) ? content.filter((byte) => byte !== 0) : content;
}

export function holdsAscii(bytes: Uint8Array, word: string): boolean {
  const first = word.charCodeAt(0);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < word.length && bytes[at + length] === word.charCodeAt(length)) length += 1;
    if (length === word.length) return true;
  }
  return false;
}

/** What the documents of a file may be that nobody can read: a freeze or a dependency must not be over because of an encoding. */
export function mayHold(
  content: Uint8Array,
  { unknownDocuments }: ParsedFile,
): Pick<ParsedFile, 'mayHoldWindow' | 'mayHoldReleases'> {
  if (unknownDocuments === 0) return {};
  const bytes = plainBytes(content);
  const mayHoldReleases = releasesIn(bytes);
  return {
    ...(holdsAscii(bytes, 'DeploymentWindow') ? { mayHoldWindow: true } : {}),
    ...(mayHoldReleases === undefined ? {} : { mayHoldReleases }),
  };
}

const kind = /\bkind["']?[ \t]*:[ \t]*["']?Release\b/;
const names = /\bname["']?[ \t]*:[ \t]*["']?([0-9A-Za-z][0-9A-Za-z._+-]{0,62})/g;
const products = /\bproduct["']?[ \t]*:[ \t]*["']?([0-9a-z][0-9a-z-]{0,62})/g;
const mostNames = 1_000;

function releasesIn(bytes: Uint8Array): UnreadReleases | undefined {
  if (!holdsAscii(bytes, 'Release')) return undefined;
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  if (!kind.test(text)) return undefined;
  const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word))].slice(0, mostNames);
  return { names: found(names), products: found(products) };
}
