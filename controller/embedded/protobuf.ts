/** Protocol Buffers wire format (protobuf.dev/programming-guides/encoding), only what is needed to write. */

import { isObject } from './json.js';
import type { Json } from './resource-type.js';

/** Writes a value as field `number`, tag included; nothing for a value of another type. */
export type FieldEncoder = (value: Json, number: number) => Uint8Array;

/** Which JSON member becomes which field. A key that ends in `*` takes every member that begins so, as one object. */
export type Shape = { readonly [member: string]: readonly [number: number, encoder: FieldEncoder] };

const nothing = new Uint8Array(0);

export const text: FieldEncoder = (value, number) =>
  typeof value === 'string' ? delimited(number, Buffer.from(value)) : nothing;

export const boolean: FieldEncoder = (value, number) =>
  typeof value === 'boolean' ? Buffer.concat([tag(number, 0), Buffer.of(value ? 1 : 0)]) : nothing;

export const int64: FieldEncoder = (value, number) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? Buffer.concat([tag(number, 0), varint(BigInt(value))]) : nothing;

export const double: FieldEncoder = (value, number) => {
  if (typeof value !== 'number') return nothing;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), bytes]);
};

/** A repeated field; a single value is a list of one. */
export function repeated(encoder: FieldEncoder): FieldEncoder {
  return (value, number) => Buffer.concat((Array.isArray(value) ? value : [value]).map((item) => encoder(item, number)));
}

/** A message whose only field holds the value. */
export function wrapped(inner: number, encoder: FieldEncoder): FieldEncoder {
  return (value, number) => delimited(number, encoder(value, inner));
}

/** A repeated field of messages {name = 1, value = 2}, from an object. */
export function named(encoder: FieldEncoder): FieldEncoder {
  return (value, number) => {
    const entries = isObject(value) ? Object.entries(value) : [];
    return Buffer.concat(entries.map(([name, item]) => delimited(number, Buffer.concat([text(name, 1), encoder(item, 2)]))));
  };
}

/** A message by its shape; the shape is a function because messages may hold themselves. */
export function message(shape: () => Shape): FieldEncoder {
  return (value, number) => delimited(number, encodeMessage(value, shape()));
}

export function encodeMessage(value: Json, shape: Shape): Uint8Array {
  if (!isObject(value)) return nothing;
  const fields = Object.entries(shape).map(([member, [number, encoder]]) => {
    const found = member.endsWith('*') ? membersLike(value, member.slice(0, -1)) : value[member];
    return found === undefined ? nothing : encoder(found, number);
  });
  return Buffer.concat(fields);
}

function membersLike(value: { [key: string]: Json }, prefix: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key.startsWith(prefix)));
}

function delimited(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([tag(number, 2), varint(BigInt(content.length)), content]);
}

function tag(number: number, wireType: number): Uint8Array {
  return varint(BigInt((number << 3) | wireType));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
