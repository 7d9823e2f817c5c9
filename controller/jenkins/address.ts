import { attempt } from '../core/attempt.js';
import { ReconcileError } from '../core/errors.js';

/** The address of one server: where requests go, and how it is shown. Neither holds credentials. */
export interface Address {
  /** Root URL without a slash at its end; it may have a context path. */
  readonly root: string;
  readonly isTls: boolean;
}

/**
 * Checks the configured URL: https, or http to this host alone unless it is allowed; no user information, query or fragment. The path
 * of Jenkins behind a prefix is kept.
 */
export function parseAddress(url: string, allowInsecure: boolean): Address {
  const parsed = attempt(() => new URL(url));
  if (parsed === undefined) throw invalid('the URL of the Jenkins server cannot be read');
  const root = parsed.origin + parsed.pathname.replace(/\/+$/, '');
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid(`the URL of the Jenkins server ${root} holds credentials; they belong into its Secret`);
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
    throw invalid('the URL of the Jenkins server is not an https URL');
  if (parsed.search !== '' || parsed.hash !== '')
    throw invalid(`the URL of the Jenkins server ${root} has a query or a fragment`);
  const isTls = parsed.protocol === 'https:';
  if (!isTls && !allowInsecure && !isLoopback(parsed.hostname)) {
    throw invalid(`the Jenkins server ${root} is not asked over plain http; use https, or set allowInsecure`);
  }
  return { root, isTls };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function invalid(message: string): ReconcileError {
  return new ReconcileError('InvalidJenkinsServer', message, { retry: 'never' });
}

/** The segments of a job's full name, or `undefined` where it is none: an empty one, `.`, `..`, control characters or backslashes. */
export function jobSegments(job: string): readonly string[] | undefined {
  const segments = job.split('/');
  const isSound = (segment: string): boolean => segment !== '' && segment !== '.' && segment !== '..' && segment.length <= 255;
  const hasTricks = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\\]/u.test(job) || job.trim() !== job;
  return segments.every(isSound) && segments.length <= 20 && !hasTricks ? segments : undefined;
}

/** `/job/a/job/b`, each segment encoded on its own. */
export function jobPath(segments: readonly string[]): string {
  return segments.map((segment) => `/job/${encodeURIComponent(segment)}`).join('');
}

export function itemUrl({ root }: Address, queueId: number): string {
  return `${root}/queue/item/${queueId}/`;
}

export function buildUrl({ root }: Address, segments: readonly string[], number: number): string {
  return `${root}${jobPath(segments)}/${number}/`;
}

/** Whether a URL that Jenkins wrote leads to that job (or to what lies below it), whatever it thinks its own root URL is. */
export function leadsTo(url: string, segments: readonly string[], below = ''): boolean {
  const { pathname } = attempt(() => new URL(url, 'http://localhost')) ?? {};
  if (pathname === undefined) return false;
  try {
    const path = decodeURIComponent(pathname);
    const start = path.indexOf('/job/');
    return start >= 0 && path.slice(start) === `/job/${segments.join('/job/')}/${below}`;
  } catch {
    return false;
  }
}
