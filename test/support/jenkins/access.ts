import { createHmac, randomBytes } from 'node:crypto';
import {
  type Answer,
  forbidden,
  jetty,
  loginRequired,
  newCookie,
  type Origin,
  type StandInRequest,
  unauthorized,
} from './answers.js';
import type { Permission, UserDefinition } from './definition.js';

const permissionIds: Readonly<Record<Permission, string>> = {
  'Overall/Read': 'hudson.model.Hudson.Read',
  'Overall/Administer': 'hudson.model.Hudson.Administer',
  'Job/Read': 'hudson.model.Item.Read',
  'Job/Build': 'hudson.model.Item.Build',
  'Job/Cancel': 'hudson.model.Item.Cancel',
  'Job/Configure': 'hudson.model.Item.Configure',
  'Run/Delete': 'hudson.model.Run.Delete',
};

/** Who may do what, as the real server checks it: credentials, then the crumb of a POST, then permissions. */
export interface Access {
  /** The user of a request that may go on, or the answer that stops it. */
  admit(request: StandInRequest, origin: Origin): { readonly user: UserDefinition } | { readonly answer: Answer };
  /** The answer for a user without the permission. */
  lacks(user: UserDefinition, permission: Permission, origin: Origin): Answer | undefined;
  /** A fresh crumb and the session cookie that it is good for. */
  issueCrumb(
    user: UserDefinition,
    request: StandInRequest,
    origin: Origin,
  ): { readonly crumb: string; readonly cookie: string | undefined };
}

interface Credentials {
  readonly user: UserDefinition | undefined;
  readonly byToken: boolean;
}

export function createAccess(users: readonly UserDefinition[]): Access {
  const salt = randomBytes(16);

  function crumbFor(user: string, cookie: string): string {
    return createHmac('sha256', salt).update(`${user};${cookie}`).digest('hex');
  }

  function identify(authorization: string): Credentials {
    const [name = '', ...secret] = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64')
      .toString('utf8')
      .split(':');
    const given = secret.join(':');
    const user = users.find((each) => each.name === name && given !== '' && (each.token === given || each.password === given));
    return { user, byToken: user?.token === given };
  }

  function crumbProblem(request: StandInRequest, origin: Origin, credentials: Credentials | undefined): Answer | undefined {
    if (request.method !== 'POST' || credentials?.byToken === true) return undefined;
    const crumb = request.headers['jenkins-crumb'];
    const cookie = sessionCookie(request);
    if (crumb === undefined) return jetty(403, request.path);
    const isValid = cookie !== undefined && crumb === crumbFor(credentials?.user?.name ?? '', cookie);
    const fresh: [string, string] = ['Set-Cookie', `${newCookie(origin)}; Path=/; HttpOnly`];
    return isValid ? undefined : jetty(403, request.path, cookie === undefined ? [fresh] : []);
  }

  return {
    admit(request, origin) {
      const { authorization } = request.headers;
      const credentials = authorization === undefined ? undefined : identify(authorization);
      if (credentials !== undefined && credentials.user === undefined) return { answer: unauthorized(request.path) };
      const problem = crumbProblem(request, origin, credentials);
      if (problem !== undefined) return { answer: problem };
      const user = credentials?.user;
      if (user === undefined) return { answer: loginRequired(origin, request.path) };
      const answer = this.lacks(user, 'Overall/Read', origin);
      return answer === undefined ? { user } : { answer };
    },
    lacks(user, permission, origin) {
      if (user.permissions.includes(permission)) return undefined;
      return forbidden(origin, user.name, permissionIds[permission]);
    },
    issueCrumb(user, request, origin) {
      const known = sessionCookie(request);
      const cookie = known ?? newCookie(origin);
      return { crumb: crumbFor(user.name, cookie), cookie: known === undefined ? cookie : undefined };
    },
  };
}

function sessionCookie({ headers }: StandInRequest): string | undefined {
  return headers.cookie?.split(/;\s*/).find((each) => each.startsWith('JSESSIONID'));
}
