import type {
  DeploymentRunResource,
  Invocation,
  JenkinsJob,
  VerificationInvocation,
} from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { invocationId, verificationId } from '../../controller/core/run/identity.js';
import { isTerminal, phaseOf } from '../../controller/core/run/run.js';
import { sameJson } from '../../controller/core/same-json.js';
import type { ApiObject, Write } from './api.js';
import { GateTruth } from './gate-truth.js';
import { GovernedTruth } from './governed-truth.js';
import { hasEffect, type Parameters, type SimEffect } from './jenkins-state.js';
import { demand } from './violation.js';
import type { World } from './world.js';

interface DurableClaim {
  readonly holder: string;
  readonly posts: number;
}

/** What must hold after every step, judged by what is stored and by what really happened, never by what the controller thinks. */
export class Invariants {
  readonly #world: World;
  readonly governed: GovernedTruth | undefined;
  readonly #gates: GateTruth;
  readonly #claims = new Map<string, DurableClaim[]>();
  readonly #posts = new Map<string, string[]>();
  readonly #starts = new Map<string, SimEffect[]>();
  /** Of jobs that claim: the build that was granted the run. */
  readonly #effective = new Map<string, number>();
  readonly #runsEver = new Set<string>();
  readonly #runs = new Map<string, string>();
  /** What each TOWPATH_RUN asks for. */
  readonly #asked = new Map<string, Parameters>();
  writes = 0;
  posts = 0;

  constructor(world: World) {
    this.#world = world;
    this.governed = world.plan.governed && new GovernedTruth(world);
    this.#gates = new GateTruth(world, this.governed);
    world.api.onWrite.push((write) => this.#wrote(write));
    world.jenkins.onEffect.push((effect) => this.#started(effect));
    world.jenkins.onClaim.push((effect) => this.#hadEffect(effect));
    world.onPost = (id, holder) => this.#posted(id, holder);
  }

  #wrote(write: Write): void {
    this.#gates.wrote(write);
    if (write.plural === 'leases') return;
    if (write.by.startsWith('towpath')) this.writes += 1;
    if (write.plural === 'deploymentruns') this.#wroteRun(write);
    if (write.plural === 'environments' && write.after !== undefined)
      this.#wroteEnvironment(write.key, write.before, write.after);
  }

  #wroteEnvironment(key: string, before: ApiObject | undefined, after: ApiObject): void {
    checkConditions(key, after);
    const { status } = toEnvironment(after);
    const token = status?.lastHandledRetryAt;
    if (token === undefined || token === toEnvironment(before ?? after).status?.lastHandledRetryAt) return;
    const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
    if (isReady) this.#world.answered.add(token);
    demand(this.#world.answered.has(token), 'a retry counts as answered when it is made', () => `${key}: ${token}`);
  }

  #wroteRun({ key, before, after, by }: Write): void {
    this.#world.happened(() => `${by} writes run ${key}: ${describe(after)}`);
    if (before === undefined && after !== undefined) {
      demand(!this.#runsEver.has(key), 'a name of a run is never used again', () => key);
      this.#runsEver.add(key);
      this.#runs.set(invocationId(toRun(after)), key);
      const { token } = toRun(after).spec.cause;
      if (token !== undefined) this.#world.answered.add(token);
    }
    if (before !== undefined) {
      const was = toRun(before);
      if (after === undefined) {
        demand(isTerminal(was), 'only runs that have ended are removed', () => key);
        return;
      }
      const same = sameJson(before.status, after.status) && sameJson(before.spec, after.spec);
      demand(!isTerminal(was) || same, 'a terminal run never changes', () => `${key} was ${phaseOf(was)}, written by ${by}`);
      demand(sameJson(before.spec, after.spec), 'the content of a run never changes', () => key);
    }
    if (after === undefined) return;
    const run = toRun(after);
    this.#oneActive(run);
    const was = before === undefined ? undefined : toRun(before);
    for (const task of tasksOf(run)) {
      const earlier = was && tasksOf(was).find(({ id }) => id === task.id)?.invocation;
      this.#wroteTask({ ...task, run, earlier, by });
    }
  }

  #oneActive(run: DeploymentRunResource): void {
    if (isTerminal(run)) return;
    const { product, environment } = run.spec;
    const active = this.#world.api
      .list('deploymentruns')
      .map(toRun)
      .filter((one) => one.spec.product === product && one.spec.environment === environment && !isTerminal(one));
    demand(active.length <= 1, 'at most one run of an environment is not terminal', () =>
      active.map(({ metadata }) => metadata.name).join(', '),
    );
  }

  #wroteTask({ id, job, invocation, run, earlier, by, isCheck }: WrittenTask): void {
    const { claim } = invocation;
    this.#asked.set(id, { ...job.parameters, TOWPATH_RUN: id });
    if (claim !== undefined && claim.posts !== (earlier?.claim?.posts ?? 0)) {
      demand(claim.holder === by, 'a claim is written by its holder', () => `${id} by ${by}, for ${claim.holder}`);
      const known = this.#claims.get(id) ?? [];
      this.#claims.set(id, [...known, { holder: claim.holder, posts: claim.posts }]);
      if (!isCheck && run.spec.action === 'deploy') this.#gates.checkClaim(run, by);
    }
    if (invocation.state === 'Unknown' && earlier?.state !== 'Unknown') this.#checkUnknown(id, job, invocation);
    if (invocation.state === 'Finished' && earlier?.state !== 'Finished' && run.status?.resolvedBy === undefined)
      this.#checkEnd(id, invocation, job);
  }

