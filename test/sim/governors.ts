import type { ChecklistCompletion, ReleaseDocument, Signoff } from '../../controller/core/governance.js';
import type { Millis } from '../../controller/core/model.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { authorOf, broughtBy, type DocumentState, SimGovernance } from './governance.js';
import { drawWindow, type GovernedPlan } from './governed-plan.js';
import { Random } from './random.js';
import type { World } from './world.js';

type Action = () => string | undefined;

const minute = 60_000;
const people = ['Ann', 'Ben', 'Eve', 'Carla', 'Gus'] as const;

/** Those who sign, check, announce, plan windows and break documents, at random; by commits alone. */
export class Governors {
  readonly actMs: number;
  readonly #world: World;
  readonly #plan: GovernedPlan;
  readonly #random: Random;
  readonly #documents: SimGovernance;
  #windows = 0;

  constructor(world: World, plan: GovernedPlan) {
    this.#world = world;
    this.#plan = plan;
    this.actMs = plan.actMs;
    this.#random = new Random(world.plan.seed ^ 0x7a9b);
    this.#documents = new SimGovernance(plan);
    world.git.governance = this.#documents;
    world.git.nextAuthor = () => authorOf(this.#random.pick(['Ada', 'Eve', 'Ann']));
  }

  act(): void {
    const action = this.#random.pick<Action>([
      this.#sign,
      ...[this.#sign, this.#sign, this.#sign, this.#sign, this.#sign],
      ...[this.#check, this.#check, this.#check, this.#check],
      ...[this.#announce, this.#announce],
      ...[this.#moveOn, this.#moveOn, this.#moveOn],
      ...[this.#break, this.#mend, this.#mend, this.#mend],
      ...[this.#revoke, this.#changeWindows, this.#override, this.#wait, this.#setSomething],
    ]);
    const what = action();
    if (what !== undefined) this.#world.happened(() => `governor: ${what}`);
  }

  /** Looks at an environment, and signs what it shows: mostly rightly. */
  readonly #sign: Action = () => {
    const random = this.#random;
    const waiting = this.#environments().filter(({ status }) => status?.waitingFor === 'signoffs');
    const found = random.chance(0.8) ? random.pickOf(waiting) : random.pickOf(this.#environments());
    const desired = found?.status?.desired;
    if (found === undefined || desired?.digest === undefined) return undefined;
    const { product, stage, client } = found.spec;
    const release = this.#documents.release(product, desired.version);
    if (release === undefined || release.state === 'gone') return undefined;
    const demanded = this.#world.plan.products
      .find(({ name }) => name === product)
      ?.stages.find(({ name }) => name === stage)?.signoffs;
    const asked = random.pickOf(demanded ?? [])?.role;
    const role = asked !== undefined && random.chance(0.9) ? asked : random.pick(['tester', 'qa', 'client']);
    const right = role === 'client' ? random.pick(['Carla', 'Gus'] as const) : random.pick(['Ann', 'Ben', 'Eve'] as const);
    const [by, author] = [random.chance(0.1) ? random.pick(people) : right, random.chance(0.1) ? random.pick(people) : right];
    const wrongDigest = `sha256:${random.hex(64)}`;
    const now = this.#now();
    const isUnknown = random.chance(0.03);
    const signoff: Signoff = {
      role,
      stage: random.chance(0.05) ? 'uat' : stage,
      ...(client === undefined || random.chance(0.4) ? {} : { client: random.chance(0.05) ? 'globex' : client }),
      by: random.chance(0.5) ? by : authorOf(by).email,
      at: now + (random.chance(0.05) ? 10 * minute : 0),
      digest: random.chance(0.1) ? wrongDigest : desired.digest,
      ...(isUnknown ? { unbrought: 'too long ago' } : { brought: broughtBy(authorOf(author), this.#world.git.nextSha, now) }),
    };
    this.#change(release, { signoffs: [...release.document.signoffs, signoff] });
    return this.#commit(`${by} signs ${found.metadata.name} ${desired.version} as ${role}`, author);
  };

  readonly #revoke: Action = () => {
    const signed = this.#random.pickOf(this.#documents.releases.filter(({ document }) => document.signoffs.length > 0));
    if (signed === undefined) return undefined;
    const gone = this.#random.pickOf(signed.document.signoffs);
    this.#change(signed, { signoffs: signed.document.signoffs.filter((one) => one !== gone) });
    return this.#commit(`Take back the sign-off of ${gone?.by} for ${signed.document.version}`);
  };

  /** Something on a checklist is done in a place, or turns out not to be. */
  readonly #check: Action = () => {
    const random = this.#random;
    const waiting = random.pickOf(this.#environments().filter(({ status }) => status?.waitingFor === 'checklist'));
    const isAimed = waiting !== undefined && random.chance(0.8);
    const told = isAimed ? waiting.status?.gates?.find(({ name }) => name === 'checklist')?.message : undefined;
    const candidates = this.#documents.releases.filter(
      ({ document }) =>
        document.checklist.length > 0 &&
        (!isAimed || document.product === waiting.spec.product) &&
        (told === undefined || told.includes(document.version)),
    );
    const release = random.pickOf(candidates);
    const item = release && random.pickOf(release.document.checklist);
    const place = isAimed ? waiting.spec : random.pickOf(this.#plan.environments);
    if (release === undefined || item === undefined || place === undefined) return undefined;
    const { environment, stage, client } = place;
    const scope = random.pick<Omit<ChecklistCompletion, 'state'>>([
      { environment },
      { stage },
      client === undefined ? { stage } : { stage, client },
      client === undefined ? {} : { client },
      {},
    ]);
    const state = random.pick(['done', 'done', 'done', 'done', 'not-applicable', 'pending'] as const);
    const reason = state === 'not-applicable' && random.chance(0.6) ? { reason: 'there is none' } : {};
    const completions = [...item.completions, { ...scope, state, ...reason }];
    this.#change(release, {
      checklist: release.document.checklist.map((one) => (one === item ? { ...one, completions } : one)),
    });
    return this.#commit(`${item.id} of ${release.document.version} is ${state} ${JSON.stringify(scope)}`);
  };

  /** What a stage has verified is asked for in the next one, with the settings that it was tested with. */
  readonly #moveOn: Action = () => {
    const random = this.#random;
    const verified = this.#environments().flatMap(({ spec, status }) =>
      status?.recorded?.verified === true ? [{ ...spec, version: status.recorded.version }] : [],
    );
    const from = random.pickOf(verified);
    const next = this.#world.git.environments.filter(
      ({ product, stage }) =>
        product.name === from?.product &&
        product.stages.some(({ name, after }) => name === stage && after.some((rule) => rule.stage === from.stage)),
    );
    const one = random.pickOf(next);
    if (from === undefined || one === undefined || one.version === from.version) return undefined;
    one.version = from.version;
    const tested = this.#world.git.environments.find(
      ({ product, environment }) => product.name === from.product && environment === from.environment,
    );
    one.extra = tested?.extra ?? {};
    return this.#commit(`Move ${one.environment} on to ${one.version}`);
  };

  readonly #announce: Action = () => {
    const random = this.#random;
    const waiting = random.pickOf(this.#environments().filter(({ status }) => status?.waitingFor === 'notice'));
    const wanted = waiting && this.#documents.release(waiting.spec.product, waiting.status?.desired?.version ?? '');
    const release = wanted ?? random.pickOf(this.#documents.releases);
    if (release === undefined) return undefined;
    const announced = this.#now() + random.pick([-6, -3, 0, 0, 3]) * minute;
    this.#change(release, { announced });
    return this.#commit(
      `Announce ${release.document.product} ${release.document.version} for ${new Date(announced).toISOString()}`,
    );
  };

  readonly #break: Action = () => {
    const random = this.#random;
    const { releases, windows, roles } = this.#documents;
    const one = random.pickOf(random.pick<readonly { state: DocumentState }[]>([releases, windows, roles]));
    if (one?.state !== 'there') return undefined;
    one.state = random.pick(['broken', 'broken', 'gone']);
    for (const window of windows) window.isTold = random.chance(0.7);
    return this.#commit(`Make a document ${one.state}`);
  };

