import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Headers by their names in lower case, as Node gives them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request brings to show that its sender knows the secret. */
export interface Proofs {
  /** HMAC-SHA256 of the body. */
  readonly digests: readonly Buffer[];
  /** The secret itself (GitLab). */
  readonly token?: string;
  /** HMAC-SHA256 of id, time and body (GitLab, by https://www.standardwebhooks.com). */
  readonly signed?: { readonly id: string; readonly timestamp: string; readonly digests: readonly Buffer[] };
}

/** A signed request that is older, or newer, was sent by somebody who had listened. */
const toleranceSeconds = 300;
const mostSignatures = 5;

/**
 * The proofs in the headers of GitHub, Gitea, Forgejo, Bitbucket and GitLab; undefined where there is none that could be right. SHA-1 is
 * not accepted, wherever it stands beside.
 */
export function proofsIn(headers: Headers): Proofs | undefined {
  const digests = [
    hexDigest(/^sha256=([0-9a-f]{64})$/i, textOf(headers, 'x-hub-signature-256')),
    hexDigest(/^sha256=([0-9a-f]{64})$/i, textOf(headers, 'x-hub-signature')),
    hexDigest(/^([0-9a-f]{64})$/i, textOf(headers, 'x-forgejo-signature')),
    hexDigest(/^([0-9a-f]{64})$/i, textOf(headers, 'x-gitea-signature')),
  ].flat();
  const token = textOf(headers, 'x-gitlab-token');
  const signed = signedBy(headers);
  if (digests.length === 0 && token === '' && signed === undefined) return undefined;
  return { digests, ...(token === '' ? {} : { token }), ...(signed === undefined ? {} : { signed }) };
}

/** Whether one of the proofs was made with one of the secrets. Takes the same time whichever it is, and whether or not it is. */
export function isGenuine(proofs: Proofs, body: Uint8Array, trust: { secrets: readonly string[]; nowMs: number }): boolean {
  let genuine = false;
  for (const secret of trust.secrets) {
    const digest = createHmac('sha256', secret).update(body).digest();
    for (const claimed of proofs.digests) genuine = timingSafeEqual(digest, claimed) || genuine;
    if (proofs.token !== undefined) genuine = isSameText(proofs.token, secret) || genuine;
    if (proofs.signed !== undefined) genuine = isSigned(proofs.signed, body, secret, trust.nowMs) || genuine;
  }
  return genuine;
}

/** Of a header that was sent once; empty where it was not. */
export function textOf(headers: Headers, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function hexDigest(pattern: RegExp, text: string): Buffer[] {
  const match = pattern.exec(text);
  return match?.[1] === undefined ? [] : [Buffer.from(match[1], 'hex')];
}

function signedBy(headers: Headers): Proofs['signed'] {
  const id = textOf(headers, 'webhook-id');
  const timestamp = textOf(headers, 'webhook-timestamp');
  const digests = textOf(headers, 'webhook-signature')
    .split(' ')
    .slice(0, mostSignatures)
    .flatMap((one) => (/^v1,[A-Za-z0-9+/]{43}=$/.test(one) ? [Buffer.from(one.slice(3), 'base64')] : []));
  return id === '' || !/^\d{1,12}$/.test(timestamp) || digests.length === 0 ? undefined : { id, timestamp, digests };
}

function isSigned(
  { id, timestamp, digests }: NonNullable<Proofs['signed']>,
  body: Uint8Array,
  secret: string,
  nowMs: number,
): boolean {
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  let same = false;
  for (const claimed of digests) same = timingSafeEqual(digest, claimed) || same;
  return same && Math.abs(nowMs / 1_000 - Number(timestamp)) <= toleranceSeconds;
}

/** `whsec_` and base64, as GitLab makes them; anything else is taken as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
}

/** Digests have one length: what is compared tells nothing of how long the secret is. */
function isSameText(a: string, b: string): boolean {
  const digestOf = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digestOf(a), digestOf(b));
}
