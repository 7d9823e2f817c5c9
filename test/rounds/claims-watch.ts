import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { KubeApiserver } from '../support/kube-apiserver.js';

const path = '/apis/towpath.dev/v1alpha1/namespaces/default/deploymentruns?watch=1';
const againMs = 200;

/** An error that ends the watch has another object, and may have none. */
interface WatchLine {
  readonly type?: string;
  readonly object?: Partial<DeploymentRunResource>;
}

/** Counts claims of deployments as the API tells of them: each comes right before its trigger is sent. */
export class ClaimsWatch {
  readonly #server: Pick<KubeApiserver, 'url' | 'caPem' | 'token'>;
  readonly #known = new Set<string>();
  #request: ClientRequest | undefined;
  #isFirst = true;
  #isClosed = false;
  count = 0;

  constructor(server: Pick<KubeApiserver, 'url' | 'caPem' | 'token'>) {
    this.#server = server;
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    this.#request?.destroy();
  }

  #open(): void {
    if (this.#isClosed) return;
    const { url, caPem: ca, token } = this.#server;
    const headers = { authorization: `Bearer ${token}` };
    this.#request = request(`${url}${path}`, { ca, headers, agent: false }, (answer) => this.#read(answer));
    this.#request.on('error', () => undefined);
    this.#request.on('close', () => {
      this.#isFirst = false;
      setTimeout(() => this.#open(), againMs).unref();
    });
    this.#request.end();
  }

  #read(answer: IncomingMessage): void {
    if (answer.statusCode !== 200) return void answer.resume();
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('error', () => undefined);
    answer.on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#see(JSON.parse(line) as WatchLine);
    });
  }

  #see({ type, object: { metadata, status } = {} }: WatchLine): void {
    const claim = status?.jenkins?.claim;
    const id = `${metadata?.name} ${claim?.posts}`;
    if (claim === undefined || this.#known.has(id)) return;
    this.#known.add(id);
    // What there was before the round comes first, as if it were new.
    if (!this.#isFirst || type !== 'ADDED') this.count += 1;
  }
}
