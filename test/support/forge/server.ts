import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { bitbucketCloud } from './bitbucket-cloud.js';
import { bitbucketDataCenter } from './bitbucket-data-center.js';
import { gitea } from './gitea.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import type { Dialect, ForgeQuery, ForgeReply, ForgeState, Route } from './state.js';

export type DialectName = 'github' | 'gitlab' | 'gitea' | 'bitbucket-cloud' | 'bitbucket-data-center';

const dialects: Readonly<Record<DialectName, Dialect>> = {
  github,
  gitlab,
  gitea,
  'bitbucket-cloud': bitbucketCloud,
  'bitbucket-data-center': bitbucketDataCenter,
};

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
}

/** What it does instead of answering well; `lost`: it does what it is asked, and breaks the connection without an answer. */
export type ForgeFault =
  | { readonly kind: 'reply'; readonly reply: ForgeReply }
  | { readonly kind: 'hang' | 'lost' | 'reset' }
  | { readonly kind: 'page'; readonly contentType: string; readonly content: string };

export interface ForgeStandIn {
  readonly origin: string;
  /** The root of one of the APIs. */
  api(dialect: DialectName): string;
  readonly state: ForgeState;
  /** Every request since the last `forget`. */
  readonly seen: readonly SeenRequest[];
  forget(): void;
  /** The requests since then that change something, as `POST path`. */
  writes(): string[];
  /** What applies to the requests that match, `times` often (always, unless given); undefined ends it. */
  setFault(fault: ForgeFault | undefined, options?: { matches?: (seen: SeenRequest) => boolean; times?: number }): void;
  close(): Promise<void>;
}

export interface ForgeStandInOptions {
  /** `owner/name`. */
  readonly project: string;
  /** Token → user; of Bitbucket with a name the token alone counts. */
  readonly users: Readonly<Record<string, string>>;
  /** Branch → commit. */
  readonly branches?: Readonly<Record<string, string>>;
  /** The same, of a repository. */
  readonly branch?: (name: string) => Promise<string | undefined>;
  readonly pageSize?: number;
  /** What happens to the repository where a pull request is merged. */
  readonly merge?: NonNullable<ForgeState['merge']>;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** The APIs of five code hosts over one store, on a port of its own on 127.0.0.1. */
export async function startForge(options: ForgeStandInOptions): Promise<ForgeStandIn> {
  const seen: SeenRequest[] = [];
  const state = createState(options);
  let fault: { what: ForgeFault; matches: (seen: SeenRequest) => boolean; left: number } | undefined;
  const scheme = options.tls === undefined ? 'http' : 'https';
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const entry = toSeen(request);
    seen.push(entry);
    const active = fault !== undefined && fault.left > 0 && fault.matches(entry) ? fault : undefined;
    if (active !== undefined) active.left -= 1;
    void respond({ request, response, state, origin: originOf() }, active?.what);
  };
  const server: Server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const originOf = () => `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = originOf();
  return {
    origin,
    api: (dialect) => origin + dialects[dialect].root,
    state,
    seen,
    forget: () => seen.splice(0),
    writes: () => seen.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`),
    setFault: (what, { matches = () => true, times = Number.POSITIVE_INFINITY } = {}) => {
      fault = what === undefined ? undefined : { what, matches, left: times };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function createState({ project, users, branches = {}, branch, pageSize = 100, merge }: ForgeStandInOptions): ForgeState {
  let last = 100;
  return {
    project,
    users,
    pullRequests: [],
    statuses: [],
    comments: [],
    pageSize,
    branch: branch ?? (async (name) => branches[name]),
    ...(merge === undefined ? {} : { merge }),
    nextId: () => {
      last += 1;
      return last;
    },
  };
}

const toSeen = ({ method = '', url = '', headers }: IncomingMessage): SeenRequest => ({
  method,
  path: url,
  authorization: headers.authorization,
  userAgent: headers['user-agent'],
});

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly state: ForgeState;
  readonly origin: string;
}

async function respond(exchange: Exchange, fault: ForgeFault | undefined): Promise<void> {
  const { request, response } = exchange;
  const body = await readJson(request);
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset') return void response.socket?.destroy();
  if (fault?.kind === 'page') return void response.writeHead(200, { 'content-type': fault.contentType }).end(fault.content);
  const reply = fault?.kind === 'reply' ? fault.reply : await answer(exchange, body);
  if (fault?.kind === 'lost') return void response.socket?.destroy();
  // Bitbucket Data Center names the user in every answer, encoded.
  const user = userOf(exchange);
  const headers = { ...(user === undefined ? {} : { 'x-ausername': encodeURIComponent(user) }), ...reply.headers };
  if (reply.body === undefined) return void response.writeHead(reply.status, headers).end();
  response
    .writeHead(reply.status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(reply.body));
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/** By a bearer, the word `token` of Gitea, or the password of Basic. */
function userOf({ request, state }: Exchange): string | undefined {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ');
  const token = scheme === 'Basic' ? Buffer.from(value, 'base64').toString('utf8').split(':')[1] : value;
  return state.users[token ?? ''];
}

async function answer(exchange: Exchange, body: Record<string, unknown>): Promise<ForgeReply> {
  const url = new URL(exchange.request.url ?? '/', exchange.origin);
  const dialect = Object.values(dialects).find(({ root }) => url.pathname.startsWith(`${root}/`));
  if (dialect === undefined) return { status: 404 };
  const user = userOf(exchange);
  if (user === undefined) return { status: 401, body: dialect.unauthorized };
  const segments = url.pathname
    .slice(dialect.root.length + 1)
    .split('/')
    .map(decodeURIComponent);
  for (const route of dialect.routes) {
    if (route.method !== exchange.request.method) continue;
    const path = match(route, segments, exchange.state.project);
    if (path !== undefined)
      return route.answer({ url, path, body, user, origin: exchange.origin } satisfies ForgeQuery, exchange.state);
  }
  return { status: 404, body: dialect.notFound };
}

/** The parameters but those of the project; undefined where the path is another, or of another project. */
function match({ path }: Route, segments: readonly string[], project: string): string[] | undefined {
  const found: string[] = [];
  const projectAt: string[] = [];
  let at = 0;
  for (const part of path.slice(1).split('/')) {
    const segment = segments[at] ?? '';
    if (part === ':project') {
      const isEncoded = segment.includes('/');
      projectAt.push(isEncoded ? segment : `${segment}/${segments[at + 1]}`);
      at += isEncoded ? 1 : 2;
      continue;
    }
    at += 1;
    if (part === ':owner' || part === ':name') projectAt.push(segment);
    else if (part.startsWith(':')) found.push(segment);
    else if (part !== segment) return undefined;
  }
  if (at !== segments.length || segments.at(-1) === '') return undefined;
  return projectAt.length === 0 || projectAt.join('/') === project ? found : undefined;
}
