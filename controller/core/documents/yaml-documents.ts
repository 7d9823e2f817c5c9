import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';
import { limits } from './limits.js';

/** Something that stops the reading of the whole file. */
export interface Refusal {
  readonly offset: number;
  readonly rule: string;
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

/** Tokens of a text; refuses deep nesting while it is read, before anything recursive could overflow. */
function* shallowTokens(text: string): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > deepest) {
      const message = `is nested more than ${limits.nesting} deep`;
      throw new Refused({ offset: parser.offset, rule: 'limit-nesting', message });
    }
  }
  yield* parser.end();
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
    for (const document of new Composer(options).compose(shallowTokens(text))) {
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
