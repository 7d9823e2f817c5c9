import { attempt } from '../core/attempt.js';
import { ReconcileError } from '../core/errors.js';

/** A Secret or an address that is put right is looked at again this soon. */
export const retrySoon = { retry: { afterMs: 30_000 } } as const;

/** What cannot be used of the configuration of a sink; the text names no secret. */
export const misconfigured = (sink: string, problem: string): ReconcileError =>
  new ReconcileError('SinkMisconfigured', `sink ${sink}: ${problem}`, retrySoon);

export interface AddressOptions {
  readonly sink: string;
  readonly url: string | undefined;
  readonly allowInsecure?: boolean | undefined;
  readonly protocols?: { readonly secure: string; readonly plain: string };
}

/** An address that may be used: with TLS, or without to this host alone unless it is allowed. Never in an error as a whole: it may be a secret. */
export function parseSinkUrl({ sink, url, allowInsecure, protocols = web }: AddressOptions): URL {
  if (url === undefined) throw misconfigured(sink, 'it has no url');
  const parsed = attempt(() => new URL(url));
  if (parsed === undefined) throw misconfigured(sink, 'its url cannot be read');
  const { secure, plain } = protocols;
  if (parsed.protocol !== secure && parsed.protocol !== plain)
    throw misconfigured(sink, `its url begins with neither ${secure} nor ${plain}`);
  if (parsed.username !== '' || parsed.password !== '')
    throw misconfigured(sink, 'its url holds credentials; they belong into its Secret');
  if (protocols === web && parsed.protocol === plain && allowInsecure !== true && !isLoopback(parsed.hostname))
    throw misconfigured(sink, 'it is not told anything over plain http; use https, or set allowInsecure');
  return parsed;
}

const web = { secure: 'https:', plain: 'http:' };

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
