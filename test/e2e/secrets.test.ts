import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
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
import { echo, type Recorder, record } from '../support/secrets/recorder.js';

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});
const secretRef = (name: string) => ({ secretRef: { name } });

/** One product a source, in a folder of its own. */
function files(name: string, descriptor = false): Record<string, string> {
  const more = descriptor ? [`descriptor: {bucket: store, key: "${name}/\${version}.json"}`] : [];
  const product = productDocument({ name, verified: false, more });
  const found = { [`products/${name}/product.yaml`]: product, ...environmentFiles('qa', { product: name, version: '1.0.0' }) };
  const own = environmentFiles('qa', { product: name, version: '1.0.0' });
  return Object.fromEntries(Object.entries({ ...found, ...own }).map(([path, text]) => [`${name}/${path}`, text]));
}

const descriptorProducts = ['bucket-echo', 'bucket-elsewhere', 'bucket-tls', 'bucket-half'];
const jenkinsProducts = ['good', 'failing', 'password', 'wrong', 'elsewhere', 'echo-a', 'echo-b', 'tls', 'userinfo'];

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
    const products = [...jenkinsProducts, ...descriptorProducts];
    const everything = products.map((name) => files(name, descriptorProducts.includes(name)));
    await repository.commit({ files: Object.assign({}, ...everything) as Record<string, string> });
    const accept = [basic('reader', marks.gitPassword.value), `Bearer ${marks.gitToken.value}`];
    git = await opened(startGitServer({ root: folder, accept }));
    elsewhere = await opened(record((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('hello')));
    const log = ['deploying', `using ${marks.jenkinsToken.value}`, `as ${basic('controller', marks.jenkinsToken.value)}`];
    jenkins = await opened(
      startJenkins({
        jobs: jobs({ log, outcome: (build) => ({ result: JSON.stringify(build).includes('failing') ? 'FAILURE' : 'SUCCESS' }) }),
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
    const untrusted = await opened(record(echo(200), certificates));
    const echoing = await Promise.all([500, 403, 401, 404].map((status) => opened(record(echo(status)))));
    const [e500, e403, e401, e404] = echoing.map(({ url }) => url);
    const local = { url: repository.url, interval: '2s' };
    const times = { delay: '1s', grace: '3s', pollInterval: '500ms', observeInterval: '2s', timeout: '5s' };
    const source = (name: string, spec: object) => ({
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'ReleaseSource',
      metadata: { name },
      spec: { firstDeployment: 'deploy', ...spec },
    });
    const server = (url: string, ref: string) => [{ name: 'main', url, ...secretRef(ref), jobs: ['platform/*'], ...times }];
    const through = (name: string, url: string, ref: string, more: object = {}) =>
      source(name, { git: { ...local, path: name }, jenkins: server(url, ref), ...more });
    const bucket = (endpoint: string | undefined, ref: string) => ({
      buckets: [{ name: 'store', bucket: 'b', endpoint, region: 'eu', forcePathStyle: true, ...secretRef(ref) }],
    });
    const fromGit = (name: string, url: string, ref?: string) =>
      source(name, { git: { url, path: 'none', interval: '2s', ...(ref === undefined ? {} : secretRef(ref)) } });
    const withUser = (url: string, value: string) => url.replace('://', `://someone:${encodeURIComponent(value)}@`);
    const objects = [
      secret('git', { username: 'reader', password: marks.gitPassword.value }),
      secret('git-token', { token: marks.gitToken.value }),
      secret('git-wrong', { username: 'reader', password: marks.gitWrong.value }),
      secret('git-broken', { token: `a\n${marks.gitBroken.value}` }),
      secret('git-ca', { token: marks.gitToken.value, 'ca.crt': `-----BEGIN CERTIFICATE-----\n${marks.gitCa.value}` }),
      secret('jenkins', { username: 'controller', token: marks.jenkinsToken.value }),
      secret('jenkins-password', { username: 'person', password: marks.jenkinsPassword.value }),
      secret('jenkins-wrong', { username: 'controller', token: marks.jenkinsWrong.value }),
      secret('s3', {
        accessKeyId: marks.s3Key.value,
        secretAccessKey: marks.s3Secret.value,
        sessionToken: marks.s3Session.value,
      }),
      secret('s3-half', { secretAccessKey: marks.s3Wrong.value }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'control' }, data: { plain: 'written-as-it-is-4711' } },
      source('good', {
        git: { url: `${git.url}/repository.git`, path: 'good', interval: '2s', ...secretRef('git') },
        jenkins: server(jenkins.url, 'jenkins'),
      }),
      source('failing', {
        git: { url: `${git.url}/repository.git`, path: 'failing', interval: '2s', ...secretRef('git-token') },
        jenkins: server(jenkins.url, 'jenkins'),
      }),
      through('password', jenkins.url, 'jenkins-password'),
      through('wrong', jenkins.url, 'jenkins-wrong'),
      through('elsewhere', redirecting.url, 'jenkins'),
      through('echo-a', e500 ?? '', 'jenkins'),
      through('echo-b', e403 ?? '', 'jenkins-password'),
      through('tls', untrusted.url, 'jenkins'),
      through('userinfo', withUser(jenkins.url, marks.jenkinsUrl.value), 'jenkins'),
      through('bucket-echo', jenkins.url, 'jenkins', bucket(e403, 's3')),
      through('bucket-elsewhere', jenkins.url, 'jenkins', bucket(redirecting.url, 's3')),
      through('bucket-tls', jenkins.url, 'jenkins', bucket(untrusted.url, 's3')),
      through('bucket-half', jenkins.url, 'jenkins', bucket(e404, 's3-half')),
      fromGit('git-wrong', `${git.url}/repository.git`, 'git-wrong'),
      fromGit('git-elsewhere', `${redirecting.url}/repository.git`, 'git'),
      fromGit('git-echo', `${e500}/repository.git`, 'git'),
      fromGit('git-refused', `${e401}/repository.git`, 'git-token'),
      fromGit('git-tls', `${untrusted.url}/repository.git`, 'git'),
      fromGit('git-url', `${withUser(git.url, marks.gitUrl.value)}/repository.git`),
      fromGit('git-broken', `${git.url}/repository.git`, 'git-broken'),
      fromGit('git-ca', `${git.url}/repository.git`, 'git-ca'),
    ];
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
    for (const name of ['wrong', 'elsewhere', 'echo-a', 'echo-b', 'tls', 'userinfo'])
      await eventually(
        async () => (await api.get('deploymentruns', `${name}.qa.1`)).status?.message !== undefined,
        `${name} says why it waits`,
      );
    for (const name of descriptorProducts)
      await eventually(
        async () => JSON.stringify((await api.get('environments', `${name}.qa`)).status?.gates).includes('bucket'),
        `${name} says what is wrong with its bucket`,
      );
    // What a server repeats in its JSON.
    const why = `waiting for ${marks.jenkinsToken.value}`;
    jenkins.fail(jsonOf({ items: [{ why }], id: 1, why }), { path: /\/queue\//, times: 3 });
    await api.annotate('releasesources', 'good', { 'towpath.dev/requestedAt': '1' });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }

  async function sourceReady(name: string): Promise<string | undefined> {
    const { status } = await api.get('releasesources', name);
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  const text = async (path: string) => JSON.stringify(await api.ask('GET', path));

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

  it.each(['log', 'statuses', 'runs', 'environments', 'events', 'metrics', 'job parameters', 'another host'])(
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
