import type { ClusterApi } from './cluster-api.js';
import type { Narrator } from './happenings.js';

/** Somebody with kubectl: does through the API what the printed commands would do. */
export class Operator {
  readonly #api: ClusterApi;
  readonly #narrator: Narrator;

  constructor(api: ClusterApi, narrator: Narrator) {
    this.#api = api;
    this.#narrator = narrator;
  }

  /** Records in all these environments, which the labels select (`=acme`, `!=acme`), that they run this version. */
  async adopt(labels: Readonly<Record<string, string>>, environments: readonly string[], version: string): Promise<void> {
    const selector = Object.entries(labels).map(([name, value]) => `towpath.dev/${name}${value}`);
    this.#say(`kubectl annotate tenv -l ${selector.join(',')} towpath.dev/adopt=${version}`);
    for (const name of environments) await this.#annotate(name, 'towpath.dev/adopt', version);
  }

  async retry(environment: string): Promise<void> {
    const token = String(Math.floor(Date.now() / 1000));
    this.#say(`kubectl annotate tenv ${environment} towpath.dev/retryRequestedAt=${token}`);
    await this.#annotate(environment, 'towpath.dev/retryRequestedAt', token);
  }

  async hold(name: string, spec: { reason: string; by: string; selector: { stages: string[] } }): Promise<void> {
    this.#say(`kubectl create -f ${name}.yaml   # Hold: stages [${spec.selector.stages.join(', ')}], "${spec.reason}"`);
    const body = { apiVersion: 'towpath.dev/v1alpha1', kind: 'Hold', metadata: { name, namespace: 'default' }, spec };
    await this.#api.send('POST', { plural: 'holds' }, body);
  }

  async release(name: string): Promise<void> {
    this.#say(`kubectl delete thold ${name}`);
    await this.#api.send('DELETE', { plural: 'holds', name });
  }

  #say(line: string): void {
    this.#narrator.tell({ event: 'command', line });
  }

  async #annotate(environment: string, key: string, value: string): Promise<void> {
    await this.#api.send('PATCH', { plural: 'environments', name: environment }, { metadata: { annotations: { [key]: value } } });
  }
}
