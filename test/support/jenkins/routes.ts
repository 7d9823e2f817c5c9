import { type Answer, bare, deadEnd, json, login, notFound, type Origin, page, type StandInRequest, tooLong } from './answers.js';
import { itemBean, queueBean } from './beans.js';
import type { UserDefinition } from './definition.js';
import { jobAnswer } from './job-routes.js';
import { computersBean, folderBean, isFolder, rootBean, userBean } from './root-beans.js';
import { bean, type Exported } from './tree.js';
import { apiAnswer, lacking, location, type Served, type Visit } from './visit.js';

const longestTarget = 8192;

/** The server's answer to one request, as the recorded exchanges have it. */
export function answer(served: Served, origin: Origin, request: StandInRequest): Answer {
  if (request.path.length + request.query.length >= longestTarget) return tooLong();
  if (request.path === '/login') return login(origin);
  const admitted = served.access.admit(request, origin);
  if ('answer' in admitted) return admitted.answer;
  const visit: Visit = { served, origin, request, user: admitted.user };
  const segments = request.path.split('/').slice(1).map(decodeURIComponent);
  if (segments[0] === 'job') return jobAnswerAt(visit, segments);
  if (segments[0] === 'queue') return queueAnswer(visit, segments.slice(1));
  return rootAnswer(visit, segments.join('/'));
}

function jobAnswerAt(visit: Visit, segments: readonly string[]): Answer {
  const { served, origin } = visit;
  const names: string[] = [];
  let rest = segments;
  while (rest[0] === 'job' && rest[1] !== undefined && rest[1] !== '') {
    names.push(rest[1]);
    rest = rest.slice(2);
  }
  const name = names.join('/');
  if (!visit.user.permissions.includes('Job/Read')) return notFound(origin);
  const definition = served.definitions.get(name);
  if (definition !== undefined) return jobAnswer(visit, definition, rest);
  if (isFolder(served, name) && rest.join('/') === 'api/json') return apiAnswer(visit, folderBean(served, name));
  return notFound(origin);
}

function queueAnswer(visit: Visit, rest: readonly string[]): Answer {
  const { served, origin, request } = visit;
  const { process } = served;
  if (rest.join('/') === 'api/json') return apiAnswer(visit, queueBean(served));
  if (rest[0] === 'cancelItem' && request.method === 'POST') {
    const item = process.items.get(Number(new URLSearchParams(request.query).get('id')));
    if (!visit.user.permissions.includes('Job/Cancel')) return page(origin, 422);
    if (item === undefined) return page(origin, 404);
    return process.cancel(item) ? bare(204) : page(origin, 500);
  }
  const item = rest[0] === 'item' ? process.items.get(Number(rest[1])) : undefined;
  if (item === undefined) return notFound(origin);
  const action = rest.slice(2).join('/');
  if (action === 'api/json') return apiAnswer(visit, itemBean(served, item));
  if (action === 'cancelQueue' && request.method === 'POST') {
    if (visit.user.permissions.includes('Job/Cancel')) process.cancel(item);
    return bare(204);
  }
  return notFound(origin);
}

function rootAnswer(visit: Visit, path: string): Answer {
  const { served, origin, user } = visit;
  switch (path) {
    case 'api/json':
      return apiAnswer(visit, rootBean(served));
    case 'computer/api/json':
      return apiAnswer(visit, computersBean(served));
    case 'whoAmI/api/json':
      return apiAnswer(visit, whoAmI(user));
    case 'crumbIssuer/api/json':
      return crumbAnswer(visit);
    case 'quietDown':
    case 'cancelQuietDown':
    case 'safeRestart':
      return administrationAnswer(visit, path);
    case 'script':
      return lacking(visit, 'Overall/Administer') ?? page(origin, 200, { title: 'Script Console', heading: 'Script Console' });
    case 'manage/':
      return user.permissions.includes('Overall/Administer')
        ? page(origin, 200, { title: 'Manage Jenkins', heading: 'Manage Jenkins' })
        : page(origin, 403, { title: 'Jenkins', heading: 'Access Denied', extra: [['X-Frame-Options', 'sameorigin']] });
    default:
      return userAnswer(visit, path);
  }
}

function whoAmI({ name }: UserDefinition): Exported {
  return bean('hudson.security.WhoAmI', {
    anonymous: () => false,
    authenticated: () => true,
    authorities: () => ['authenticated'],
    name: () => name,
  });
}

function userAnswer(visit: Visit, path: string): Answer {
  const name = /^user\/([^/]+)\/api\/json$/.exec(path)?.[1];
  const user = visit.served.users.find((each) => each.name === name);
  if (user !== undefined) return apiAnswer(visit, userBean(visit.served, user));
  return path.includes('injectedEnvVars') ? deadEnd() : notFound(visit.origin);
}

function crumbAnswer({ served, origin, request, user }: Visit): Answer {
  const { crumb, cookie } = served.access.issueCrumb(user, request, origin);
  const value = { _class: 'hudson.security.csrf.DefaultCrumbIssuer', crumb, crumbRequestField: 'Jenkins-Crumb' };
  return json(origin, value, cookie === undefined ? [] : [['Set-Cookie', `${cookie}; Path=/; HttpOnly`]]);
}

function administrationAnswer(visit: Visit, action: 'quietDown' | 'cancelQuietDown' | 'safeRestart'): Answer {
  const { served, request, origin } = visit;
  const denied = lacking(visit, 'Overall/Administer');
  if (denied !== undefined) return denied;
  if (request.method !== 'POST')
    return page(origin, 405, { title: 'Method Not Allowed [Jenkins]', heading: 'This URL requires POST' });
  if (action === 'quietDown') served.administration.quietDown(new URLSearchParams(request.query).get('reason'));
  else served.administration[action]();
  return bare(302, location(visit, ''));
}
