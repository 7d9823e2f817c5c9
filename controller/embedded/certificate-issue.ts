import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { bits, element, integer, octets, oid, sequence, setOf, time, utf8, yes } from './der.js';

/** A private key (PKCS #8) and its certificate, both PEM. */
export interface Identity {
  readonly keyPem: string;
  readonly certPem: string;
}

export interface Validity {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const caName = sequence(setOf(sequence(oid('2.5.4.3'), utf8('towpath embedded API CA'))));
const serverName = sequence(setOf(sequence(oid('2.5.4.3'), utf8('towpath embedded API'))));
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

/** A self-signed CA (RFC 5280) with an ECDSA P-256 key; it signs servers only, no further CAs. */
export function issueCa(validity: Validity): Identity {
  const { privateKey, publicKey } = newKeyPair();
  const extensions = [
    extension('2.5.29.19', sequence(yes, integer(Buffer.of(0))), true),
    extension('2.5.29.15', bits(Buffer.of(0b0000_0110), 1), true),
    extension('2.5.29.14', octets(keyId(publicKey))),
  ];
  return certify({ issuer: caName, subject: caName, validity, publicKey, extensions }, { signer: privateKey, privateKey });
}

/** A server certificate for 127.0.0.1, ::1 and localhost, signed by the CA. */
export function issueServer(ca: Identity, validity: Validity): Identity {
  const signer = createPrivateKey(ca.keyPem);
  const { privateKey, publicKey } = newKeyPair();
  const ipv6Loopback = Buffer.from([...new Array<number>(15).fill(0), 1]);
  const names = [element(0x82, Buffer.from('localhost')), element(0x87, Buffer.of(127, 0, 0, 1)), element(0x87, ipv6Loopback)];
  const extensions = [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bits(Buffer.of(0b1000_0000), 7), true),
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', sequence(...names)),
    extension('2.5.29.35', sequence(element(0x80, keyId(createPublicKey(signer))))),
    extension('2.5.29.14', octets(keyId(publicKey))),
  ];
  return certify({ issuer: caName, subject: serverName, validity, publicKey, extensions }, { signer, privateKey });
}

interface Content {
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly validity: Validity;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

function certify(content: Content, { signer, privateKey }: { signer: KeyObject; privateKey: KeyObject }): Identity {
  // 20 bytes at most and never negative (RFC 5280 section 4.1.2.2).
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const signed = sequence(
    element(0xa0, integer(Buffer.of(2))),
    integer(serial),
    ecdsaWithSha256,
    content.issuer,
    sequence(time(content.validity.from), time(content.validity.to)),
    content.subject,
    spki(content.publicKey),
    element(0xa3, sequence(...content.extensions)),
  );
  const certificate = sequence(signed, ecdsaWithSha256, bits(sign('sha256', signed, signer)));
  return { keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certPem: pem(certificate) };
}

function newKeyPair(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** RFC 7093 method 1: the leftmost 160 bits of SHA-256 over the public point, the last 65 bytes of the key's DER form. */
function keyId(key: KeyObject): Uint8Array {
  return createHash('sha256').update(spki(key).subarray(-65)).digest().subarray(0, 20);
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
