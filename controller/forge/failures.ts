import { ReconcileError } from '../core/errors.js';
import { listAt, textAt } from './json.js';

/** An answer, as far as a failure is made of it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

const second = 1_000;
const hour = 3_600 * second;
/** What GitHub asks for where it says nothing: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
const patience = 60 * second;

/** When the host may be asked again; undefined where the answer speaks of no limit. Between a second and an hour. */
export function waitOf({ status, headers, body }: Refusal, now: number): number | undefined {
  const isLimit =
    status === 429 ||
    (status === 503 && headers['retry-after'] !== undefined) ||
    (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0' || speaksOfLimit(body)));
  if (!isLimit) return undefined;
  const asked = delayOf(headers['retry-after'], headers, now) ?? resetOf(headers, now) ?? patience;
  return Math.min(hour, Math.max(second, Math.ceil(asked)));
}

/** After the last request that is allowed: when there will be others. */
export function exhaustedFor(headers: Refusal['headers'], now: number): number | undefined {
  const left = headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining'];
  if (left !== '0') return undefined;
  const wait = resetOf(headers, now);
  return wait === undefined || wait <= 0 ? undefined : Math.min(hour, wait);
}

function speaksOfLimit(body: unknown): boolean {
  return /rate limit|abuse detection/i.test(textAt(body, 'message') ?? '');
}

function resetOf(headers: Refusal['headers'], now: number): number | undefined {
  return delayOf(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset'], headers, now);
}

/** A wait as hosts write it: seconds, seconds since 1970, or a date (of HTTP or ISO 8601). */
function delayOf(written: string | undefined, headers: Refusal['headers'], now: number): number | undefined {
  if (written === undefined) return undefined;
  const number = /^\d+(\.\d+)?$/.test(written.trim()) ? Number(written) : undefined;
  if (number !== undefined && number < 1e9) return number * second;
  const moment = number === undefined ? Date.parse(written) : number * second;
  // By the clock of the host where it tells it: ours may differ.
  const told = Date.parse(headers.date ?? '');
  return Number.isNaN(moment) ? undefined : moment - (Number.isNaN(told) ? now : told);
}

/** What an answer other than a success means. `where` names the host and the project, without credentials. */
export function refusalOf(refusal: Refusal, where: string, says: (text: string) => string): ReconcileError {
  const { status } = refusal;
  const told = says(messageOf(refusal.body));
  const said = told === '' ? '' : `: ${told}`;
  const fail = (reason: string, message: string, retry: 'never' | 'backoff') => new ReconcileError(reason, message, { retry });
  if (status === 401) return fail('ForgeForbidden', `${where} does not accept the credentials${said}`, 'backoff');
  if (status === 403) return fail('ForgeForbidden', `${where} does not allow it${said}`, 'backoff');
  if (status === 404 || status === 410)
    return fail('ForgeNotFound', `${where} answers that there is no such thing${said}`, 'backoff');
  if (status >= 300 && status < 400)
    return fail('ForgeRefused', `${where} has moved: it redirects (status ${status})`, 'backoff');
  if (status === 408 || status >= 500) return fail('ForgeUnavailable', `${where} answers with status ${status}`, 'backoff');
  // Somebody else wrote at the same time.
  const retry = status === 409 || status === 423 ? 'backoff' : 'never';
  return fail('ForgeRefused', `${where} refuses it (status ${status})${said}`, retry);
}

export function busy(where: string, afterMs: number): ReconcileError {
  const seconds = Math.ceil(afterMs / second);
  return new ReconcileError('ForgeBusy', `${where} limits how often it is asked; it is asked again in ${seconds} s`, {
    retry: { afterMs },
  });
}

export function unavailable(where: string, what: string): ReconcileError {
  return new ReconcileError('ForgeUnavailable', `${where} ${what}`);
}

/** What the hosts say in their errors, each in its own form; on one line, and short. */
function messageOf(body: unknown): string {
  const message = textAt(body, 'message') ?? textAt(body, 'error', 'message') ?? textAt(body, 'error') ?? '';
  const list = (listAt(body, 'message') ?? []).filter((one) => typeof one === 'string');
  const details = (listAt(body, 'errors') ?? []).map((one) => textAt(one, 'message') ?? '');
  const all = [message, ...list, ...details].filter((text, index, texts) => text !== '' && texts.indexOf(text) === index);
  return all
    .join('; ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .slice(0, 300);
}
