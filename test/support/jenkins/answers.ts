import { randomBytes } from 'node:crypto';

/** A request as it came, its path without the context path. */
export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** A request as it arrived, for tests that look at what was sent. */
export interface SeenRequest extends StandInRequest {
  readonly connection: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What each answer of one server life shares. */
export interface Origin {
  readonly version: string;
  readonly session: string;
  readonly instance: string;
}

const base = [['X-Content-Type-Options', 'nosniff']] as const;
const stale = [
  ['Expires', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['Cache-Control', 'no-cache,no-store,must-revalidate'],
] as const;

function identity({ version, session }: Origin): [string, string][] {
  return [
    ['X-Jenkins', version],
    ['X-Jenkins-Session', session],
  ];
}

export function newCookie({ instance }: Origin): string {
  return `JSESSIONID.${instance}=node0${randomBytes(12).toString('hex')}.node0`;
}

function cookieHeader(origin: Origin): [string, string] {
  return ['Set-Cookie', `${newCookie(origin)}; Path=/; HttpOnly`];
}

export function json(origin: Origin, value: unknown, extra: readonly [string, string][] = []): Answer {
  const type = ['Content-Type', 'application/json;charset=utf-8'] as const;
  const headers = [...base, ...identity(origin), ['X-Frame-Options', 'deny'] as const, type, ...extra];
  return { status: 200, headers, body: JSON.stringify(value) };
}

export function text(body: string, extra: readonly [string, string][]): Answer {
  return { status: 200, headers: [...base, ['Content-Type', 'text/plain;charset=utf-8'], ...extra], body };
}

/** An answer without a body: created, redirected, done. Jenkins does not sign these. */
export function bare(status: number, location?: string): Answer {
  return { status, headers: [...base, ...(location === undefined ? [] : [['Location', location] as const])], body: '' };
}

/** A page in Jenkins' own frame, which carries X-Jenkins. */
export function page(
  origin: Origin,
  status: number,
  {
    title = 'Jenkins [Jenkins]',
    heading = 'Oops!',
    extra = [],
  }: { title?: string; heading?: string; extra?: [string, string][] } = {},
): Answer {
  const headers: (readonly [string, string])[] = [
    ...base,
    ...extra,
    ['Content-Type', 'text/html;charset=utf-8'],
    ...stale,
    cookieHeader(origin),
    ['X-Hudson', '1.395'],
    ...identity(origin),
    ['X-Frame-Options', 'sameorigin'],
  ];
  const id = status === 500 ? `<p>Logging ID=${randomBytes(8).toString('hex')}</p>` : '';
  const image =
    heading === 'Oops!'
      ? '<img src="/static/images/rage.svg" width="154" height="179"><span style="font-size:50px"> Oops!</span>'
      : heading;
  const body = `<!DOCTYPE html><html><head resURL="/static/${origin.session}"><title>${title}</title></head><body>${image === '' ? '' : `<h1>${image}</h1>`}${id}</body></html>`;
  return { status, headers, body };
}

export function notFound(origin: Origin): Answer {
  return page(origin, 404, { title: 'Not Found [Jenkins]' });
}

/** A permission that the user lacks: the headers name both. */
export function forbidden(origin: Origin, user: string, permission: string): Answer {
  return page(origin, 403, {
    title: 'Jenkins',
    heading: 'Access Denied',
    extra: [
      ['X-You-Are-Authenticated-As', user],
      ['X-Required-Permission', permission],
    ],
  });
}

export function loginRequired(origin: Origin, path: string): Answer {
  const login = `/login?from=${encodeURIComponent(path)}`;
  const body = `<html><head><meta http-equiv='refresh' content='1;url=${login}'/><script>window.location.replace('${login}');</script></head><body style='background-color:white; color:white;'>\n\n\nAuthentication required\n<!--\n-->\n\n</body></html>`;
  const type = ['Content-Type', 'text/html;charset=utf-8'] as const;
  return { status: 403, headers: [...base, cookieHeader(origin), type, ...identity(origin)], body };
}

export function login(origin: Origin): Answer {
  return page(origin, 200, { title: 'Sign in [Jenkins]', heading: 'Sign in to Jenkins' });
}

const reasons: Readonly<Record<number, string>> = { 400: 'Nothing is submitted', 401: 'Unauthorized' };

/** A page of the servlet container, which carries no X-Jenkins. */
export function jetty(status: number, path: string, extra: readonly [string, string][] = []): Answer {
  const reason = reasons[status] ?? 'No valid crumb was included in the request';
  const row = (name: string, value: string | number): string => `<tr><th>${name}:</th><td>${value}</td></tr>\n`;
  const body = `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>\n<title>Error ${status} ${reason}</title>\n</head>\n<body><h2>HTTP ERROR ${status} ${reason}</h2>\n<table>\n${row('URI', path)}${row('STATUS', status)}${row('MESSAGE', reason)}${row('SERVLET', 'Stapler')}</table>\n<hr/><a href="https://eclipse.org/jetty">Powered by Jetty:// 10.0.18</a><hr/>\n\n</body>\n</html>\n`;
  const caching = status === 401 ? [] : [['Cache-Control', 'must-revalidate,no-cache,no-store'] as const];
  return { status, headers: [...base, ...extra, ...caching, ['Content-Type', 'text/html;charset=iso-8859-1']], body };
}

export function unauthorized(path: string): Answer {
  return jetty(401, path, [
    ['Set-Cookie', 'remember-me=; Path=/; Expires=Thu, 01-Jan-1970 00:00:00 GMT; Max-Age=0'],
    ['WWW-Authenticate', 'Basic realm="Jenkins"'],
  ]);
}

export function tooLong(): Answer {
  const body = '<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>';
  return { status: 414, headers: [['Content-Type', 'text/html;charset=iso-8859-1']], body };
}

/** What every request gets while the server comes up or goes down. */
export function notReady(word: 'Starting' | 'Restarting'): Answer {
  const waiting = word === 'Starting' ? 'getting ready to work' : 'restarting';
  const heading = `\n                            Please wait while Jenkins is ${waiting}\n                            <span>.</span><span>.</span><span>.</span>`;
  const body = `\n    <!DOCTYPE html><html lang="en"><head><title>${word} Jenkins</title></head><body><h1 class="loading">${heading}</h1></body></html>`;
  return { status: 503, headers: [...base, ['Content-Type', 'text/html;charset=utf-8'], ...stale], body };
}

/** The moment of a start in which the crumb filter fails: a stack trace without X-Jenkins. */
export function crumbFilterFails(): Answer {
  const body =
    '<html><head><title>Error 500</title></head>\n<body bgcolor=#fff><h1>Status Code: 500</h1>Exception: class hudson.security.csrf.DefaultCrumbIssuer is missing its descriptor<br>Stacktrace: <pre>java.lang.AssertionError: class hudson.security.csrf.DefaultCrumbIssuer is missing its descriptor\n\tat jenkins.model.Jenkins.getDescriptorOrDie(Jenkins.java:1666)\n</pre></body></html>';
  return { status: 500, headers: [...base, ['Content-Type', 'text/html;charset=utf-8']], body };
}

export function deadEnd(): Answer {
  const body =
    "<html><head><meta http-equiv='refresh' content='1;url=..'/><script>window.location.replace('..');</script></head><body style='background-color:white; color:white;'>Not found</body></html>\n";
  return { status: 404, headers: [...base, ['Content-Type', 'text/html;charset=utf-8']], body };
}
