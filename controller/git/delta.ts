import { corrupt } from './object-error.js';

/** A variable-length integer of the pack format, least significant group first: the value and where it ends. */
function readSize(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  let at = start;
  for (;;) {
    const byte = bytes.readUInt8(at++);
    value += (byte & 127) * scale;
    if ((byte & 128) === 0) return { value, end: at };
    scale *= 128;
    if (scale > 2 ** 49) throw corrupt('a size in a delta is out of range');
  }
}

/** The size of what a delta makes, without making it. */
export function deltaResultSize(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).end).value;
}

function readBits(delta: Buffer, start: number, flags: number): { value: number; end: number } {
  let value = 0;
  let at = start;
  for (let bit = 0; flags >> bit > 0; bit++) if ((flags >> bit) & 1) value += delta.readUInt8(at++) * 256 ** bit;
  return { value, end: at };
}

/** Applies a delta to its base (gitformat-pack(5), "Deltified representation"). Throws where the two do not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const source = readSize(delta, 0);
  const target = readSize(delta, source.end);
  if (source.value !== base.length) throw corrupt('a delta does not fit its base');
  const out = Buffer.allocUnsafe(target.value);
  let written = 0;
  let at = target.end;
  while (at < delta.length) {
    const op = delta.readUInt8(at++);
    if (op === 0) throw corrupt('a delta holds an unknown instruction');
    let from = delta;
    let offset = at;
    let length = op;
    if (op & 128) {
      const position = readBits(delta, at, op & 15);
      const size = readBits(delta, position.end, (op >> 4) & 7);
      at = size.end;
      from = base;
      offset = position.value;
      length = size.value === 0 ? 0x10000 : size.value;
    } else {
      at += length;
    }
    if (offset + length > from.length || written + length > out.length) throw corrupt('a delta reaches beyond its end');
    from.copy(out, written, offset, offset + length);
    written += length;
  }
  if (written !== out.length) throw corrupt('a delta makes less than it says');
  return out;
}