  /** Unknown is for what nobody can know: a number was given out since the claim and its record is gone. */
  #checkUnknown(id: string, { job }: JenkinsJob, { claim, message }: Invocation): void {
    const vanished = [...(this.#world.jenkins.jobs.get(job)?.vanished ?? [])];
    const isLost = vanished.some((number) => number >= (claim?.nextBuildNumber ?? 1));
    const isOther = (this.#starts.get(id) ?? []).some(({ parameters }) => !this.#isAsked(id, parameters));
    demand(isLost || isOther, 'Unknown only where nothing can be known', () => `${id}: ${message}`);
  }

  /** What a run says of its end is what happened. */
  #checkEnd(id: string, invocation: Invocation, { job }: JenkinsJob): void {
    const { result, buildNumber } = invocation;
    const starts = this.#starts.get(id) ?? [];
    if (result === 'CANCELLED' || (result === 'TIMEOUT' && buildNumber === undefined)) {
      const started = starts.find(hasEffect);
      demand(started === undefined, 'what is said to be cancelled did not start', () => `${id} started as #${started?.number}`);
      demand(
        this.#world.jenkins.cancelledIds.has(id),
        'what is said to be cancelled was cancelled',
        () => `${id}: ${invocation.message}`,
      );
      return;
    }
    // A person's repetition of a lost build carries its id as well, and may be taken for it.
    const effect = this.#world.jenkins.effects.find((one) => one.job === job && one.number === buildNumber);
    const ended = result === 'TIMEOUT' ? 'ABORTED' : result;
    demand(
      effect?.result === ended,
      'the result of a run is that of its build',
      () => `${id}: ${result}, but ${job} #${buildNumber} ended ${effect?.result}`,
    );
    demand(
      effect?.claim !== 'refused',
      'a build that was refused says nothing of its run',
      () => `${id}: ${job} #${buildNumber}`,
    );
    demand(
      effect === undefined || this.#isAsked(id, effect.parameters),
      'a run ends by a build of what it asked for',
      () => `${id}: ${job} #${buildNumber} was started with ${JSON.stringify(effect?.parameters)}`,
    );
  }

  /** Whether all that was asked for is there; what the job has gained meanwhile has its defaults. */
  #isAsked(id: string, parameters: Parameters): boolean {
    const wanted = this.#asked.get(id);
    return wanted === undefined || Object.entries(wanted).every(([name, value]) => parameters[name] === value);
  }

