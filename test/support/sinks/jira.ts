import { type HttpSink, type Received, type Reply, startHttpSink } from './http-sink.js';

export interface JiraIssue {
  status: string;
  readonly fixVersions: string[];
  readonly comments: string[];
}

/** As much of Jira's REST API version 2 as is used, of one project with the workflow In Progress → Done. */
export interface JiraStandIn extends HttpSink {
  readonly issues: Readonly<Record<string, JiraIssue>>;
  readonly versions: readonly string[];
  /** Decides what happens to a request; undefined: what Jira does. A lost answer is one of something that was done. */
  fault: (method: string, path: string) => Reply | 'lost' | undefined;
}

export async function startJira(authorization: string, keys: readonly string[]): Promise<JiraStandIn> {
  const issues = Object.fromEntries(
    keys.map((key): [string, JiraIssue] => [key, { status: 'In Progress', fixVersions: [], comments: [] }]),
  );
  const versions: string[] = [];
  const faults: { decide: JiraStandIn['fault'] } = { decide: () => undefined };
  const act = (request: Received): Reply => {
    if (request.headers.authorization !== authorization) return { status: 401 };
    const { pathname } = new URL(request.path, 'http://jira');
    const fault = faults.decide(request.method, pathname);
    if (fault !== undefined && fault !== 'lost') return fault;
    const body = request.body === '' ? {} : (JSON.parse(request.body) as Readonly<Record<string, unknown>>);
    const reply = handle({ method: request.method, path: pathname, body }, { issues, versions });
    return fault === 'lost' ? { ...reply, lost: true } : reply;
  };
  const server = await startHttpSink(act);
  return {
    ...server,
    issues,
    versions,
    get fault() {
      return faults.decide;
    },
    set fault(decide) {
      faults.decide = decide;
    },
  };
}

interface State {
  readonly issues: Record<string, JiraIssue>;
  readonly versions: string[];
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function handle({ method, path, body }: Asked, { issues, versions }: State): Reply {
  const [, , , , kind, key = '', part] = path.split('/');
  if (kind === 'project') return { status: 200, body: versions.map((name) => ({ name })) };
  if (kind === 'version') {
    const { name } = body as { name: string };
    if (versions.includes(name)) return { status: 400, body: { errors: { name: 'A version with this name already exists' } } };
    versions.push(name);
    return { status: 201, body: { name } };
  }
  const issue = issues[key];
  if (issue === undefined) return { status: 404, body: { errorMessages: ['Issue Does Not Exist'] } };
  return ofIssue({ method, part: part ?? '', body }, issue, versions);
}

function ofIssue(
  { method, part, body }: { method: string; part: string; body: Readonly<Record<string, unknown>> },
  issue: JiraIssue,
  versions: readonly string[],
): Reply {
  if (part === 'comment' && method === 'GET')
    return { status: 200, body: { comments: issue.comments.map((text) => ({ body: text })) } };
  if (part === 'comment') {
    issue.comments.push((body as { body: string }).body);
    return { status: 201, body: {} };
  }
  if (part === 'transitions' && method === 'GET')
    return {
      status: 200,
      body: { transitions: issue.status === 'Done' ? [] : [{ id: '31', name: 'Finish', to: { name: 'Done' } }] },
    };
  if (part === 'transitions') {
    if (issue.status === 'Done') return { status: 400 };
    issue.status = 'Done';
    return { status: 204 };
  }
  if (method === 'PUT') {
    const { update } = body as unknown as { update: { fixVersions: { add: { name: string } }[] } };
    for (const { add } of update.fixVersions) {
      if (!versions.includes(add.name)) return { status: 400 };
      if (!issue.fixVersions.includes(add.name)) issue.fixVersions.push(add.name);
    }
    return { status: 204 };
  }
  const fixVersions = issue.fixVersions.map((name) => ({ name }));
  return { status: 200, body: { fields: { status: { name: issue.status }, fixVersions } } };
}
