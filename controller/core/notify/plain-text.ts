import { factsOf, linesOf } from './facts.js';
import type { Message } from './message.js';

/** A message in plain text: for mail, and for comments. */
export function toText(message: Message): string {
  const facts = factsOf(message).map(([label, value]) => `${`${label}: `.padEnd(13)}${value}`);
  const links = message.links.map(({ label, url }) => `${`${label}: `.padEnd(13)}${url}`);
  const lines = linesOf(message);
  const rest = lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)];
  return [message.title, '', ...facts, ...links, ...rest, ''].join('\n');
}
