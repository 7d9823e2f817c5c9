import { corrupt } from './object-error.js';

/** What git noted of a file when it last looked at it. */
export interface IndexEntry {
  readonly path: string;
  readonly oid: string;
  /** As a tree writes it: 100644, 100755, 120000, 160000, or 40000 for a folder of a sparse index. */
  readonly mode: string;
  readonly size: number;
  /** Milliseconds, with what nanoseconds fit. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  /** Not in the working copy, and meant not to be: sparse checkouts. */
  readonly skipped: boolean;
}

/**
 * The entries of an index of version 2, 3 or 4, in their order; see gitformat-index(5). Throws ObjectError where it is not well-formed, or
 * says that it needs another file to be read.
 */
export function parseIndex(data: Buffer): IndexEntry[] {
  if (data.length < 32 || data.toString('latin1', 0, 4) !== 'DIRC') throw corrupt('the index is not well-formed');
  const version = data.readUInt32BE(4);
  if (version < 2 || version > 4) throw corrupt(`the index is of version ${version}`);
  const entries: IndexEntry[] = [];
  const count = data.readUInt32BE(8);
  let at = 12;
  let previous = '';
  for (let number = 0; number < count; number += 1) {
    if (at + 62 > data.length) throw corrupt('the index is cut off');
    const flags = data.readUInt16BE(at + 60);
    const extended = version >= 3 && (flags & 0x4000) !== 0;
    const start = at + (extended ? 64 : 62);
    const name = version === 4 ? readPacked(data, start, previous) : readPlain(data, start);
    entries.push({
      path: name.path,
      oid: data.toString('hex', at + 40, at + 60),
      mode: data.readUInt32BE(at + 24).toString(8),
      size: data.readUInt32BE(at + 36),
      mtimeMs: timeAt(data, at + 8),
      ctimeMs: timeAt(data, at),
      ino: data.readUInt32BE(at + 20),
      skipped: extended && (data.readUInt16BE(at + 62) & 0x4000) !== 0,
    });
    previous = name.path;
    at = version === 4 ? name.end : at + ((name.end - at + 7) & ~7);
  }
  refuseExtensions(data, at);
  return entries;
}

const timeAt = (data: Buffer, at: number): number => data.readUInt32BE(at) * 1000 + data.readUInt32BE(at + 4) / 1_000_000;

function readPlain(data: Buffer, start: number): { path: string; end: number } {
  const end = data.indexOf(0, start);
  if (end < 0) throw corrupt('the index is cut off');
  // One to eight zeros end the entry.
  return { path: data.toString('utf8', start, end), end: end + 1 };
}

/** Version 4: how much to take off the name before, as in offsets of packs, and what to put on. */
function readPacked(data: Buffer, start: number, previous: string): { path: string; end: number } {
  let at = start;
  let byte = data.readUInt8(at++);
  let strip = byte & 127;
  while (byte & 128) {
    byte = data.readUInt8(at++);
    strip = ((strip + 1) << 7) | (byte & 127);
  }
  const end = data.indexOf(0, at);
  const before = Buffer.from(previous, 'utf8');
  if (end < 0 || strip > before.length) throw corrupt('the index is not well-formed');
  const kept = before.subarray(0, before.length - strip);
  return { path: Buffer.concat([kept, data.subarray(at, end)]).toString('utf8'), end: end + 1 };
}

/** Extensions with small letters change what the entries mean: a split index names another file. That of folders is understood. */
function refuseExtensions(data: Buffer, from: number): void {
  for (let at = from; at + 8 <= data.length - 20; at += 8 + data.readUInt32BE(at + 4)) {
    const signature = data.toString('latin1', at, at + 4);
    if (/^[a-z]/.test(signature) && signature !== 'sdir') throw corrupt(`the index has an extension ${signature}`);
  }
}
