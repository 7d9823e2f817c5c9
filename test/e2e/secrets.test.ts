import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { invocationId } from '../../controller/core/run/identity.js';
import { type Api, createApi } from '../support/e2e/api.js';
import { deployJob, environmentFiles, jobs, productDocument } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { createProgram, type Program } from '../support/e2e/program.js';
import { createCertificates } from '../support/git/certificates.js';
import { createRepository, type TestRepository } from '../support/git/repository.js';
import { type GitServer, startGitServer } from '../support/git/server.js';
import { jsonOf } from '../support/jenkins/faults.js';
import { type JenkinsStandIn, startJenkins } from '../support/jenkins/stand-in.js';
import { all, inSecrets, leaksIn, marks } from '../support/secrets/marks.js';
import { objectsOf } from '../support/secrets/objects.js';
import { echo, type Recorder, record } from '../support/secrets/recorder.js';

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** One product a source, in a folder of its own. */
function files(name: string): Record<string, string> {
  const more = descriptorProducts.includes(name) ? [`descriptor: {bucket: store, key: "${name}/\${version}.json"}`] : [];
  const claim = claims[name];
  const product = productDocument({ name, verified: false, more, deployer: claim === undefined ? [] : [`claim: ${claim}`] });
  const found = { [`products/${name}/product.yaml`]: product, ...environmentFiles('qa', { product: name, version: '1.0.0' }) };
  const own = environmentFiles('qa', { product: name, version: '1.0.0' });
  return Object.fromEntries(Object.entries({ ...found, ...own }).map(([path, text]) => [`${name}/${path}`, text]));
}

const descriptorProducts = ['bucket-echo', 'bucket-elsewhere', 'bucket-tls', 'bucket-half', 'bucket-ca'];
/** Jenkins loses their builds, and the claim ledger is asked. */
const claims: Readonly<Record<string, string>> = {
  'claim-echo': '{bucket: store}',
  'claim-elsewhere': '{bucket: store}',
  'claim-map': '{configMap: {namespace: default}}',
};
const jenkinsProducts = [
  'good',
  'failing',
  'password',
  'wrong',
  'elsewhere',
  'echo-a',
  'echo-b',
  'tls',
  'userinfo',
  'jenkins-ca',
];

