import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundBuild, FoundItem, Lookup, Unavailable } from '../core/run/observation.js';
import type { LookupRequest } from '../reconcile/ports.js';
import { buildUrl, itemUrl, jobSegments, leadsTo } from './address.js';
import type { Connection, JsonAnswer } from './connection.js';
import { carries, firstDifference, likeness } from './request.js';
import { type BuildShape, type ItemShape, parseBuilds, parseQueue } from './shapes.js';

/** One read of the queue, then of the builds since the claim. */
interface Sight {
  readonly session: string;
  readonly nextBuildNumber: number;
  readonly items: readonly ItemShape[];
  readonly builds: readonly BuildShape[];
  readonly vanished: readonly number[];
}

type NotRead = Extract<Lookup, { state: 'unavailable' }>;

const queueTree = 'items[id,why,stuck,cancelled,task[name,fullName,url],actions[parameters[name,value]]]';
const buildsTree = 'nextBuildNumber,allBuilds[number,queueId,building,result,timestamp,actions[parameters[name,value]]]';
const pageSize = 200;
const maxPages = 100;
/** An item leaves the queue some ms before its build exists, and a build exists some ms before its parameters do. */
const secondLookMs = 1000;

/** Where the id is. Absence is only believed of two looks in one Jenkins process; all else that is not certain is `unavailable`. */
export async function lookup(connection: Connection, request: LookupRequest, signal: AbortSignal): Promise<Lookup> {
  const first = await look(connection, request, signal);
  if ('state' in first) return first;
  if (first.items.length > 0 || first.builds.length > 0) return toLookup(connection, request, first);
  try {
    await sleep(secondLookMs, undefined, { signal });
  } catch {
    return unavailable(connection, 'was not asked a second time before the deadline');
  }
  const second = await look(connection, request, signal);
  if ('state' in second) return second;
  if (second.session !== first.session) return unavailable(connection, 'restarted while it was asked');
  const vanished = second.vanished.filter((number) => first.vanished.includes(number));
  const isFound = second.items.length > 0 || second.builds.length > 0;
  const fresh = second.vanished.find((number) => number >= first.nextBuildNumber);
  // Neither there nor gone: its build comes some ms after its number. It may be the one that is looked for.
  if (!isFound && vanished.length === 0 && fresh !== undefined)
    return unavailable(connection, `has only just handed out build #${fresh} of ${request.job}, which cannot be read yet`);
  return toLookup(connection, request, { ...second, vanished });
}

function unavailable(connection: Connection, what: string): Unavailable {
  return { state: 'unavailable', message: connection.says(what) };
}

function toLookup(connection: Connection, request: LookupRequest, sight: Sight): Lookup {
  const segments = jobSegments(request.job) ?? [];
  const { job, id, parameters } = request;
  // What still waits can be cancelled, so it has to be exactly what was asked for.
  const differing = (item: ItemShape) => {
    const differs = parameters && firstDifference({ job, id, parameters }, item.parameters);
    return differs === undefined ? {} : { differs };
  };
  const items = sight.items.map(
    (item): FoundItem => ({ queueId: item.id, url: itemUrl(connection.address, item.id), ...differing(item) }),
  );
  const builds = sight.builds.map(
    (build): FoundBuild => ({
      number: build.number,
      url: buildUrl(connection.address, segments, build.number),
      building: build.isBuilding,
      startedAt: build.startedAt,
      ...(build.result === undefined ? {} : { result: build.result }),
      ...(parameters === undefined ? {} : likeness({ job, id, parameters }, build.parameters)),
    }),
  );
  const { session, nextBuildNumber, vanished } = sight;
  return {
    state: 'read',
    session,
    nextBuildNumber,
    items: items.sort((a, b) => a.queueId - b.queueId),
    builds: builds.sort((a, b) => a.number - b.number),
    vanished,
  };
}

