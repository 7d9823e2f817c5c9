import { createHash } from 'node:crypto';
import type { DescriptorReading, Json } from '../core/model.js';
import type { ObjectReading } from './object.js';

/** A descriptor out of an object's bytes. The digest covers the bytes as stored, not what they say. */
export function toDescriptorReading(object: ObjectReading, key: string): DescriptorReading {
  if (object.state !== 'found') return object;
  const text = decode(object.bytes);
  if (text === undefined) return { state: 'invalid', message: `${JSON.stringify(key)} is not UTF-8 text` };
  const parsed = parse(text);
  if (typeof parsed === 'string') return { state: 'invalid', message: `${JSON.stringify(key)}: ${parsed}` };
  const sha256 = createHash('sha256').update(object.bytes).digest('hex');
  const versionId = object.versionId === undefined ? {} : { versionId: object.versionId };
  return { state: 'found', descriptor: { key, sha256, ...versionId, ...parsed } };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string): { components: Record<string, string>; content: Json } | string {
  try {
    const content = JSON.parse(text) as Json;
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return 'not an object';
    const entries = Object.entries(content.components ?? {});
    if (entries.some(([, version]) => typeof version !== 'string')) return 'components must name versions';
    return { components: Object.fromEntries(entries) as Record<string, string>, content };
  } catch {
    return 'not JSON';
  }
}
