import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

export function oidOf(type: string, data: string | Buffer): string {
  return createHash('sha1')
    .update(`${type} ${Buffer.byteLength(data)}\0`)
    .update(data)
    .digest('hex');
}

export function looseBlob(text: string): Buffer {
  return deflateSync(`blob ${Buffer.byteLength(text)}\0${text}`);
}

const blob = 'a base of some length';
/** Copies the first two bytes of its base and adds three. */
export const delta = Buffer.from([blob.length, 5, 0x90, 2, 3, 0x78, 0x79, 0x7a]);
const made = 'a xyz';

export const smallTree = Buffer.concat([
  Buffer.from('100644 a.yaml\0'),
  Buffer.from(oidOf('blob', blob), 'hex'),
  Buffer.from('40000 b\0'),
  Buffer.alloc(20, 1),
]);
export const smallCommit = Buffer.from(
  `tree ${oidOf('tree', smallTree)}\nauthor Ada <ada@example.com> 1767225600 +0000\ncommitter Test <t@example.com> 1767225600 +0000\n\nChange\n`,
);

interface Entry {
  readonly oid: string;
  readonly head: Buffer;
  readonly data: Buffer;
}

const size = (kind: number, length: number): Buffer => {
  const bytes = [(kind << 4) | (length & 15)];
  for (let rest = length >> 4; rest > 0; rest >>= 7) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
};

/** A pack with a commit, a blob, a delta by offset and one by name, and its index (gitformat-pack(5)). */
export function packOf(): { pack: Buffer; index: Buffer; oids: string[] } {
  const base: Entry = { oid: oidOf('blob', blob), head: size(3, blob.length), data: Buffer.from(blob) };
  const baseBytes = Buffer.concat([base.head, deflateSync(base.data)]);
  const entries: Entry[] = [
    { oid: oidOf('commit', smallCommit), head: size(1, smallCommit.length), data: smallCommit },
    base,
    { oid: oidOf('blob', made), head: Buffer.concat([size(6, delta.length), Buffer.from([baseBytes.length])]), data: delta },
    { oid: 'ee'.repeat(20), head: Buffer.concat([size(7, delta.length), Buffer.from(base.oid, 'hex')]), data: delta },
  ];
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\x04', 'latin1');
  let at = header.length;
  const placed = entries.map(({ oid, head, data }) => {
    const bytes = Buffer.concat([head, deflateSync(data)]);
    const entry = { oid, offset: at, bytes };
    at += bytes.length;
    return entry;
  });
  const body = Buffer.concat([header, ...placed.map(({ bytes }) => bytes)]);
  const checksum = createHash('sha1').update(body).digest();
  return { pack: Buffer.concat([body, checksum]), index: indexOf(placed, checksum), oids: placed.map(({ oid }) => oid) };
}

function indexOf(placed: readonly { oid: string; offset: number; bytes: Buffer }[], checksum: Buffer): Buffer {
  const sorted = [...placed].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const numbers = (values: readonly number[]) => {
    const buffer = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) buffer.writeUInt32BE(value >>> 0, index * 4);
    return buffer;
  };
  const fanout = Array.from(
    { length: 256 },
    (_, first) => sorted.filter(({ oid }) => Number.parseInt(oid.slice(0, 2), 16) <= first).length,
  );
  const body = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]),
    numbers(fanout),
    ...sorted.map(({ oid }) => Buffer.from(oid, 'hex')),
    numbers(sorted.map(({ bytes }) => crc32(bytes))),
    numbers(sorted.map(({ offset }) => offset)),
    checksum,
  ]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