async function look(connection: Connection, request: LookupRequest, signal: AbortSignal): Promise<Sight | NotRead> {
  const queue = await readQueue(connection, signal);
  if ('state' in queue) return queue;
  const found = await readBuildsSince(connection, request, signal);
  if ('state' in found) return found;
  if (found.session !== queue.session) return unavailable(connection, 'restarted while it was asked');
  if (found.nextBuildNumber - request.since > maxPages * pageSize) {
    return unavailable(connection, `has handed out too many builds of ${request.job} since the claim`);
  }
  const since = found.builds.filter(({ number }) => number >= request.since);
  if (since.some(({ isBuilding, parameters }) => isBuilding && parameters === undefined)) {
    return unavailable(connection, `has a build of ${request.job} whose parameters are not there yet`);
  }
  const readable = new Set(since.filter(({ parameters }) => parameters !== undefined).map(({ number }) => number));
  const handedOut = Array.from(
    { length: Math.max(0, found.nextBuildNumber - request.since) },
    (_, index) => request.since + index,
  );
  return {
    session: found.session,
    nextBuildNumber: found.nextBuildNumber,
    items: queue.items.filter((item) => isOf(item, request.job) && carries(item.parameters, request.id)),
    builds: found.builds.filter(({ parameters }) => carries(parameters, request.id)),
    vanished: handedOut.filter((number) => !readable.has(number)),
  };
}

/** Whether the item is of that job: a job that it triggers may carry the same parameter on, and the short name is not unique. */
export function isOf({ task: { fullName, url } }: ItemShape, job: string): boolean {
  if (fullName !== undefined) return fullName === job;
  return url !== undefined && leadsTo(url, jobSegments(job) ?? []);
}

export async function readQueue(
  connection: Connection,
  signal: AbortSignal,
): Promise<{ readonly session: string; readonly items: readonly ItemShape[] } | Unavailable> {
  const answer = await connection.readJson('queue', ({ queue }) => queue.list({ tree: queueTree }), signal);
  if (answer.kind !== 'json') return unread(connection, answer, 'queue');
  const items = parseQueue(answer.value);
  return items === undefined ? notUnderstood(connection, 'queue') : { session: answer.session, items };
}

interface FoundBuilds {
  readonly session: string;
  readonly nextBuildNumber: number;
  readonly builds: readonly BuildShape[];
}

/** The newest 200 builds, and further pages only as far as `since`. */
async function readBuildsSince(
  connection: Connection,
  { job: jobName, since }: LookupRequest,
  signal: AbortSignal,
): Promise<FoundBuilds | NotRead> {
  const name = jobSegments(jobName);
  if (name === undefined) return unavailable(connection, `has no job ${JSON.stringify(jobName)}`);
  const byNumber = new Map<number, BuildShape>();
  let head: { session: string; nextBuildNumber: number } | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const tree = `${buildsTree}{${page * pageSize},${(page + 1) * pageSize}}`;
    const answer = await connection.readJson('build', ({ job }) => job.get({ name, tree }), signal);
    if (answer.kind !== 'json')
      return { ...unread(connection, answer, `job ${jobName}`), ...(answer.kind === 'missing' ? { jobMissing: true } : {}) };
    const parsed = parseBuilds(answer.value, 'allBuilds');
    if (parsed === undefined) return notUnderstood(connection, `job ${jobName}`);
    head ??= { session: answer.session, nextBuildNumber: parsed.nextBuildNumber };
    if (head.session !== answer.session) return unavailable(connection, 'restarted while it was asked');
    for (const build of parsed.builds) byNumber.set(build.number, byNumber.get(build.number) ?? build);
    const oldest = parsed.builds.at(-1)?.number ?? 0;
    if (parsed.builds.length < pageSize || oldest <= since) return { ...head, builds: [...byNumber.values()] };
  }
  return unavailable(connection, `has too many builds of ${jobName} since the claim`);
}

export function unread(connection: Connection, answer: Exclude<JsonAnswer, { kind: 'json' }>, what: string): Unavailable {
  if (answer.kind === 'missing') return unavailable(connection, `has no ${what}, or the user may not read it`);
  return { state: 'unavailable', message: answer.message };
}

export function notUnderstood(connection: Connection, what: string): Unavailable {
  return unavailable(connection, `describes the ${what} in a way that is not understood`);
}
