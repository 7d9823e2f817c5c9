import { marks } from './marks.js';

/** Where the servers of the test are. */
export interface Places {
  readonly git: string;
  readonly repository: string;
  readonly jenkins: string;
  /** Sends everybody to another host. */
  readonly redirecting: string;
  /** Has a certificate of an authority that nobody knows. */
  readonly untrusted: string;
  /** A bucket that answers with what it was sent. */
  readonly store: string;
  /** Servers that answer with what they were sent, by status. */
  readonly echoing: { readonly e500: string; readonly e403: string; readonly e401: string; readonly e404: string };
}

const secret = (name: string, stringData: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});
const notPem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}`;
const secretRef = (name: string) => ({ secretRef: { name } });

/** Secrets, and sources that use them well and badly: one product a source. */
export function objectsOf({ git, repository, jenkins, redirecting, untrusted, store, echoing }: Places): object[] {
  const { e500, e403, e401, e404 } = echoing;
  const local = { url: repository, interval: '2s' };
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
  const bucket = (endpoint: string, ref: string) => ({
    buckets: [{ name: 'store', bucket: 'b', endpoint, region: 'eu', forcePathStyle: true, ...secretRef(ref) }],
  });
  const fromGit = (name: string, url: string, ref?: string) =>
    source(name, { git: { url, path: 'none', interval: '2s', ...(ref === undefined ? {} : secretRef(ref)) } });
  const withUser = (url: string, value: string) => url.replace('://', `://someone:${encodeURIComponent(value)}@`);
  return [
    secret('git', { username: 'reader', password: marks.gitPassword.value }),
    secret('git-token', { token: marks.gitToken.value }),
    secret('git-wrong', { username: 'reader', password: marks.gitWrong.value }),
    secret('git-broken', { token: `a\n${marks.gitBroken.value}` }),
    secret('git-ca', { token: marks.gitToken.value, 'ca.crt': notPem(marks.gitCa.value) }),
    secret('jenkins', { username: 'controller', token: marks.jenkinsToken.value }),
    secret('jenkins-password', { username: 'person', password: marks.jenkinsPassword.value }),
    secret('jenkins-wrong', { username: 'controller', token: marks.jenkinsWrong.value }),
    secret('s3', {
      accessKeyId: marks.s3Key.value,
      secretAccessKey: marks.s3Secret.value,
      sessionToken: marks.s3Session.value,
    }),
    secret('jenkins-ca', { username: 'controller', token: marks.jenkinsToken.value, 'ca.crt': notPem(marks.jenkinsCa.value) }),
    secret('s3-ca', { accessKeyId: 'a', secretAccessKey: 'b', 'ca.crt': notPem(marks.s3Ca.value) }),
    secret('s3-half', { secretAccessKey: marks.s3Wrong.value }),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'control' }, data: { plain: 'written-as-it-is-4711' } },
    source('good', {
      git: { url: `${git}/repository.git`, path: 'good', interval: '2s', ...secretRef('git') },
      jenkins: server(jenkins, 'jenkins'),
    }),
    source('failing', {
      git: { url: `${git}/repository.git`, path: 'failing', interval: '2s', ...secretRef('git-token') },
      jenkins: server(jenkins, 'jenkins'),
    }),
    through('password', jenkins, 'jenkins-password'),
    through('wrong', jenkins, 'jenkins-wrong'),
    through('elsewhere', redirecting, 'jenkins'),
    through('echo-a', e500, 'jenkins'),
    through('echo-b', e403, 'jenkins-password'),
    through('tls', untrusted, 'jenkins'),
    through('userinfo', withUser(jenkins, marks.jenkinsUrl.value), 'jenkins'),
    through('bucket-echo', jenkins, 'jenkins', bucket(store, 's3')),
    through('bucket-elsewhere', jenkins, 'jenkins', bucket(redirecting, 's3')),
    through('bucket-tls', jenkins, 'jenkins', bucket(untrusted, 's3')),
    through('bucket-half', jenkins, 'jenkins', bucket(e404, 's3-half')),
    through('bucket-ca', jenkins, 'jenkins', bucket(store, 's3-ca')),
    through('jenkins-ca', jenkins, 'jenkins-ca'),
    through('claim-echo', jenkins, 'jenkins', bucket(store, 's3')),
    through('claim-elsewhere', jenkins, 'jenkins', bucket(redirecting, 's3')),
    through('claim-map', jenkins, 'jenkins'),
    fromGit('git-wrong', `${git}/repository.git`, 'git-wrong'),
    fromGit('git-elsewhere', `${redirecting}/repository.git`, 'git'),
    fromGit('git-echo', `${e500}/repository.git`, 'git'),
    fromGit('git-refused', `${e401}/repository.git`, 'git-token'),
    fromGit('git-tls', `${untrusted}/repository.git`, 'git'),
    fromGit('git-url', `${withUser(git, marks.gitUrl.value)}/repository.git`),
    fromGit('git-broken', `${git}/repository.git`, 'git-broken'),
    fromGit('git-ca', `${git}/repository.git`, 'git-ca'),
  ];
}
