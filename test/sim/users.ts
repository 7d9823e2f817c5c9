import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { invocationId } from '../../controller/core/run/identity.js';
import { phaseOf } from '../../controller/core/run/run.js';
import type { GitEnvironment } from './git.js';
import { toRun } from './invariants.js';
import { hasEffect } from './jenkins-state.js';
import type { World } from './world.js';

type Action = (world: World) => string | undefined;

/** What people do, at random: in git, with kubectl, and in Jenkins. What they say of an Unknown run is true. */
export class Users {
  readonly #world: World;
  #tokens = 0;

  constructor(world: World) {
    this.#world = world;
  }

  act(): void {
    const { random } = this.#world;
    const action = random.pick<Action>([
      this.#promote,
      this.#promote,
      this.#promote,
      this.#revert,
      this.#changeSetting,
      this.#breakDocument,
      this.#fixDocuments,
      this.#fixDocuments,
      this.#remove,
      this.#bringBack,
      this.#bringBack,
      this.#hold,
      this.#release,
      this.#release,
      this.#suspend,
      this.#resume,
      this.#resume,
      this.#suspendSource,
      this.#resumeSource,
      this.#resumeSource,
      this.#retry,
      this.#retry,
      this.#verify,
      this.#adopt,
      this.#confirm,
      this.#confirm,
      this.#resolve,
      this.#resolve,
      this.#resolve,
    ]);
    const what = action(this.#world);
    if (what !== undefined) this.#world.happened(() => `user: ${what}`);
  }

  readonly #promote: Action = ({ git, random }) => {
    const one = random.pickOf(git.environments);
    if (one === undefined) return undefined;
    one.version = `1.${random.between(1, 4)}.0`;
    git.commit(`Promote ${nameOf(one)} to ${one.version}`);
    return git.head.commit.subject;
  };

