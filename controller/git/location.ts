import { X509Certificate } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { attempt } from '../core/attempt.js';
import type { GitSpec } from '../core/resources/release-source.js';
import { failed } from './failure.js';

/** Where a repository is and how it is reached. */
export type Location =
  | { readonly kind: 'http'; readonly url: string; readonly authorization?: string; readonly ca?: string }
  | { readonly kind: 'file'; readonly url: string; readonly path: string };

const loopback = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;
const wrong = (message: string) => failed('GitUrlInvalid', message, 'never');

/** Checks `spec.git` and the Secret that it names. Throws ReconcileError; no message holds a credential. */
export function toLocation(spec: GitSpec, secret: Readonly<Record<string, string>> | undefined): Location {
  const url = parseUrl(spec.url);
  if (url.protocol === 'file:') return fileLocation(url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw wrong(`The address of the repository begins with ${url.protocol}//, which is not supported; use https, http or file.`);
  }
  if (url.password !== '')
    throw wrong('The address of the repository holds a password; put it into the Secret that secretRef names.');
  if (url.search !== '' || url.hash !== '')
    throw wrong('The address of the repository has a query or a fragment; git knows neither.');
  if (url.protocol === 'http:' && spec.allowInsecure !== true && !loopback.test(url.hostname)) {
    throw wrong(`http to ${url.hostname} is not allowed; use https, or set allowInsecure.`);
  }
  const authorization = toAuthorization(secret ?? {}, decodeUser(url.username));
  const ca = toCertificates(secret?.['ca.crt']);
  return {
    kind: 'http',
    url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    ...(authorization === undefined ? {} : { authorization }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function parseUrl(text: string): URL {
  if (/[\p{Cc}\s]/u.test(text)) throw wrong('The address of the repository holds blanks or control characters.');
  if (/^[^/:]+@[^/:]+:/.test(text))
    throw wrong('Addresses in the form user@host:path mean ssh, which is not supported; use https.');
  const url = attempt(() => new URL(text));
  if (url === undefined) throw wrong('The address of the repository is not a URL.');
  return url;
}

function decodeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('The user name in the address of the repository is not well-formed.');
  }
}

function fileLocation(url: URL): Location {
  if (url.host !== '' || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw wrong('A file address has the form file:///path/to/repository.');
  }
  try {
    return { kind: 'file', url: `file://${url.pathname}`, path: fileURLToPath(url) };
  } catch {
    throw wrong('The path of the file address cannot be used.');
  }
}

function toAuthorization(secret: Readonly<Record<string, string>>, user: string): string | undefined {
  const { username, password } = secret;
  const token = secret.token?.trim();
  const basic = (name: string, word: string) => `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}`;
  if (token !== undefined && token !== '') {
    if (!/^[\x21-\x7e]+$/.test(token))
      throw failed('GitAuthenticationFailed', 'The token in the Secret holds characters that no token has.');
    return username === undefined ? `Bearer ${token}` : basic(username.trim(), token);
  }
  if (password === undefined) return undefined;
  return basic((username ?? user).trim(), password.replace(/\r?\n$/, ''));
}

function toCertificates(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem).raw.length > 0 ? pem : undefined;
  } catch {
    throw failed('GitCertificateInvalid', 'ca.crt in the Secret is not a certificate in PEM form.');
  }
}

/** Checks the branch by the rules of git-check-ref-format(1) and gives the full name of its ref. */
export function toRef(branch: string): string {
  const bad = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|^-|\/$|\.$|\.lock(?:\/|$)|(?:^|\/)\.|^@$/u;
  if (branch === '' || branch.length > 250 || bad.test(branch)) {
    throw failed('GitBranchInvalid', `${JSON.stringify(branch.slice(0, 250))} cannot be the name of a branch.`, 'never');
  }
  return branch.startsWith('refs/heads/') ? branch : `refs/heads/${branch}`;
}

/** The folder inside the repository, without `.` and doubled slashes; `.` for the root. */
export function toFolder(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..') || /[\p{Cc}\\]/u.test(path)) {
    throw failed('GitPathInvalid', `${JSON.stringify(path)} is not a folder inside the repository.`, 'never');
  }
  return parts.length === 0 ? '.' : parts.join('/');
}
