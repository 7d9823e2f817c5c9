import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import type { DeploymentRunResource } from '../../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../../controller/core/resources/environment.js';
import type { ReleaseResource } from '../../../controller/core/resources/release.js';
import type { ReleaseSourceResource } from '../../../controller/core/resources/release-source.js';

interface Kinds {
  readonly environments: EnvironmentResource;
  readonly deploymentruns: DeploymentRunResource;
  readonly releasesources: ReleaseSourceResource;
  readonly releases: ReleaseResource;
  readonly holds: { readonly metadata: { readonly name: string } };
}

/** A Kubernetes API by its kubeconfig, which is read anew for each call: a restarted program may listen on another port. */
export interface Api {
  list<K extends keyof Kinds>(plural: K): Promise<Kinds[K][]>;
  get<K extends keyof Kinds>(plural: K, name: string): Promise<Kinds[K]>;
  create(plural: keyof Kinds, object: object): Promise<void>;
  remove(plural: keyof Kinds, name: string): Promise<void>;
  /** A merge patch. */
  patch(plural: keyof Kinds, name: string, change: object): Promise<void>;
  annotate(plural: keyof Kinds, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>;
  /** Any path, any method; throws where the answer is no success. */
  ask(method: string, path: string, body?: object, type?: string): Promise<unknown>;
  close(): void;
}

export function createApi(kubeconfigPath: string, namespace = 'default'): Api {
  const agents = new Map<string, Agent>();
  const collection = (plural: string) => `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/${plural}`;
  const ask: Api['ask'] = (method, path, body, type = 'application/json') => {
    const { url, ca, token } = readKubeconfig(kubeconfigPath);
    const agent = agents.get(url) ?? new Agent({ keepAlive: true, ca });
    agents.set(url, agent);
    return send({ method, url: `${url}${path}`, token, agent, type }, body);
  };
  const patch: Api['patch'] = async (plural, name, change) =>
    void (await ask('PATCH', `${collection(plural)}/${name}`, change, 'application/merge-patch+json'));
  return {
    ask,
    patch,
    list: async (plural) => ((await ask('GET', collection(plural))) as { items: never[] }).items,
    get: async (plural, name) => (await ask('GET', `${collection(plural)}/${name}`)) as never,
    create: async (plural, object) => void (await ask('POST', collection(plural), object)),
    remove: async (plural, name) => void (await ask('DELETE', `${collection(plural)}/${name}`)),
    annotate: (plural, name, annotations) => patch(plural, name, { metadata: { annotations } }),
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ user: { token: string } }];
}

function readKubeconfig(path: string) {
  const { clusters, users } = parse(readFileSync(path, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  return { url: server, ca: Buffer.from(ca, 'base64').toString(), token: users[0].user.token };
}

interface Sending {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly agent: Agent;
  readonly type: string;
}

function send({ method, url, token, agent, type }: Sending, body: object | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) };
    const sent = request(url, { method, headers, agent, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${url} was answered with ${statusCode}: ${text.slice(0, 300)}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${url} was not answered`)));
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