  readonly #revert: Action = ({ git, random, api }) => {
    const one = random.pickOf(git.environments);
    const recorded = one && (api.get('environments', nameOf(one)) as EnvironmentResource | undefined)?.status?.recorded;
    if (one === undefined || recorded === undefined) return undefined;
    one.version = recorded.version;
    git.commit(`Revert ${nameOf(one)} to ${one.version}`);
    return git.head.commit.subject;
  };

  readonly #changeSetting: Action = ({ git, random }) => {
    const one = random.pickOf(git.environments);
    if (one === undefined) return undefined;
    one.setting = random.between(1, 3);
    git.commit(`Set ${nameOf(one)} to ${one.setting}`);
    return git.head.commit.subject;
  };

  readonly #breakDocument: Action = ({ git, random }) => {
    const one = random.pickOf(git.environments);
    if (one === undefined) return undefined;
    one.isBroken = true;
    git.commit(`Break ${nameOf(one)}`);
    return git.head.commit.subject;
  };

  readonly #fixDocuments: Action = ({ git }) => {
    if (!git.environments.some(({ isBroken }) => isBroken)) return undefined;
    for (const one of git.environments) one.isBroken = false;
    git.commit('Fix all documents');
    return git.head.commit.subject;
  };

  readonly #remove: Action = ({ git, random }) => {
    const one = random.chance(0.4) ? random.pickOf(git.environments) : undefined;
    if (one === undefined) return undefined;
    one.isRemoved = true;
    git.commit(`Remove ${nameOf(one)}`);
    return git.head.commit.subject;
  };

  readonly #bringBack: Action = ({ git }) => {
    if (!git.environments.some(({ isRemoved }) => isRemoved)) return undefined;
    for (const one of git.environments) one.isRemoved = false;
    git.commit('Bring back all environments');
    return git.head.commit.subject;
  };

  readonly #hold: Action = ({ random, api, git }) => {
    const one = random.pickOf(git.environments);
    if (one === undefined || api.list('holds').length >= 2) return undefined;
    const selector = random.pick<object>([
      {},
      { products: [one.product.name] },
      { environments: [one.environment] },
      { stages: [one.stage] },
    ]);
    this.#tokens += 1;
    const name = `hold-${this.#tokens}`;
    this.#write('POST', 'holds', undefined, { metadata: { name }, spec: { reason: 'it burns', selector } });
    return `${name} ${JSON.stringify(selector)}`;
  };

  readonly #release: Action = ({ random, api }) => {
    const hold = random.pickOf(api.list('holds'));
    if (hold === undefined) return undefined;
    this.#write('DELETE', 'holds', hold.metadata.name, {});
    return `releases ${hold.metadata.name}`;
  };

  readonly #suspend: Action = () => this.#annotateOne('towpath.dev/suspend', () => 'not now');
  readonly #resume: Action = ({ api }) => {
    const suspended = api
      .list('environments')
      .filter(({ metadata }) => metadata.annotations?.['towpath.dev/suspend'] !== undefined);
    for (const { metadata } of suspended) this.#annotate('environments', metadata.name, 'towpath.dev/suspend', null);
    return suspended.length === 0 ? undefined : 'resumes all environments';
  };

  readonly #suspendSource: Action = ({ random }) => {
    if (!random.chance(0.3)) return undefined;
    this.#write('PATCH', 'releasesources', 'releases', { spec: { suspend: true } });
    return 'suspends the source';
  };

  readonly #resumeSource: Action = ({ api }) => {
    const source = api.get('releasesources', 'releases');
    if ((source?.spec as { suspend?: boolean } | undefined)?.suspend !== true) return undefined;
    this.#write('PATCH', 'releasesources', 'releases', { spec: { suspend: false } });
    return 'resumes the source';
  };

  readonly #retry: Action = () => this.#annotateOne('towpath.dev/retryRequestedAt', () => this.#token());
  readonly #verify: Action = () => this.#annotateOne('towpath.dev/verifyRequestedAt', () => this.#token());
  readonly #adopt: Action = ({ random }) =>
    random.chance(0.5)
      ? this.#annotateOne('towpath.dev/adopt', ({ status }) => status?.observed?.version ?? `1.${random.between(1, 4)}.0`)
      : undefined;
  readonly #confirm: Action = () => this.#annotateOne('towpath.dev/confirm', ({ status }) => status?.desired?.version ?? '1.1.0');

  /** A person looks at the environment itself before saying how it went. */
  readonly #resolve: Action = ({ api, random, jenkins }) => {
    const run = api
      .list('deploymentruns')
      .map(toRun)
      .find((one) => phaseOf(one) === 'Unknown');
    if (run === undefined) return undefined;
    const id = invocationId(run);
    const own = jenkins.effects.filter(({ parameters }) => parameters.TOWPATH_RUN === id);
    if (own.some(({ endedAt }) => endedAt === undefined)) return undefined;
    const effect = own.findLast(hasEffect);
    const value = effect?.result === 'SUCCESS' ? 'succeeded' : random.pick(['failed', 'retry']);
    this.#annotate('deploymentruns', run.metadata.name, 'towpath.dev/resolve', value);
    return `resolves ${run.metadata.name} as ${value}`;
  };

  #annotateOne(name: string, value: (environment: EnvironmentResource) => string): string | undefined {
    const found = this.#world.random.pickOf(this.#world.api.list('environments'));
    if (found === undefined) return undefined;
    const wanted = value(found as unknown as EnvironmentResource);
    this.#annotate('environments', found.metadata.name, name, wanted);
    return `annotates ${found.metadata.name} with ${name}=${wanted}`;
  }

  #annotate(plural: string, name: string, annotation: string, value: string | null): void {
    this.#write('PATCH', plural, name, { metadata: { annotations: { [annotation]: value } } });
  }

  #write(method: string, plural: string, name: string | undefined, body: unknown): void {
    this.#world.api.handle({ method, plural, name, isStatus: false, body, by: 'user' });
  }

  #token(): string {
    this.#tokens += 1;
    return `t${this.#tokens}`;
  }
}

export const nameOf = ({ product, environment }: GitEnvironment) => `${product.name}.${environment}`;
