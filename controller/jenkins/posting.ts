import type { Connection, Operation, Sending } from './connection.js';
import type { Exchange } from './exchange.js';
import { isCrumbRefusal } from './words.js';

/** A POST to the server, with what its CSRF protection wants. */
export type Post = (operation: Operation, sending: Omit<Sending, 'method'>, signal: AbortSignal) => Promise<Exchange>;

type Crumb = Readonly<Record<string, string>>;

/**
 * With an API token no crumb is needed. With a password a crumb goes with the session cookie that it was issued for; both are fetched
 * again once where Jenkins refuses them, which is safe to repeat: what it refuses for its crumb is not looked at any further.
 */
export function createPost(connection: Connection): Post {
  let crumb: Crumb | undefined;

  async function fetchCrumb(signal: AbortSignal): Promise<Crumb | Exchange> {
    const found = await connection.send('crumb', { method: 'GET', path: '/crumbIssuer/api/json' }, signal);
    if (found.kind === 'failed') return { ...found, isSent: false };
    // Without an issuer there is no protection, and nothing to bring along.
    if (found.status === 404 && found.headers['x-jenkins'] !== undefined) return {};
    return found.status === 200 ? (toCrumb(found.body, found.headers['set-cookie']) ?? found) : found;
  }

  return async (operation, sending, signal) => {
    const send = (headers: Crumb): Promise<Exchange> =>
      connection.send(operation, { ...sending, method: 'POST', headers: { ...sending.headers, ...headers } }, signal);
    if (connection.credentials?.kind !== 'password') return send({});
    for (const isFresh of crumb === undefined ? [true] : [false, true]) {
      const next = isFresh ? await fetchCrumb(signal) : (crumb ?? {});
      if (isExchange(next)) return next.kind === 'answer' ? { kind: 'failed', code: 'CRUMB', isSent: false } : next;
      crumb = next;
      const found = await send(next);
      if (isFresh || found.kind === 'failed' || !isCrumbRefusal(found)) return found;
    }
    return { kind: 'failed', code: 'CRUMB', isSent: false };
  };
}

function isExchange(value: Crumb | Exchange): value is Exchange {
  return value.kind === 'answer' || value.kind === 'failed';
}

function toCrumb(body: string, cookies: string | undefined): Crumb | undefined {
  try {
    const value = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const { crumb, crumbRequestField: field } = value;
    if (typeof crumb !== 'string' || !/^[\w-]{1,200}$/.test(crumb)) return undefined;
    if (typeof field !== 'string' || !/^[A-Za-z.-]{1,60}$/.test(field)) return undefined;
    const cookie = /\bJSESSIONID[^=;,\s]*=[^;,\s]+/.exec(cookies ?? '')?.[0];
    return { [field]: crumb, ...(cookie === undefined ? {} : { cookie }) };
  } catch {
    return undefined;
  }
}
