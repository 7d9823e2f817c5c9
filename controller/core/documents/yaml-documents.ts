import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';
import { limits } from './limits.js';
import type { RuleName } from './rules/catalog.js';
import { badEscape } from './yaml-messages.js';

/** Something that stops the reading of the whole file. */
export interface Refusal {
  readonly offset: number;
  readonly rule: RuleName;
  readonly message: string;
}

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

// The parser's stack holds the document, the open collections and the scalar that is being read.
const deepest = limits.nesting + 2;

function refuse(offset: number, rule: RuleName, message: string): never {
  throw new Refused({ offset, rule, message });
}

/**
 * Tokens of a text. Refuses while it is read what would cost much later: deep nesting, before anything recursive could overflow, and texts
 * of which every other sign is an error, because each error costs more than the sign.
 */
function* boundedTokens(text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  let count = 0;
  let errors = 0;
  let afterComma = false;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > limits.lexemesPerFile)
      refuse(parser.offset, 'limit-size', `holds more than ${limits.lexemesPerFile.toLocaleString('en')} words and signs`);
    const first = lexeme.charCodeAt(0);
    if (lexeme === ',' && afterComma)
      refuse(parser.offset, 'yaml-syntax', 'is no valid YAML: a value is missing between two commas');
    if (lexeme === ',') afterComma = true;
    else if (afterComma && lexeme.trim() !== '') afterComma = false;
    if (first === doubleQuote && hasManyBadEscapes(lexeme)) refuse(parser.offset, 'yaml-syntax', badEscape);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') errors += 1;
      yield token;
    }
    if (errors > mostErrors) return;
    if (parser.stack.length > deepest) refuse(parser.offset, 'limit-nesting', `is nested more than ${limits.nesting} deep`);
  }
  yield* parser.end();
}

const mostErrors = 20;
const doubleQuote = 34;

/** Whether a double-quoted text holds many escapes that YAML does not know. */
function hasManyBadEscapes(text: string): boolean {
  let bad = 0;
  for (let at = text.indexOf('\\'); at >= 0 && bad <= mostErrors; at = text.indexOf('\\', at + 2))
    if (!'0abtnvfre "/\\N_LPxuU\t\r\n'.includes(text[at + 1] ?? ' ')) bad += 1;
  return bad > mostErrors;
}

// `uniqueKeys` costs quadratic time (40,000 keys: 49 s); the tree builder checks it in one pass.
const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  strict: true,
} as const;

/** The documents of a YAML 1.2 (so also JSON) text up to the first thing that refuses all of it. */
export function composeDocuments(text: string): { documents: Document.Parsed[]; refusal?: Refusal } {
  const documents: Document.Parsed[] = [];
  try {
    for (const document of new Composer(options).compose(boundedTokens(text))) {
      if (documents.length === limits.documentsPerFile) {
        const message = `holds more than ${limits.documentsPerFile.toLocaleString('en')} documents`;
        throw new Refused({ offset: document.range[0], rule: 'limit-documents', message });
      }
      documents.push(document);
    }
    return { documents };
  } catch (error) {
    if (error instanceof Refused) return { documents, refusal: error.refusal };
    // Neither tokens nor composer throw on purpose; whatever comes here is an unforeseen property of the text.
    return { documents, refusal: { offset: 0, rule: 'yaml-syntax', message: 'cannot be read as YAML' } };
  }
}
