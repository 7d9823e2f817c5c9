import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalizeModule from 'canonicalize';
import type { Digest, Json, JsonObject } from './model.js';

// A CommonJS module whose types describe an ES module: the default import is the function itself.
const canonicalize = canonicalizeModule as unknown as (input: Json) => string | undefined;

/** `sha256:` and the hash, of bytes or of the UTF-8 form of a text. */
export function sha256(content: string | Uint8Array): Digest {
  return `sha256:${bytesToHex(hash(typeof content === 'string' ? utf8ToBytes(content) : content))}`;
}

/** The canonical form of a value (RFC 8785): equal values have equal texts. Throws on NaN and Infinity, which no parsed document holds. */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** The digest of what is promoted; the same in every environment. `descriptor` is the parsed content, where there is one. */
export function releaseDigest(release: { product: string; version: string; descriptor?: Json }): Digest {
  const { product, version, descriptor } = release;
  return sha256(canonicalJson(descriptor === undefined ? { product, version } : { product, version, descriptor }));
}

/** The digest of the settings alone, to tell whether they or the release changed. */
export function settingsDigest(settings: JsonObject): Digest {
  return sha256(canonicalJson(settings));
}

/** The digest of what one environment shall have; runs and sign-offs are bound to it. */
export function desiredDigest(desired: {
  releaseDigest: Digest;
  product: string;
  environment: string;
  settings: JsonObject;
}): Digest {
  const { environment, product, releaseDigest: release, settings } = desired;
  return sha256(canonicalJson({ environment, product, releaseDigest: release, settings }));
}