describe('secrets', () => {
  let folder: string;
  let data: string;
  let program: Program;
  let api: Api;
  let http = '';
  let jenkins: JenkinsStandIn;
  let repository: TestRepository;
  let git: GitServer;
  /** Another host: nothing may reach it. */
  let elsewhere: Recorder;
  let store: Recorder;
  let surfaces: Record<string, string>;
  const closing: (() => Promise<unknown>)[] = [];
  const opened = async <T extends { close(): Promise<unknown> }>(server: Promise<T>): Promise<T> => {
    const one = await server;
    closing.push(() => one.close());
    return one;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-secrets-'));
    data = join(folder, 'data');
    await startServers();
    await startProgram();
    await settled();
    surfaces = await collect();
  }, 240_000);
  afterAll(async () => {
    api?.close();
    await program?.kill();
    for (const close of closing.reverse()) await close();
    await rm(folder, { recursive: true, force: true });
  });

  async function startServers(): Promise<void> {
    repository = await createRepository({ folder });
    const everything = [...jenkinsProducts, ...descriptorProducts, ...Object.keys(claims)].map(files);
    await repository.commit({ files: Object.assign({}, ...everything) as Record<string, string> });
    const accept = [basic('reader', marks.gitPassword.value), `Bearer ${marks.gitToken.value}`];
    git = await opened(startGitServer({ root: folder, accept }));
    elsewhere = await opened(record((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('hello')));
    const log = ['deploying', `using ${marks.jenkinsToken.value}`, `as ${basic('controller', marks.jenkinsToken.value)}`];
    jenkins = await opened(
      startJenkins({
        jobs: jobs({
          log,
          outcome: ({ PRODUCT: product = '' }) => ({
            result: product === 'failing' ? 'FAILURE' : 'SUCCESS',
            ...(product in claims ? { durationMs: 600_000 } : {}),
          }),
        }),
        executors: 20,
        users: [
          {
            name: 'controller',
            token: marks.jenkinsToken.value,
            permissions: ['Overall/Read', 'Job/Read', 'Job/Build', 'Job/Cancel'],
          },
          {
            name: 'person',
            password: marks.jenkinsPassword.value,
            permissions: ['Overall/Read', 'Job/Read', 'Job/Build', 'Job/Cancel'],
          },
        ],
      }),
    );
  }

  async function startProgram(): Promise<void> {
    const certificates = await createCertificates();
    const redirecting = await opened(
      record((response, _whole, { url }) => response.writeHead(302, { location: `${elsewhere.url}${url}` }).end()),
    );
    store = await opened(record(echo(403)));
    const untrusted = await opened(record(echo(200), certificates));
    const echoing = await Promise.all([500, 403, 401, 404].map((status) => opened(record(echo(status)))));
    const [e500, e403, e401, e404] = echoing.map(({ url }) => url);
    const objects = objectsOf({
      git: git.url,
      repository: repository.url,
      jenkins: jenkins.url,
      redirecting: redirecting.url,
      untrusted: untrusted.url,
      store: store.url,
      echoing: { e500: e500 ?? '', e403: e403 ?? '', e401: e401 ?? '', e404: e404 ?? '' },
    });
    const configuration = join(folder, 'standalone.yaml');
    await writeFile(configuration, objects.map((object) => stringify(object)).join('---\n'));
    const flags = ['--data', data, '--config', configuration, '--http', '127.0.0.1:0', '--log-level', 'trace'];
    program = createProgram({ args: ['standalone', ...flags], folder: join(folder, 'logs') });
    ({ http = '' } = await program.start());
    api = createApi(join(data, 'kubeconfig'));
  }

  /** Everything has succeeded or failed as it shall, more than once. */
  async function settled(): Promise<void> {
    const phase = async (name: string) => (await api.get('deploymentruns', name)).status?.phase;
    for (const name of ['good', 'password'])
      await eventually(async () => (await phase(`${name}.qa.1`)) === 'Succeeded', `${name} is deployed`);
    await eventually(async () => (await phase('failing.qa.1')) === 'Failed', 'failing has failed');
    for (const name of ['git-wrong', 'git-elsewhere', 'git-echo', 'git-refused', 'git-tls', 'git-url', 'git-broken', 'git-ca'])
      await eventually(async () => (await sourceReady(name)) === 'False', `${name} says that it cannot be read`);
    for (const name of ['wrong', 'elsewhere', 'echo-a', 'echo-b', 'tls', 'userinfo', 'jenkins-ca'])
      await eventually(
        async () => (await api.get('deploymentruns', `${name}.qa.1`)).status?.message !== undefined,
        `${name} says why it waits`,
      );
    for (const name of descriptorProducts)
      await eventually(
        async () => JSON.stringify((await api.get('environments', `${name}.qa`)).status?.gates).includes('bucket'),
        `${name} says what is wrong with its bucket`,
      );
    for (const name of Object.keys(claims)) await loseBuild(name);
    // What a server repeats in its JSON.
    const why = `waiting for ${marks.jenkinsToken.value}`;
    jenkins.fail(jsonOf({ items: [{ why }], id: 1, why }), { path: /\/queue\//, times: 3 });
    await api.annotate('releasesources', 'good', { 'towpath.dev/requestedAt': '1' });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }

  /** Jenkins has no record of the running build any more, and what the claim ledger says is of no use. */
  async function loseBuild(name: string): Promise<void> {
    const run = await eventually(async () => {
      const found = await api.get('deploymentruns', `${name}.qa.1`);
      return found.status?.jenkins?.buildNumber === undefined ? undefined : found;
    }, `${name} is being built`);
    const claim = { metadata: { name: `towpath-claim-${invocationId(run)}` }, data: { end: marks.claimEnd.value } };
    if (name === 'claim-map')
      await api.ask('POST', '/api/v1/namespaces/default/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', ...claim });
    jenkins.vanishBuild(deployJob, run.status?.jenkins?.buildNumber ?? 0);
    await eventually(
      async () => (await api.get('deploymentruns', `${name}.qa.1`)).status?.message?.includes('the claim ledger could say'),
      `${name} says what is wrong with its claim ledger`,
    );
  }

  async function sourceReady(name: string): Promise<string | undefined> {
    const { status } = await api.get('releasesources', name);
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  const text = async (path: string) => JSON.stringify(await api.ask('GET', path));

  async function probes(): Promise<string> {
    const answers = ['livez', 'healthz', 'readyz', 'nothing'].map(async (path) => {
      const answer = await fetch(`${http}/${path}`);
      return [path, answer.status, ...answer.headers, await answer.text()].join(' ');
    });
    return (await Promise.all(answers)).join('\n');
  }

  async function collect(): Promise<Record<string, string>> {
    const group = '/apis/towpath.dev/v1alpha1';
    const statuses = await Promise.all(
      ['releasesources', 'environments', 'deploymentruns'].map(async (plural) => {
        const { items } = (await api.ask('GET', `${group}/${plural}`)) as {
          items: { status?: object; metadata: { name: string } }[];
        };
        return JSON.stringify(items.map(({ status, metadata }) => [metadata.name, status]));
      }),
    );
    return {
      log: program.log(),
      statuses: statuses.join('\n'),
      runs: await text(`${group}/deploymentruns`),
      environments: await text(`${group}/environments`),
      events: await text('/api/v1/events'),
      metrics: await (await fetch(`${http}/metrics`)).text(),
      probes: await probes(),
      'job parameters': JSON.stringify(jenkins.effects),
      'another host': elsewhere.seen.join('\n'),
    };
  }

  it('are in what was tried, so that the test can fail', () => {
    expect(leaksIn(git.seen.map(({ authorization }) => authorization).join('\n'), all)).toEqual([
      'git password',
      'git token',
      'wrong git password',
    ]);
    expect(leaksIn(JSON.stringify(jenkins.requests), all)).toEqual(['Jenkins token', 'Jenkins password', 'wrong Jenkins token']);
    expect(JSON.parse(surfaces['job parameters'] ?? '[]').length).toBeGreaterThan(2);
    expect(surfaces.log?.split('\n').length).toBeGreaterThan(50);
  });

  it.each(['log', 'statuses', 'runs', 'environments', 'events', 'metrics', 'probes', 'job parameters', 'another host'])(
    'do not get into: %s',
    (name) => {
      expect(surfaces[name]?.length ?? 0).toBeGreaterThan(name === 'another host' ? -1 : 100);
      expect(leaksIn(surfaces[name] ?? '', all)).toEqual([]);
    },
  );

  it('of the API itself, its token and its keys, do not get anywhere either', () => {
    const read = (file: string) => readFileSync(join(data, file));
    const keyLines = (file: string) =>
      /-----BEGIN PRIVATE KEY-----\n([^-]+)/.exec(read(file).toString('latin1'))?.[1]?.trim().split('\n') ?? [];
    const own: readonly (readonly [name: string, form: string])[] = [
      ['token', read('token').toString('utf8').trim()],
      ['token', read('token').toString('base64').replace(/=+$/, '').slice(0, -4)],
      ...keyLines('ca.pem').map((line) => ['key of the authority', line] as const),
      ...keyLines('server.pem').map((line) => ['key of the server', line] as const),
      ...(['hex', 'base64', 'latin1'] as const).map((form) => ['encryption key', read('encryption-key').toString(form)] as const),
    ];
    expect(own.every(([, form]) => form.length >= 20)).toBe(true);
    expect(own.length).toBe(11);
    for (const [surface, content] of Object.entries(surfaces))
      for (const [file, form] of own) expect(content.includes(form) ? `${file} in ${surface}` : '').toBe('');
  });

  it('go to the server that they are for and to no other', () => {
    const toGit = git.seen.map((each) => JSON.stringify(each)).join('\n');
    expect(leaksIn(toGit, [marks.jenkinsToken, marks.jenkinsPassword, marks.s3Key, marks.s3Secret, marks.gitUrl])).toEqual([]);
    expect(leaksIn(store.seen.join('\n'), all)).toEqual(['S3 access key', 'S3 session token']);
    const toJenkins = JSON.stringify(jenkins.requests);
    expect(leaksIn(toJenkins, [marks.gitPassword, marks.gitToken, marks.s3Key, marks.s3Secret, marks.jenkinsUrl])).toEqual([]);
  });

  it('are taken out of the log of a failed build where they are our own; what else it prints is for Jenkins to mask', async () => {
    const { status } = await api.get('deploymentruns', 'failing.qa.1');
    expect(status?.logTail).toEqual(expect.arrayContaining(['deploying', 'using [redacted]', 'as Basic [redacted]']));
    expect(deployJob).toBe('platform/deploy');
  });

  it('lie encrypted in the files of the store', async () => {
    await program.terminate();
    const everything = readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
      .join('\n');
    expect(everything).toContain('written-as-it-is-4711');
    expect(leaksIn(everything, inSecrets)).toEqual([]);
  });
});
