import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** Reads the binary forms of SSH (RFC 4251, section 5). Throws RangeError where there is less than it says. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new RangeError('cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.number());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  /** A positive mpint without its leading zero. Throws RangeError for a negative one. */
  positive(): Buffer {
    const bytes = this.string();
    if ((bytes[0] ?? 0) > 127) throw new RangeError('a negative number');
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }
}

export function wireString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The curves of RFC 5656: the name in a JSON Web Key, the length of a coordinate, and the hash. */
export const curves = {
  nistp256: { crv: 'P-256', length: 32, hash: 'sha256' },
  nistp384: { crv: 'P-384', length: 48, hash: 'sha384' },
  nistp521: { crv: 'P-521', length: 66, hash: 'sha512' },
} as const;

export const isCurve = (name: string): name is keyof typeof curves => Object.hasOwn(curves, name);

/** Shorter RSA keys can be broken (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048;

/** The key of its wire form (RFC 4253, section 6.6; RFC 5656; RFC 8709). Throws RangeError where it is of no supported kind, or malformed. */
export function toKeyObject(blob: Buffer): KeyObject {
  const reader = new WireReader(blob);
  const key = fromJwk(toJwk(reader.text(), reader));
  if (!reader.atEnd) throw new RangeError('more than a key');
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < LEAST_RSA_BITS) throw new RangeError('an RSA key of less than 2048 bits');
  return key;
}

function toJwk(type: string, reader: WireReader): Record<string, string> {
  const coded = (bytes: Buffer) => bytes.toString('base64url');
  if (type === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: coded(reader.string()) };
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.positive(), reader.positive()];
    return { kty: 'RSA', e: coded(e), n: coded(n) };
  }
  const name = type.replace('ecdsa-sha2-', '');
  if (!type.startsWith('ecdsa-sha2-') || !isCurve(name) || reader.text() !== name) throw new RangeError('another kind of key');
  const { crv, length } = curves[name];
  const point = reader.string();
  if (point.length !== 1 + 2 * length || point[0] !== 4) throw new RangeError('not a point');
  return { kty: 'EC', crv, x: coded(point.subarray(1, 1 + length)), y: coded(point.subarray(1 + length)) };
}

function fromJwk(key: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (cause) {
    throw new RangeError('not a key', { cause });
  }
}

/** As `ssh-keygen -l` shows it. */
export function sshFingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The wire form of a key in one line, `ssh-ed25519 AAAA… comment`, as it stands in a .pub file; undefined where it is none. */
export function parseSshKey(line: string): Buffer | undefined {
  const [type = '', text = ''] = line.trim().split(/[ \t]+/);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const blob = Buffer.from(text, 'base64');
  try {
    return new WireReader(blob).text() === type && toKeyObject(blob) !== undefined ? blob : undefined;
  } catch {
    return undefined;
  }
}
