import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** One recorded scenario, as test/contract/exchanges/ holds it. */
export interface Scenario {
  readonly title: string;
  readonly exchanges: readonly RecordedExchange[];
}

export interface RecordedExchange {
  readonly label?: string;
  readonly at: string;
  readonly ms: number;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string | number>>;
    readonly body?: string;
  };
  readonly response?: {
    readonly status: number;
    readonly rawHeaders: readonly string[];
    readonly body: string;
    readonly bytes: number;
    readonly bodyCutAt?: number;
  };
  readonly error?: { readonly code: string };
}

export function readScenario(name: string): Scenario {
  const file = new URL(`../../contract/exchanges/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Scenario;
}

/** An answer in the form that is compared: what changes from run to run is replaced by what it is. */
export type Comparable =
  | { readonly error: string }
  | { readonly status: number; readonly headers: readonly string[]; readonly body: unknown };

/** What was issued in the recording and what takes its place in the replay: crumbs, session cookies. */
export type Issued = Map<string, string>;

interface Received {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

const sizes = /^([\s\S]*=)([yz])\2*\.\.\.\((\d+) bytes\)$/;

/** The body of a request; large ones are recorded by their beginning and their size. */
function bodyOf({ body = '' }: RecordedExchange['request']): string {
  const [, start = '', letter = '', bytes] = sizes.exec(body) ?? [];
  return bytes === undefined ? body : start + letter.repeat(Number(bytes) - start.length);
}

/** Sends a recorded request as it is, to where the stand-in listens. */
export async function resend(
  port: number,
  { request }: RecordedExchange,
  issued: Issued,
): Promise<Received | { readonly error: string }> {
  const { 'Content-Length': _length, ...headers } = request.headers;
  const body = Buffer.from(bodyOf(request));
  const replaced = Object.entries(headers).map(([name, value]) => [name, issued.get(String(value)) ?? value] as const);
  const options = {
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.target,
    headers: { ...Object.fromEntries(replaced), 'Content-Length': body.length, Connection: 'close' },
  };
  return new Promise((resolve) => {
    const sent = requestHttp(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, rawHeaders: response.rawHeaders, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code ?? '' }));
    sent.end(body);
  });
}

/** Remembers which crumb and cookie stand for the recorded ones. */
export function noteIssued(recorded: RecordedExchange, received: Received | { readonly error: string }, issued: Issued): void {
  if ('error' in received || recorded.response === undefined) return;
  const theirs = [cookie(recorded.response.rawHeaders), crumb(recorded.response.body)];
  const ours = [cookie(received.rawHeaders), crumb(received.body.toString('utf8'))];
  for (const [index, their] of theirs.entries()) {
    const our = ours[index];
    if (their !== undefined && our !== undefined) issued.set(their, our);
  }
}

function cookie(rawHeaders: readonly string[]): string | undefined {
  return pairs(rawHeaders)
    .find(([name, value]) => name === 'Set-Cookie' && value.startsWith('JSESSIONID'))?.[1]
    .split(';')[0];
}

function crumb(body: string): string | undefined {
  return /"crumb":"(\w+)"/.exec(body)?.[1];
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as [string, string]] : []));
}

/** Of the servlet container and the page frame, not of the protocol. */
const leftOut =
  /^(Date|Connection|Keep-Alive|Transfer-Encoding|Server|Expires|Cache-Control|X-Hudson|X-Hudson-Theme|Referrer-Policy|Cross-Origin-Opener-Policy|X-You-Are-In-Group-Disabled|X-Permission-Implied-By|X-ConsoleAnnotator)$/;

/** Turns each session value into its number in the order of appearance, so that a restart shows and its value does not. */
export type Sessions = string[];

export function comparableRecorded({ response, error }: RecordedExchange, sessions: Sessions): Comparable {
  if (response === undefined) return { error: error?.code ?? '' };
  const { status, rawHeaders, body } = response;
  return { status, headers: comparableHeaders(rawHeaders, sessions), body: comparableBody(rawHeaders, body) };
}

export function comparableReceived(
  received: Received | { readonly error: string },
  recorded: RecordedExchange,
  sessions: Sessions,
): Comparable {
  if ('error' in received) return received;
  const { status, rawHeaders } = received;
  const isZipped = pairs(rawHeaders).some(([name]) => name === 'Content-Encoding');
  const body = (isZipped ? gunzipSync(received.body) : received.body).toString('utf8').slice(0, recorded.response?.bodyCutAt);
  return { status, headers: comparableHeaders(rawHeaders, sessions), body: comparableBody(rawHeaders, body) };
}

function comparableHeaders(rawHeaders: readonly string[], sessions: Sessions): string[] {
  const isJson = pairs(rawHeaders).some(([, value]) => value.startsWith('application/json'));
  return pairs(rawHeaders)
    .filter(([name]) => !leftOut.test(name) && (name !== 'Content-Length' || isJson))
    .map(([name, value]) => {
      if (name === 'Content-Length') return name;
      if (name === 'Set-Cookie') return `${name}: ${value.replace(/^JSESSIONID[^;]*/, 'a session')}`;
      if (name !== 'X-Jenkins-Session') return `${name}: ${value}`;
      if (!sessions.includes(value)) sessions.push(value);
      return `${name}: session ${sessions.indexOf(value) + 1}`;
    })
    .sort();
}

function comparableBody(rawHeaders: readonly string[], body: string): unknown {
  const type = pairs(rawHeaders).find(([name]) => name === 'Content-Type')?.[1] ?? '';
  if (type.startsWith('application/json') && body !== '') return normalised(JSON.parse(body));
  if (!type.startsWith('text/html') || !/<html/i.test(body)) return body;
  const text = (pattern: RegExp): string | undefined =>
    pattern
      .exec(body)?.[1]
      ?.replace(/<[^>]*>/g, '')
      .trim();
  return { title: text(/<title>([^<]*)/), heading: text(/<h[12][^>]*>([\s\S]*?)<\/h[12]>/) };
}

const times = new Set(['inQueueSince', 'timestamp', 'buildableStartMilliseconds']);
const durations = new Set(['duration', 'estimatedDuration', 'elapsedTime']);

function normalised(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return key === 'executors' ? value.length : value.map((each) => normalised(each));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, normalised(each, name)]));
  }
  if (times.has(key)) return 'a time';
  if (durations.has(key)) return typeof value === 'number' && value > 0 ? 'a duration' : value;
  if (key === 'progress') return value === -1 ? value : 'a percentage';
  if (key === 'crumb') return 'a crumb';
  if (key === 'why' && typeof value === 'string') return value.replace(/\d+(\.\d+)? (ms|sec)\b/, 'some time');
  return value;
}
