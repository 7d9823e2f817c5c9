import type { Exchange } from './exchange.js';

type Answer = Extract<Exchange, { kind: 'answer' }>;

const connectionProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'cut the connection',
  CUT: 'cut the answer off',
  EMPTY: 'gave no answer',
  EPIPE: 'cut the connection',
  ENOTFOUND: 'has a host name that is not known',
  EAI_AGAIN: 'has a host name that cannot be looked up now',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  TIMEOUT: 'did not answer in time',
  ABORTED: 'was not waited for any longer',
  LATE: 'was not asked: this process stood still for too long, and may not lead any more',
  CRUMB: 'gives no crumb, which a password needs',
  TOO_LARGE: 'gave an answer that is larger than what is read',
};

/** Why an exchange says nothing about Jenkins' state, as the rest of a sentence that starts with the server. */
export function whyUnavailable(exchange: Exchange): string {
  if (exchange.kind === 'failed') return connectionProblems[exchange.code] ?? connectionProblem(exchange.code);
  const { status } = exchange;
  const title = pageTitle(exchange);
  if (status === 401) return 'does not accept the credentials now (401), which it also says while it restarts';
  if (status >= 300 && status < 400) return `redirects to another page (${status}), as a login proxy does`;
  if (title === 'Starting Jenkins') return 'is starting';
  if (title === 'Restarting Jenkins') return 'is restarting';
  if (status === 200)
    return isPage(exchange) ? 'answers with a web page, as a login proxy does' : 'gave an answer that is not understood';
  return `answers ${status}${isFromJenkins(exchange) ? '' : ', which does not come from Jenkins itself'}`;
}

function connectionProblem(code: string): string {
  const isCertificate = /CERT|SIGNATURE|ISSUER|TLS|SSL/.test(code);
  return isCertificate ? `has a certificate that is not trusted (${code})` : `cannot be talked to (${code})`;
}

/** Whether the answer is Jenkins' own, by the header that it puts on pages and JSON (not on 201, 204 and 302). */
export function isFromJenkins({ headers }: Answer): boolean {
  return headers['x-jenkins'] !== undefined;
}

export function isPage({ headers }: Answer): boolean {
  return /^text\/html/i.test(headers['content-type'] ?? '');
}

function pageTitle({ body }: Answer): string | undefined {
  return /<title>([^<]{0,100})/i.exec(body)?.[1];
}

/** Jenkins' refusal of a POST that brought no valid crumb: a page of its servlet container. */
export function isCrumbRefusal(answer: Answer): boolean {
  return answer.status === 403 && /No valid crumb was included in the request/.test(answer.body);
}

/**
 * Whether this error is certainly Jenkins' own, so that nothing was queued: signed by X-Jenkins, or one of the pages of its servlet
 * container, which are not signed (400, 401, 403 and 414, and 500 and 503 while it starts).
 */
export function isOwnRefusal(answer: Answer): boolean {
  if (answer.status < 400) return false;
  if (isFromJenkins(answer) || isCrumbRefusal(answer)) return true;
  if (answer.status === 401) return answer.headers['www-authenticate'] === 'Basic realm="Jenkins"';
  if (answer.status === 503) return /^(Starting|Restarting) Jenkins$/.test(pageTitle(answer) ?? '');
  if (answer.status === 500) return /Stacktrace:[\s\S]*\b(hudson|jenkins)\./.test(answer.body);
  return /SERVLET:<\/th><td>Stapler|Bad Message 414/.test(answer.body);
}

/** The sentence of a refusal for want of a permission; user and permission are in its headers. */
export function whyForbidden({ status, headers }: Answer): string {
  const user = headers['x-you-are-authenticated-as'];
  const permission = headers['x-required-permission'];
  if (user === undefined || permission === undefined) return `refuses this user (${status})`;
  return `refuses the user ${shorten(user)}, who lacks the permission ${permissionName(permission)}`;
}

function permissionName(id: string): string {
  const [, group = '', name = ''] = /^hudson\.model\.(\w+)\.(\w+)$/.exec(id) ?? [];
  const groups: Readonly<Record<string, string>> = { Hudson: 'Overall', Item: 'Job', Run: 'Run' };
  return groups[group] === undefined ? shorten(id) : `${groups[group]}/${name}`;
}

/** Text of a server in a message: one line, not endless. */
export function shorten(text: string, length = 200): string {
  const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
