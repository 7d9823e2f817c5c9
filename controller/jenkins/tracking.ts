import type { BuildReading, ItemReading, JobHistory, Unavailable } from '../core/run/observation.js';
import type { BuildRequest } from '../reconcile/ports.js';
import { buildUrl, jobPath, jobSegments } from './address.js';
import type { Connection } from './connection.js';
import { isOf, notUnderstood, unread } from './lookup.js';
import { carries, likeness, runParameter } from './request.js';
import { type BuildShape, type ItemShape, parseBuild, parseBuilds, parseItem } from './shapes.js';

const itemTree = 'id,why,stuck,cancelled,executable[number,url],task[name,fullName,url],actions[parameters[name,value]]';
const buildTree =
  'number,queueId,building,result,timestamp,duration,estimatedDuration,executor[progress],' +
  'actions[parameters[name,value],causes[shortDescription,userId,userName]]';
const historyTree =
  'nextBuildNumber,builds[number,building,result,timestamp,' +
  'actions[parameters[name,value],causes[shortDescription,userId,userName]]]{0,100}';

/** An item as it is, whoever's it is; `undefined` where there is none. */
export async function readItemShape(
  connection: Connection,
  queueId: number,
  signal: AbortSignal,
): Promise<ItemShape | Unavailable | undefined> {
  const answer = await connection.readJson('queue', ({ queue }) => queue.item({ number: queueId, tree: itemTree }), signal);
  if (answer.kind === 'missing') return undefined;
  if (answer.kind !== 'json') return unread(connection, answer, 'queue');
  return parseItem(answer.value) ?? notUnderstood(connection, `queue item ${queueId}`);
}

