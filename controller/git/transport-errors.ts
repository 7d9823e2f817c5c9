import { ReconcileError } from '../core/errors.js';
import { failed } from './failure.js';

const timeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const certificates = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)|ALTNAME/;

/** What an answer other than 200 and a redirect means. Its body is not shown: nobody knows what it holds. */
export function statusFailure(
  url: string,
  { statusCode, headers }: { statusCode: number; headers: Record<string, string | string[] | undefined> },
): ReconcileError {
  if (statusCode === 401 || statusCode === 403) {
    return failed('GitAuthenticationFailed', `${url} refuses the credentials (status ${statusCode}).`);
  }
  if (statusCode === 404 || statusCode === 410) {
    return failed('GitNotFound', `${url} is no repository, or the credentials may not see it (status ${statusCode}).`);
  }
  const seconds = Number(headers['retry-after']);
  const retry = seconds > 0 && seconds <= 3600 ? { afterMs: seconds * 1000 } : 'backoff';
  return failed('GitUnreachable', `${url} answers with status ${statusCode}.`, retry);
}

/** What a failed connection means; a ReconcileError goes through unchanged. */
export function networkFailure(url: string, error: unknown): ReconcileError {
  if (error instanceof ReconcileError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const { hostname } = new URL(url);
  if (timeouts.has(code)) return failed('GitTimeout', `${url} does not answer in time.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return failed('GitUnreachable', `The host ${hostname} is not known (${code}).`);
  if (certificates.test(code)) {
    return failed(
      'GitCertificateUntrusted',
      `The certificate of ${hostname} is not trusted (${code}); a private CA belongs into ca.crt of the Secret.`,
    );
  }
  return failed('GitUnreachable', `${url} cannot be reached, or broke off its answer (${code}).`);
}
