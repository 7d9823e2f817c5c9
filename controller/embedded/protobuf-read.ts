/** Protocol Buffers wire format (protobuf.dev/programming-guides/encoding), only what is needed to read. */

import { setOwn } from './json.js';
import type { Json } from './resource-type.js';

/** A field's content: a number, or the bytes of a string, a message or a byte string. */
type Content = bigint | Uint8Array;

/** Turns a field's content into JSON; undefined for what JSON objects leave out. */
export type FieldDecoder = (content: Content) => Json | undefined;

/** Field number → member name, decoder and whether it is a list or a map. */
export type ReadShape = { readonly [number: number]: readonly [member: string, decoder: FieldDecoder, many?: 'list' | 'map'] };

/** Reads a message; unknown fields are skipped. Throws a RangeError for what is cut short or malformed. */
export function readMessage(bytes: Uint8Array, shape: ReadShape): { [member: string]: Json } {
  const result: { [member: string]: Json } = {};
  for (const [number, content] of fieldsOf(bytes)) {
    const [member, decoder, many] = shape[number] ?? [];
    const value = decoder?.(content);
    if (member === undefined || value === undefined) continue;
    if (many === 'list') result[member] = [...((result[member] as Json[] | undefined) ?? []), value];
    else if (many === 'map') result[member] = withEntry(result[member], value);
    else result[member] = value;
  }
  return result;
}

function withEntry(map: Json | undefined, entry: Json): Json {
  const target = (map ?? {}) as { [key: string]: Json };
  const { key = '', value = '' } = entry as { key?: string; value?: string };
  setOwn(target, key, value);
  return target;
}

function* fieldsOf(bytes: Uint8Array): Generator<readonly [number: number, content: Content]> {
  let at = 0;
  const take = (count: number) => {
    if (at + count > bytes.length) throw new RangeError('the message is cut short');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    if (wireType === 0) yield [tag >>> 3, varint()];
    else if (wireType === 2) yield [tag >>> 3, take(Number(varint()))];
    else if (wireType === 1 || wireType === 5) take(wireType === 1 ? 8 : 4);
    else throw new RangeError(`the wire type ${wireType} is not known`);
  }
}

const decodeUtf8 = (content: Content) => {
  if (!(content instanceof Uint8Array)) throw new RangeError('a string was expected');
  return new TextDecoder('utf-8', { fatal: true }).decode(content);
};

/** Go writes unset strings, numbers and switches too, as empty ones; in JSON they are left out. */
export const optionalText: FieldDecoder = (content) => decodeUtf8(content) || undefined;
/** A string that may be set and empty: a pointer in Go, a list item, or part of a map. */
export const anyText: FieldDecoder = decodeUtf8;
export const anyNumber: FieldDecoder = (content) => {
  if (typeof content !== 'bigint') throw new RangeError('a number was expected');
  return Number(BigInt.asIntN(64, content));
};
export const optionalNumber: FieldDecoder = (content) => anyNumber(content) || undefined;
export const anySwitch: FieldDecoder = (content) => anyNumber(content) !== 0;
export const base64: FieldDecoder = (content) => Buffer.from(bytesOf(content)).toString('base64');
export const embeddedJson: FieldDecoder = (content) => JSON.parse(decodeUtf8(content)) as Json;

export function bytesOf(content: Content): Uint8Array {
  if (!(content instanceof Uint8Array)) throw new RangeError('bytes were expected');
  return content;
}

export function nested(shape: ReadShape): FieldDecoder {
  return (content) => readMessage(bytesOf(content), shape);
}

/** An entry {key = 1, value = 2} of a map. */
export function entry(value: FieldDecoder): FieldDecoder {
  return nested({ 1: ['key', anyText], 2: ['value', value] });
}

/** A meta/v1 Time (to the second) or MicroTime; the zero time is left out. */
export function timestamp(fraction: 'seconds' | 'micros'): FieldDecoder {
  return (content) => {
    const { seconds, nanos = 0 } = readMessage(bytesOf(content), { 1: ['seconds', anyNumber], 2: ['nanos', anyNumber] });
    if (typeof seconds !== 'number' || typeof nanos !== 'number') return undefined;
    const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
    return fraction === 'seconds' ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
  };
}