  #posted(id: string, holder: string): void {
    this.posts += 1;
    const posts = [...(this.#posts.get(id) ?? []), holder];
    this.#posts.set(id, posts);
    const claims = this.#claims.get(id) ?? [];
    const [own, allowed] = [posts.filter((one) => one === holder).length, claims.filter((one) => one.holder === holder).length];
    demand(
      own <= allowed,
      'no POST without a durable claim of its own',
      () => `${id}: ${own} by ${holder}, who has ${allowed} claims`,
    );
  }

  #started(effect: SimEffect): void {
    const id = effect.parameters.TOWPATH_RUN ?? '';
    if (id === '' || effect.by === 'rebuild') return;
    const known = this.#starts.get(id) ?? [];
    this.#starts.set(id, [...known, effect]);
    if (effect.isRepeated) return;
    demand((this.#claims.get(id) ?? []).length > 0, 'nothing starts before its intent is durable', () => id);
    this.#checkContent(id, effect);
    if (this.#world.jenkins.jobs.get(effect.job)?.ledger !== undefined) return;
    const own = [...known, effect].filter(({ isRepeated }) => !isRepeated);
    demand(
      own.length <= 1,
      'a run is deployed at most once',
      () => `${id} started as ${own.map(({ number }) => `#${number}`).join(' and ')}`,
    );
  }

  /** With a claim it does not matter who repeats it: Towpath itself after a loss, Jenkins, or a person. */
  #hadEffect(effect: SimEffect): void {
    const id = effect.parameters.TOWPATH_RUN ?? '';
    if (id === '') return;
    const before = this.#effective.get(id);
    demand(before === undefined, 'a claimed run has its effect once', () => `${id}: #${before} and #${effect.number}`);
    this.#effective.set(id, effect.number);
  }

  #checkContent(id: string, effect: SimEffect): void {
    const stored = this.#world.api.get('deploymentruns', this.#runs.get(id) ?? '');
    if (stored === undefined) return;
    const wanted = { ...toRun(stored).spec.deployer?.jenkins.parameters, TOWPATH_RUN: id };
    // A late POST can meet a job that was changed meanwhile: Jenkins drops what it does not know, and nobody can prevent it.
    const same = Object.entries(wanted).every(([name, value]) => (effect.parameters[name] ?? value) === value);
    demand(same, 'what starts is what was judged', () => `${id}: ${JSON.stringify(effect.parameters)}`);
  }
}

interface RunTask {
  readonly id: string;
  readonly job: JenkinsJob;
  readonly invocation: Invocation | VerificationInvocation;
  readonly isCheck: boolean;
}

interface WrittenTask extends RunTask {
  readonly run: DeploymentRunResource;
  readonly earlier: Invocation | undefined;
  readonly by: string;
}

/** The jobs that a run has asked for, or may have. */
function tasksOf(run: DeploymentRunResource): RunTask[] {
  const { spec, status } = run;
  const tasks: RunTask[] = [];
  if (spec.deployer !== undefined && status?.jenkins !== undefined)
    tasks.push({ id: invocationId(run), job: spec.deployer.jenkins, invocation: status.jenkins, isCheck: false });
  for (const invocation of status?.verification ?? []) {
    const check = spec.verification?.find(({ name }) => name === invocation.name);
    if (check !== undefined) tasks.push({ id: verificationId(run, check.name), job: check.jenkins, invocation, isCheck: true });
  }
  return tasks;
}

const toEnvironment = (object: ApiObject): EnvironmentResource => object as unknown as EnvironmentResource;

export const toRun = (object: ApiObject): DeploymentRunResource => object as unknown as DeploymentRunResource;

function describe(object: ApiObject | undefined): string {
  if (object === undefined) return 'removed';
  const { status } = toRun(object);
  return `${status?.phase ?? 'new'}${status?.message === undefined ? '' : ` (${status.message})`}`;
}

/** As kstatus reads conditions. */
function checkConditions(key: string, { status }: ApiObject): void {
  if (status?.conditions === undefined) return;
  const is = (type: string) => status.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  const rule = 'conditions are kstatus-compatible';
  const shown = () => `${key}: ${status.conditions?.map(({ type, status: value }) => `${type}=${value}`).join(' ')}`;
  demand(
    status.conditions.some(({ type }) => type === 'Ready'),
    rule,
    shown,
  );
  demand(!(is('Reconciling') && is('Stalled')), rule, shown);
  demand(!is('Ready') || !(is('Reconciling') || is('Stalled') || is('Drifted')), rule, shown);
  demand(
    status.conditions.every(({ message }) => message !== ''),
    'a condition says why',
    shown,
  );
}
