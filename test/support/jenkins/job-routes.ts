import { type Answer, bare, deadEnd, jetty, notFound, page, text } from './answers.js';
import { jobBean } from './beans.js';
import { buildBean, jobPath } from './build-beans.js';
import type { JobDefinition } from './definition.js';
import type { Build } from './live.js';
import { progressiveText, withoutNotes } from './log.js';
import { defaultValues, parseDelay, parseForm, submittedValues } from './parameters.js';
import { apiAnswer, lacking, location, type Visit } from './visit.js';

/** Everything below `/job/NAME/` of a job that exists and may be read. */
export function jobAnswer(visit: Visit, job: JobDefinition, rest: readonly string[]): Answer {
  const { served, origin } = visit;
  const [action = ''] = rest;
  if (rest.join('/') === 'api/json') return apiAnswer(visit, jobBean(served, job));
  if (action === 'buildWithParameters') return buildWithParameters(visit, job);
  if (action === 'build') return plainBuild(visit, job);
  if (action === 'config.xml') return lacking(visit, 'Job/Configure') ?? text('<project/>', []);
  if (action === 'disable' || action === 'enable' || action === 'doDelete') return configure(visit, job, action);
  const builds = served.process.builds(job.name);
  const build = action === 'lastBuild' ? builds[0] : builds.find(({ number }) => String(number) === action);
  return build === undefined ? notFound(origin) : buildAnswer(visit, job, build, rest.slice(1));
}

function needsPost({ origin, request }: Visit): Answer | undefined {
  if (request.method === 'POST') return undefined;
  return page(origin, 405, { title: 'Method Not Allowed [Jenkins]', heading: 'This URL requires POST' });
}

function buildWithParameters(visit: Visit, job: JobDefinition): Answer {
  const { origin, request } = visit;
  const denied = lacking(visit, 'Job/Build');
  if (denied !== undefined) return denied;
  if (request.method !== 'POST') {
    return page(origin, 405, { title: 'Form post required [Jenkins]', heading: '', extra: [['Allow', 'POST']] });
  }
  if (job.disabled === true) return page(origin, 409);
  if (job.parameters === undefined) return page(origin, 500);
  const form = parseForm(request.query, request.headers['content-type'] ?? '', request.body);
  const values = submittedValues(job, form);
  const delay = form.get('delay')?.[0];
  const delayMs = delay === undefined ? undefined : parseDelay(delay);
  if (values === undefined || (delay !== undefined && delayMs === undefined)) return page(origin, 500);
  const [item, isFolded] = visit.served.process.schedule(job, values, { user: visit.user.name }, delayMs);
  return bare(isFolded ? 303 : 201, location(visit, `queue/item/${item.id}/`));
}

/** `/build`: for a job without parameters, or with the web form's `json` field, whose answer does not name the item. */
function plainBuild(visit: Visit, job: JobDefinition): Answer {
  const { origin, request, served, user } = visit;
  const denied = lacking(visit, 'Job/Build') ?? needsPost(visit);
  if (denied !== undefined) return denied;
  if (job.disabled === true) return page(origin, 409);
  const submitted = parseForm(request.query, request.headers['content-type'] ?? '', request.body).get('json')?.[0];
  if (job.parameters !== undefined && submitted === undefined) return jetty(400, request.path);
  if (job.parameters === undefined || submitted === undefined) {
    const [item] = served.process.schedule(job, [], { user: user.name });
    return bare(201, location(visit, `queue/item/${item.id}/`));
  }
  const given = new Map(readJsonForm(submitted).map(({ name, value }) => [name, value]));
  const values = defaultValues(job).map((each) => ({ ...each, value: given.get(each.name) ?? each.value }));
  if ([...given.keys()].some((name) => !values.some((value) => value.name === name))) return page(origin, 500);
  served.process.schedule(
    job,
    values.filter(({ name }) => given.has(name)),
    { user: user.name },
  );
  return bare(201, location(visit, jobPath(job.name)));
}

function readJsonForm(submitted: string): { name: string; value: string }[] {
  const { parameter } = JSON.parse(submitted) as {
    parameter: { name: string; value: string } | { name: string; value: string }[];
  };
  return [parameter].flat();
}

function configure(visit: Visit, job: JobDefinition, action: 'disable' | 'enable' | 'doDelete'): Answer {
  const denied = lacking(visit, 'Job/Configure') ?? needsPost(visit);
  if (denied !== undefined) return denied;
  const { administration, process } = visit.served;
  administration.define(job.name, action === 'doDelete' ? undefined : { disabled: action === 'disable' });
  if (action !== 'enable') {
    for (const item of process.waiting()) if (item.job === job.name) process.cancel(item);
  }
  return bare(302, location(visit, action === 'doDelete' ? '' : jobPath(job.name)));
}

function buildAnswer(visit: Visit, job: JobDefinition, build: Build, rest: readonly string[]): Answer {
  const { origin, request, served } = visit;
  const action = rest.join('/');
  const path = `${jobPath(job.name)}${build.number}/`;
  switch (action) {
    case 'api/json':
      return apiAnswer(visit, buildBean(served, job.name, build));
    case 'stop':
      return stopAnswer(visit, job, build, path);
    case 'term':
    case 'kill':
      return needsPost(visit) ?? bare(302, location(visit, `${path}${action}/`));
    case 'doDelete':
      return deleteAnswer(visit, job, build);
    case 'logText/progressiveText':
    case 'logText/progressiveHtml':
      return logAnswer(visit, job, build, action.endsWith('Html'));
    case 'consoleText':
      return text(withoutNotes(served.process.currentLog(job.name, build)), []);
    default:
      return request.path.includes('injectedEnvVars') ? deadEnd() : notFound(origin);
  }
}

function stopAnswer(visit: Visit, job: JobDefinition, build: Build, path: string): Answer {
  const denied = needsPost(visit) ?? lacking(visit, 'Job/Cancel');
  if (denied !== undefined) return denied;
  visit.served.process.stop(job.name, build, visit.user.name);
  return bare(302, location(visit, path));
}

function deleteAnswer(visit: Visit, job: JobDefinition, build: Build): Answer {
  const denied = lacking(visit, 'Run/Delete') ?? needsPost(visit);
  if (denied !== undefined) return denied;
  visit.served.process.deleteBuild(job.name, build.number);
  return bare(302, location(visit, jobPath(job.name)));
}

function logAnswer({ served, origin, request }: Visit, job: JobDefinition, build: Build, isHtml: boolean): Answer {
  const start = new URLSearchParams(request.query).get('start') ?? '0';
  const found = progressiveText(served.process.currentLog(job.name, build), start);
  if (found === undefined) return page(origin, 500);
  const more: [string, string][] = build.building ? [['X-More-Data', 'true']] : [];
  const answer = text(found.text, [['X-Text-Size', String(found.size)], ...more]);
  if (!isHtml) return answer;
  return {
    ...answer,
    headers: [...answer.headers.filter(([name]) => name !== 'Content-Type'), ['Content-Type', 'text/html;charset=utf-8']],
  };
}
