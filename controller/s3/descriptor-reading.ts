import { createHash } from 'node:crypto';
import { type ParsedDescriptor, parseDescriptor } from '../core/documents/descriptor.js';
import { buildTree } from '../core/documents/tree.js';
import { composeDocuments } from '../core/documents/yaml-documents.js';
import type { DescriptorReading } from '../core/model.js';
import type { ObjectReading } from './object.js';

/** What the descriptor is for. Where product or version is absent, the descriptor may name any. */
export interface ExpectedDescriptor {
  readonly key: string;
  readonly product?: string;
  readonly version?: string;
}

/** Makes descriptors out of objects, and remembers the last of them: parsing is the costly part, and most reads find the same bytes. */
export interface DescriptorParser {
  parse(object: ObjectReading, expected: ExpectedDescriptor): DescriptorReading;
}

/** What a sentence that says what is wrong counts for. */
const problemBytes = 1024;

/** Remembers what came of the last `capacityBytes` of descriptors. */
export function createDescriptorParser(capacityBytes = 4 * 1024 * 1024): DescriptorParser {
  const remembered = new Map<string, { readonly parsed: ParsedDescriptor; readonly size: number }>();
  let total = 0;

  function forget(identity: string): void {
    total -= remembered.get(identity)?.size ?? 0;
    remembered.delete(identity);
  }

  function parseOnce(bytes: Uint8Array, expected: ExpectedDescriptor, sha256: string): ParsedDescriptor {
    const { key, product, version } = expected;
    const identity = JSON.stringify([sha256, key, product, version]);
    const parsed = remembered.get(identity)?.parsed ?? parseBytes(bytes, expected);
    const size = 'problem' in parsed ? problemBytes : bytes.length;
    // Last used, last in order: the first in order are given up.
    forget(identity);
    remembered.set(identity, { parsed, size });
    total += size;
    for (const oldest of remembered.keys()) {
      if (total <= capacityBytes) break;
      forget(oldest);
    }
    return parsed;
  }

  return {
    parse(object, expected) {
      if (object.state !== 'found') return object;
      // The digest covers the bytes as stored, not what they say.
      const sha256 = createHash('sha256').update(object.bytes).digest('hex');
      const parsed = parseOnce(object.bytes, expected, sha256);
      if ('problem' in parsed) return { state: 'invalid', message: parsed.problem };
      const versionId = object.versionId === undefined ? {} : { versionId: object.versionId };
      return { state: 'found', descriptor: { key: expected.key, sha256, ...versionId, ...parsed } };
    },
  };
}

function parseBytes(bytes: Uint8Array, expected: ExpectedDescriptor): ParsedDescriptor {
  const { key, product, version } = expected;
  const text = decode(bytes);
  if (text === undefined) return { problem: `${JSON.stringify(key)} is not UTF-8 text` };
  const parsed = parseDescriptor(text, { key, product: product ?? '', version: version ?? '' });
  if (!('problem' in parsed) || (product !== undefined && version !== undefined)) return parsed;
  // The parser holds every descriptor to a product and a version: where nobody expects one, what the text names is as good as any.
  const named = readNames(text);
  if (named === undefined) return parsed;
  return parseDescriptor(text, { key, product: product ?? named.product, version: version ?? named.version });
}

/** The byte order mark is kept: whether to ignore it is the parser's to say. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The product and version that a descriptor names; undefined where it names neither. */
function readNames(text: string): { product: string; version: string } | undefined {
  const { documents, refusal } = composeDocuments(text);
  const [document] = documents;
  if (refusal !== undefined || document === undefined || document.errors.length > 0) return undefined;
  const content = buildTree(document.contents, text).value;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const [product, version] = [toText(content.product), toText(content.version)];
  return product === '' && version === '' ? undefined : { product, version };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
