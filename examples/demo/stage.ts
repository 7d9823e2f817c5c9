import type { Narrator, Row } from './happenings.js';
import { placeOf } from './observations.js';
import { Operator } from './operator.js';
import type { Edit, SignoffEntry } from './repository.js';
import { condition, isReady } from './view.js';
import type { World } from './world.js';

/** What the steps of the story play with: the world, and people who do something in it. */
export class Stage {
  readonly world: World;
  readonly operator: Operator;
  readonly #narrator: Narrator;

  constructor(world: World, narrator: Narrator) {
    this.world = world;
    this.#narrator = narrator;
    this.operator = new Operator(world.api, narrator);
  }

  async commit(author: string, subject: string, edits: readonly Edit[]): Promise<void> {
    this.#narrator.tell({ event: 'commit', ...(await this.world.repository.commit(author, subject, edits)) });
  }

  /** Takes the last commits back. */
  async revert(author: string, subject: string, count: number): Promise<void> {
    this.#narrator.tell({ event: 'commit', ...(await this.world.repository.revert(author, subject, count)) });
  }

  /** Somebody starts a job in Jenkins, past Towpath. */
  startByHand(user: string, job: string, parameters: Readonly<Record<string, string>>): void {
    this.#narrator.tell({ event: 'jenkins', user, job, parameters });
    this.world.jenkins.server.userBuild(job, parameters, user);
  }

  /** Somebody signs what these environments ask for: looks up the digests, and commits. */
  async sign(by: string, role: string, environments: readonly string[]): Promise<void> {
    const { view, repository } = this.world;
    const asked = environments.map((name) => view.environment(name));
    const [first] = asked;
    const version = first?.status?.desired?.version;
    if (first === undefined || version === undefined) throw new Error(`nothing is asked for in ${environments[0]}`);
    this.#narrator.tell({
      event: 'command',
      line: `kubectl get tenv ${environments.join(' ')} -o jsonpath='{..status.desired.digest}'`,
    });
    const entries = asked.map((environment): SignoffEntry => {
      const { stage = '', client } = environment?.spec ?? {};
      return { role, stage, client, by, at: new Date().toISOString(), digest: environment?.status?.desired?.digest ?? '' };
    });
    const signed = await repository.sign({ product: first.spec.product, version }, entries);
    this.#narrator.tell({ event: 'commit', ...signed });
  }

  /** Waits until it is known what exactly these environments are asked to run. */
  async untilAsked(environments: readonly string[], version: string): Promise<void> {
    const { view } = this.world;
    const isAsked = (name: string): boolean => {
      const desired = view.environment(name)?.status?.desired;
      return desired?.version === version && desired.digest !== undefined;
    };
    await view.until(`${version} is asked for in ${environments.join(', ')}`, () => environments.every(isAsked));
  }

  /** Waits until this gate is the first closed one there, and says this. */
  async untilTold(environment: string, gate: string, text: string): Promise<void> {
    const { view } = this.world;
    const isTold = (): boolean => {
      const { waitingFor, gates = [] } = view.environment(environment)?.status ?? {};
      return waitingFor === gate && gates.some(({ name, message }) => name === gate && message.includes(text));
    };
    await view.until(`the gate ${gate} of ${environment} says "${text}"`, isTold);
  }

  /** Waits until the path of the release has left so many obligations. */
  async untilOwed(product: string, version: string, count: number): Promise<void> {
    const { view } = this.world;
    const owed = (): number => {
      const release = view.releases().find(({ spec }) => spec.product === product && spec.version === version);
      return (release?.status?.obligations ?? []).filter(({ state }) => state !== 'met').length;
    };
    await view.until(`${product} ${version} has left ${count} obligations`, () => owed() === count);
  }

  showEnvironments(title: string, products?: readonly string[]): void {
    this.#narrator.flush();
    const rows = rowsOf(this.world).filter(({ place }) => products === undefined || products.includes(place.product));
    this.#narrator.tell({ event: 'table', title, rows });
  }

  /** Waits until all of these run this version, verified and undisturbed. */
  async untilReady(environments: readonly string[], version: string): Promise<void> {
    const { view } = this.world;
    const stands = (name: string): boolean => {
      const environment = view.environment(name);
      return isReady(environment) && environment?.status?.recorded?.version === version;
    };
    await view.until(`${version} is deployed in ${environments.join(', ')}`, () => environments.every(stands));
  }

  async untilWaitingFor(environments: readonly string[], gate: string): Promise<void> {
    const { view } = this.world;
    const waits = (name: string): boolean => view.environment(name)?.status?.waitingFor === gate;
    await view.until(`${environments.join(', ')} wait for ${gate}`, () => environments.every(waits));
  }

  async untilRunning(environments: readonly string[]): Promise<void> {
    const { view } = this.world;
    const runs = (name: string): boolean => view.runs(name).at(-1)?.status?.jenkins?.buildNumber !== undefined;
    await view.until(`builds run for ${environments.join(', ')}`, () => environments.every(runs));
  }

  /** Waits until the controller has reported an error of the newest commit; resolves with its message. */
  async untilRefused(environment: string): Promise<void> {
    const { view } = this.world;
    const isRefused = (): boolean => condition(view.environment(environment), 'Valid')?.status === 'False';
    const isReported = (): boolean => (view.source()?.status?.errors ?? []).length > 0;
    await view.until(`the error in ${environment} is reported`, () => isRefused() && isReported());
  }
}

const stageOrder = ['qa', 'feature', 'delta', 'alpha', 'beta', 'uat', 'production'];

function rowsOf({ view }: World): Row[] {
  const environments = view.environments().sort((a, b) => {
    const byProduct = b.spec.product.localeCompare(a.spec.product);
    const byStage = stageOrder.indexOf(a.spec.stage) - stageOrder.indexOf(b.spec.stage);
    return byProduct || byStage || a.spec.environment.localeCompare(b.spec.environment);
  });
  return environments.map((environment) => {
    const { desired, recorded } = environment.status ?? {};
    const ready = condition(environment, 'Ready');
    return {
      place: placeOf(environment),
      desired: desired?.version ?? '',
      deployed: `${recorded?.version ?? '-'}${recorded?.certain === false ? '?' : ''}`,
      ready: ready?.status === 'True',
      status: ready?.message ?? '',
    };
  });
}
