import { createHash } from 'node:crypto';
import { parseDescriptor } from '../core/documents/descriptor.js';
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

/** A descriptor out of an object's bytes. The digest covers the bytes as stored, not what they say. */
export function toDescriptorReading(object: ObjectReading, expected: ExpectedDescriptor): DescriptorReading {
  if (object.state !== 'found') return object;
  const { key } = expected;
  const text = decode(object.bytes);
  if (text === undefined) return { state: 'invalid', message: `${JSON.stringify(key)} is not UTF-8 text` };
  const parsed = parseDescriptor(text, toNamed(text, expected));
  if ('problem' in parsed) return { state: 'invalid', message: parsed.problem };
  const sha256 = createHash('sha256').update(object.bytes).digest('hex');
  const versionId = object.versionId === undefined ? {} : { versionId: object.versionId };
  return { state: 'found', descriptor: { key, sha256, ...versionId, ...parsed } };
}

/** The byte order mark is kept: whether to ignore it is the parser's to say. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The parser asks for a product and a version: where nobody expects one, what the text itself names is as good as any. */
function toNamed(text: string, { key, product, version }: ExpectedDescriptor): Required<ExpectedDescriptor> {
  if (product !== undefined && version !== undefined) return { key, product, version };
  const named = readNames(text);
  return { key, product: product ?? named.product, version: version ?? named.version };
}

function readNames(text: string): { product: string; version: string } {
  const { documents, refusal } = composeDocuments(text);
  const [document] = documents;
  const isPlain = refusal === undefined && document !== undefined && document.errors.length === 0;
  const content = isPlain ? buildTree(document.contents, text).value : undefined;
  const names = typeof content === 'object' && content !== null && !Array.isArray(content) ? content : {};
  return { product: toText(names.product), version: toText(names.version) };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
