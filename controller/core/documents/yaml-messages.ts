import type { YAMLParseError } from 'yaml';
import { printable } from './quote.js';

export const badEscape = 'an escape after \\ is not known: use single quotes, or write \\\\';

const messages: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  TAB_AS_INDENT: 'a tab is used for indentation: use spaces',
  BAD_INDENT: 'the indentation does not fit',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line: put the value in quotes, or on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'a key may not span lines: is a ":" or a quote missing?',
  KEY_OVER_1024_CHARS: 'a key is longer than 1,024 characters',
  BAD_ALIAS: 'an alias is written wrongly; text that begins with * or & needs quotes',
  BAD_DQ_ESCAPE: badEscape,
  BAD_SCALAR_START: 'text may not begin with this character: put it in quotes',
  MULTIPLE_ANCHORS: 'anchors are not allowed',
  MULTIPLE_TAGS: 'a value has more than one tag',
  RESOURCE_EXHAUSTION: 'is nested too deep',
  BLOCK_IN_FLOW: 'a block inside of { } or [ ]: close the bracket, or write the value on one line',
};

const moreMessages: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
  MISSING_CHAR: 'a closing quote or bracket is missing',
  DUPLICATE_KEY: 'a key is given twice',
  UNEXPECTED_TOKEN: 'something stands where it may not',
};

/** What is wrong with YAML that holds secrets: the parser's own messages quote what they stumble over. */
export function discreetMessage({ code }: YAMLParseError): string {
  return messages[code] ?? moreMessages[code] ?? `is no valid YAML (${code})`;
}

/** What is wrong with the YAML, in words of ours where they are better. */
export function syntaxMessage(error: YAMLParseError): string {
  return (
    messages[error.code] ?? `is no valid YAML: ${printable(error.message.replace(/closing (['"])quote/, 'closing $1'), 160)}`
  );
}