  readonly #mend: Action = () => {
    const { releases, windows, roles } = this.#documents;
    const torn = [...releases, ...windows, ...roles].filter(({ state }) => state !== 'there');
    if (torn.length === 0) return undefined;
    for (const one of torn) one.state = 'there';
    return this.#commit('Mend all that governs');
  };

  readonly #changeWindows: Action = () => {
    const random = this.#random;
    const { windows } = this.#documents;
    const old = windows.length > 1 || random.chance(0.4) ? random.pickOf(windows) : undefined;
    if (old !== undefined) {
      windows.splice(windows.indexOf(old), 1);
      return this.#commit(`Drop ${old.document.name}`);
    }
    this.#windows += 1;
    const how = { random, now: this.#world.wall(), timeZone: this.#plan.timeZone };
    const document = drawWindow(`late-window-${this.#windows}`, how);
    windows.push({ document, state: 'there', isTold: true });
    return this.#commit(`Add ${JSON.stringify(document)}`);
  };

  readonly #override: Action = () => {
    const random = this.#random;
    const one = random.pickOf(this.#world.git.environments);
    if (one === undefined) return undefined;
    delete one.override;
    if (random.chance(0.7)) {
      const gates = random.pick([['window'], ['window', 'notice'], ['parity', 'soak']]);
      one.override = { gates, version: random.chance(0.8) ? one.version : '1.9.0', reason: 'it burns', by: 'Grace' };
    }
    return this.#commit(`Override for ${one.environment}: ${JSON.stringify(one.override)}`);
  };

  readonly #wait: Action = () => {
    const one = this.#random.pickOf(this.#world.git.environments);
    if (one === undefined) return undefined;
    delete one.notBefore;
    if (this.#random.chance(0.5)) one.notBefore = this.#now() + this.#random.between(1, 12) * minute;
    return this.#commit(`${one.environment} is not to come before ${one.notBefore}`);
  };

  /** A setting that is on one side alone, a toggle, or none. */
  readonly #setSomething: Action = () => {
    const one = this.#random.pickOf(this.#world.git.environments);
    if (one === undefined) return undefined;
    one.extra = this.#random.pick<NonNullable<typeof one.extra>>([{}, {}, { beta: true }, { beta: false }, { url: 'there' }]);
    return this.#commit(`Give ${one.environment} ${JSON.stringify(one.extra)}`);
  };

  /** Documents tell whole seconds. */
  #now(): Millis {
    return Math.floor(this.#world.wall() / 1_000) * 1_000;
  }

  #environments(): EnvironmentResource[] {
    return this.#world.api.list('environments') as unknown as EnvironmentResource[];
  }

  #change(release: { document: ReleaseDocument }, over: Partial<ReleaseDocument>): void {
    release.document = { ...release.document, ...over };
  }

  #commit(subject: string, author?: string): string {
    const { git } = this.#world;
    if (author === undefined) git.commit(subject);
    else git.commit(subject, authorOf(author));
    return subject;
  }
}
