import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { parse } from 'yaml';

export interface ListedObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

/** One object, or all of a kind. */
export interface Address {
  readonly plural: string;
  readonly name?: string | undefined;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

export interface WatchSink {
  /** The whole list: at the start, and again whenever a watch could not go on. */
  replaced(items: readonly ListedObject[]): void;
  changed(object: ListedObject): void;
  removed(object: ListedObject): void;
}

/** As much of a Kubernetes client as a spectator and an operator need, from a kubeconfig with a CA and a token. */
export class ClusterApi {
  readonly #agent: Agent;
  readonly #options: RequestOptions;
  #closed = false;

  constructor(kubeconfigPath: string) {
    const { clusters, users } = parse(readFileSync(kubeconfigPath, 'utf8')) as Kubeconfig;
    const cluster = clusters[0]?.cluster;
    if (cluster === undefined) throw new Error(`${kubeconfigPath} names no cluster`);
    const { hostname, port } = new URL(cluster.server);
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    this.#agent = new Agent({ keepAlive: true, ca });
    this.#options = { hostname, port, agent: this.#agent, headers: { authorization: `Bearer ${users[0]?.user.token ?? ''}` } };
  }

  /** Sends one request and returns the object of the answer; fails with the server's message. */
  send(method: string, { plural, name }: Address, body?: object): Promise<unknown> {
    const path = pathOf({ plural, name });
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { ...this.#options.headers, 'content-type': type };
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#options, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject).on('end', () => {
          const answer = JSON.parse(text) as { message?: string };
          if ((response.statusCode ?? 500) < 300) resolve(answer);
          else reject(new Error(`${method} ${path}: ${answer.message ?? response.statusCode}`));
        });
      });
      sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Lists and watches until closed; a watch that ends is taken up again with a new list. */
  async watch(plural: string, sink: WatchSink): Promise<void> {
    const list = (await this.send('GET', { plural })) as { items: ListedObject[]; metadata: { resourceVersion: string } };
    sink.replaced(list.items);
    this.#follow(`${pathOf({ plural })}?watch=1&resourceVersion=${list.metadata.resourceVersion}`, sink, () => {
      if (!this.#closed) setTimeout(() => void this.watch(plural, sink).catch(() => undefined), 200).unref();
    });
  }

  close(): void {
    this.#closed = true;
    this.#agent.destroy();
  }

  #follow(path: string, sink: WatchSink, ended: () => void): void {
    const sent = request({ ...this.#options, path }, (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line, sink);
      });
      response.on('error', () => undefined).on('close', ended);
    });
    sent.on('error', ended).end();
  }

  #take(line: string, sink: WatchSink): void {
    if (line === '' || this.#closed) return;
    const { type, object } = JSON.parse(line) as { type: string; object: ListedObject };
    if (type === 'DELETED') sink.removed(object);
    else if (type === 'ADDED' || type === 'MODIFIED') sink.changed(object);
  }
}

function pathOf({ plural, name }: Address): string {
  return `/apis/towpath.dev/v1alpha1/namespaces/default/${plural}${name === undefined ? '' : `/${name}`}`;
}
