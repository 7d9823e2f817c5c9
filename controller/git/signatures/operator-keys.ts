import type { GitSpec } from '../../core/resources/release-source.js';
import { failed } from '../failure.js';
import type { VerifyRequest } from '../protocol.js';
import { parseSshKey } from './ssh-wire.js';

const wrong = (message: string) => failed('VerifyKeysInvalid', message, 'never');
const armored = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;
const keyType = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))$/;

/** What is to be verified, with the keys of the Secret that `verify.secretRef` names. Throws ReconcileError where they cannot be used. */
export function toVerifyRequest(
  verify: GitSpec['verify'],
  secret: Readonly<Record<string, string>> | undefined,
): VerifyRequest | undefined {
  const mode = verify?.mode ?? 'none';
  if (mode === 'none') return undefined;
  if (mode === 'signoffs') return { mode, keys: [] };
  if (secret === undefined) throw wrong('verify.mode head needs verify.secretRef: the keys that commits are to be signed with.');
  const blocks = [...(secret['pgp.asc'] ?? '').matchAll(armored)].map(([block]) => block);
  if (blocks.length === 0 && (secret['pgp.asc'] ?? '').trim() !== '')
    throw wrong('pgp.asc in the Secret of verify.secretRef holds no OpenPGP public key, armored.');
  const keys = [...(secret.authorizedKeys ?? '').split('\n').flatMap(toSshKey), ...blocks];
  if (keys.length === 0) throw wrong('The Secret of verify.secretRef has neither authorizedKeys nor pgp.asc.');
  return { mode, keys };
}

/**
 * A line of the kind that `authorized_keys` and `allowed_signers` hold: something before the key, the key, a comment. Options that
 * would make the key count for less are refused rather than overlooked.
 */
function toSshKey(line: string, index: number): string[] {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return [];
  const tokens = text.split(/[ \t]+/);
  const at = tokens.findIndex((token) => keyType.test(token));
  const key = tokens.slice(at, at + 2).join(' ');
  if (at < 0 || parseSshKey(key) === undefined)
    throw wrong(
      `Line ${index + 1} of authorizedKeys in the Secret of verify.secretRef holds no SSH public key of a supported kind.`,
    );
  const options = tokens.slice(0, at).join(' ');
  const namespaces = /namespaces="([^"]*)"/i.exec(options)?.[1]?.split(',');
  if (/cert-authority|valid-after|valid-before/i.test(options) || (namespaces !== undefined && !namespaces.includes('git')))
    throw wrong(`Line ${index + 1} of authorizedKeys in the Secret of verify.secretRef has options that are not supported.`);
  return [key];
}