export async function readItem(
  connection: Connection,
  { job, id, queueId, parameters }: { job: string; id: string; queueId: number; parameters?: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<ItemReading> {
  const item = await readItemShape(connection, queueId, signal);
  if (isUnavailable(item)) return item;
  // Ids are used again after a crash of Jenkins, so an item is only ours by its parameter.
  if (item === undefined || item.id !== queueId || !isOf(item, job) || !carries(item.parameters, id)) return { state: 'missing' };
  const { state } = item;
  const like = parameters === undefined ? {} : likeness({ job, id, parameters }, item.parameters);
  if (state === 'waiting') return { state, why: connection.redact(item.why), stuck: item.isStuck, ...like };
  if (typeof state === 'string') return { state };
  return {
    state: 'started',
    buildNumber: state.buildNumber,
    url: buildUrl(connection.address, jobSegments(job) ?? [], state.buildNumber),
    ...like,
  };
}

export function isUnavailable(value: object | undefined): value is Unavailable {
  return value !== undefined && 'state' in value && value.state === 'unavailable';
}

export async function readBuild(
  connection: Connection,
  { job, id, number, parameters }: BuildRequest,
  signal: AbortSignal,
): Promise<BuildReading> {
  const name = jobSegments(job);
  if (name === undefined) return { state: 'missing' };
  const answer = await connection.readJson('build', ({ build }) => build.get({ name, number, tree: buildTree }), signal);
  if (answer.kind === 'missing') return { state: 'missing' };
  if (answer.kind !== 'json') return unread(connection, answer, `build ${number} of ${job}`);
  const build = parseBuild(answer.value);
  if (build === undefined || build.number !== number) return notUnderstood(connection, `build ${number} of ${job}`);
  if (build.isBuilding && build.parameters === undefined) {
    return { state: 'unavailable', message: connection.says(`has not attached the parameters of build ${number} of ${job} yet`) };
  }
  if (!carries(build.parameters, id)) return { state: 'missing' };
  const reading = toReading(connection, name, build, answer.answeredAt);
  if (parameters === undefined || (reading.state !== 'building' && reading.state !== 'finished')) return reading;
  return { ...reading, ...likeness({ job, id, parameters }, build.parameters) };
}

function toReading(
  connection: Connection,
  name: readonly string[],
  build: BuildShape,
  answeredAt: number | undefined,
): BuildReading {
  const url = buildUrl(connection.address, name, build.number);
  const { startedAt, estimatedDurationMs: estimated } = build;
  if (!build.isBuilding) {
    // A result while building is not final, and no result after it is not one.
    if (build.result === undefined) return notUnderstood(connection, `result of build ${build.number}`);
    return { state: 'finished', url, result: build.result, startedAt, finishedAt: startedAt + build.durationMs };
  }
  if (estimated <= 0) return { state: 'building', url, startedAt };
  // A Pipeline has no executor to ask; then Jenkins' own clock tells.
  const elapsed = answeredAt === undefined ? 0 : answeredAt - startedAt;
  const percent = build.progress >= 0 ? build.progress : Math.floor((elapsed / estimated) * 100);
  return { state: 'building', url, startedAt, progress: Math.min(99, Math.max(0, percent)), estimatedEnd: startedAt + estimated };
}

export async function readHistory(connection: Connection, jobName: string, signal: AbortSignal): Promise<JobHistory> {
  const name = jobSegments(jobName);
  if (name === undefined) return { state: 'unavailable', message: connection.says(`has no job ${JSON.stringify(jobName)}`) };
  const answer = await connection.readJson('history', ({ job }) => job.get({ name, tree: historyTree }), signal);
  if (answer.kind !== 'json') return unread(connection, answer, `job ${jobName}`);
  const parsed = parseBuilds(answer.value, 'builds');
  if (parsed === undefined) return notUnderstood(connection, `job ${jobName}`);
  const builds = parsed.builds.map((build) => {
    const parameters = Object.fromEntries(
      [...(build.parameters ?? [])].flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    const towpathRun = build.parameters?.get(runParameter);
    return {
      number: build.number,
      url: buildUrl(connection.address, name, build.number),
      building: build.isBuilding,
      startedAt: build.startedAt,
      parameters,
      by: connection.redact(build.by),
      ...(build.result === undefined ? {} : { result: build.result }),
      ...(towpathRun === undefined || towpathRun === '' ? {} : { towpathRun }),
    };
  });
  return { state: 'read', session: answer.session, builds: builds.sort((a, b) => b.number - a.number) };
}

const tailBytes = 64 * 1024;
const lineLength = 2000;
const escapeCharacter = String.fromCharCode(27);
const consoleNotes = new RegExp(`${escapeCharacter}\\[8mha:[^${escapeCharacter}]*${escapeCharacter}\\[0m`, 'g');
const unprintable = /(?!\t)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
const colours = new RegExp(`${escapeCharacter}\\[[0-9;]*[A-Za-z]`, 'g');

/**
 * The last lines of a log. Offsets are of the raw file with its hidden notes, and a start past its end brings the whole of it, so the
 * size is asked for first (X-Text-Size of a HEAD) and the answer is cut off where it is larger than it can be.
 */
export async function readLogTail(
  connection: Connection,
  { job, number, lines }: { job: string; number: number; lines: number },
  signal: AbortSignal,
): Promise<string[]> {
  const name = jobSegments(job);
  if (name === undefined) return [];
  const path = `${jobPath(name)}/${number}/logText/progressiveText`;
  const head = await connection.send('log', { method: 'HEAD', path: `${path}?start=0` }, signal);
  const size = head.kind === 'answer' && head.status === 200 ? Number(head.headers['x-text-size']) : Number.NaN;
  if (!Number.isSafeInteger(size) || size < 0) return [];
  const start = Math.max(0, size - tailBytes);
  const found = await connection.send('log', { method: 'GET', path: `${path}?start=${start}`, maxBytes: 4 * tailBytes }, signal);
  if (found.kind === 'failed' || found.status !== 200 || !found.isWhole) return [];
  if (!/^text\/plain\b/i.test(found.headers['content-type'] ?? '')) return [];
  // The log is Jenkins' to mask; that it does not hand on our own credentials is ours.
  return lastLines(connection.redact(found.body), start > 0, lines);
}

function lastLines(body: string, isCutAtStart: boolean, count: number): string[] {
  const all = body.replace(consoleNotes, '').replace(colours, '').split(/\r?\n/);
  if (all.at(-1) === '') all.pop();
  // The first one may begin in the middle of a character or of a note.
  const whole = isCutAtStart ? all.slice(1) : all;
  return whole.slice(-count).map((line) => line.replace(unprintable, ' ').trimEnd().slice(0, lineLength));
}
