import { annotations } from '../../controller/core/facts.js';
import type { DeploymentRunResource, Invocation } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { invocationId, runName } from '../../controller/core/run/identity.js';
import { isTerminal, phaseOf } from '../../controller/core/run/run.js';
import { smokeJob } from '../support/e2e/documents.js';
import type { Site } from './site.js';
import { cutSince, deploymentsTo, effectsOfRun, endOf, repetitions, runOf } from './witness.js';

/** Something that waited for a person, and what really was the cause; undefined where nothing explains it. */
export interface Settled {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
  readonly cause: string | undefined;
  readonly answer: string;
}

/** Answers what Towpath asks people, and never lies: by what Jenkins really did. */
export interface Person {
  readonly settled: readonly Settled[];
  /** Looks once, and answers what has been asked and not been answered. Throws where the API cannot be asked. */
  look(): Promise<void>;
}

export function createPerson(site: Site): Person {
  const { api, jenkins } = site;
  const settled: Settled[] = [];
  const answered = new Set<string>();

  async function settleRun(run: DeploymentRunResource): Promise<void> {
    const { name } = run.metadata;
    if (isUnderWay(site, run)) return;
    const ends = effectsOfRun(jenkins, run).map((effect) => endOf(jenkins, effect));
    // What was cut off has failed, and what never began can be tried again: both are true answers.
    const answer = ends.includes('SUCCESS') ? 'succeeded' : ends.length > 0 && run.spec.number % 2 === 0 ? 'failed' : 'retry';
    await api.annotate('deploymentruns', name, { [annotations.resolve]: answer });
    const cause = causeOf(site, run.spec.deployer?.jenkins.job, run.status?.jenkins);
    settled.push({ name, reason: 'Unknown', message: run.status?.message ?? '', cause, answer });
  }

  async function settleEnvironment(environment: EnvironmentResource, runs: readonly DeploymentRunResource[]): Promise<void> {
    const { name } = environment.metadata;
    const stalled = environment.status?.conditions?.find(({ type }) => type === 'Stalled');
    if (stalled === undefined) return;
    const own = runs.filter((run) => runName(run.spec.product, run.spec.environment, run.spec.number).startsWith(`${name}.`));
    const last = own.sort((a, b) => a.spec.number - b.spec.number).at(-1);
    if (last === undefined || !isTerminal(last) || isUnderWay(site, last)) return;
    const key = `${last.metadata.name} ${stalled.reason}`;
    const request = requests[stalled.reason];
    if (request === undefined || answered.has(key)) return;
    answered.add(key);
    await api.annotate('environments', name, { [annotations[request]]: `${Date.now()}` });
    const cause = stalledCause(site, stalled.reason, last);
    settled.push({ name, reason: stalled.reason, message: stalled.message, cause, answer: request });
  }

  return {
    settled,
    async look() {
      if (!jenkins.isUp) return;
      const [runs, environments] = await Promise.all([api.list('deploymentruns'), api.list('environments')]);
      for (const run of runs) {
        const key = `${run.metadata.name} Unknown`;
        const isAsked = phaseOf(run) === 'Unknown' && run.metadata.annotations?.[annotations.resolve] === undefined;
        if (isAsked && !answered.has(key) && jenkins.isUp) await settleRun(run);
      }
      for (const environment of environments) if (jenkins.isUp) await settleEnvironment(environment, runs);
    },
  };
}

/** By what a stalled environment is asked to go on; what waits for another environment is not in here. */
const requests: Readonly<Record<string, 'retryRequestedAt' | 'verifyRequestedAt'>> = {
  DeploymentFailed: 'retryRequestedAt',
  Drifted: 'retryRequestedAt',
  VerificationFailed: 'verifyRequestedAt',
};

/** Whether Jenkins still has something of it: then what happened is not over. */
function isUnderWay({ jenkins }: Site, run: DeploymentRunResource): boolean {
  const id = invocationId(run);
  const waits = jenkins.queue().some(({ parameters }) => parameters.some(({ value }) => value.startsWith(id)));
  return waits || jenkins.effects.some((effect) => runOf(effect).startsWith(id) && endOf(jenkins, effect) === 'running');
}

/** The gap rule, judged by what really happened: since the claim a build of the job has died with the server. */
function causeOf({ jenkins }: Site, job: string | undefined, invocation: Invocation | undefined): string | undefined {
  if (job === undefined || invocation?.claim === undefined) return undefined;
  const cut = cutSince(jenkins, job, invocation.claim.nextBuildNumber);
  return cut.length === 0 ? undefined : `${job} ${cut.map((number) => `#${number}`).join(' ')} died with Jenkins`;
}

function stalledCause(site: Site, reason: string, last: DeploymentRunResource): string | undefined {
  const { jenkins } = site;
  const ends = effectsOfRun(jenkins, last).map((effect) => endOf(jenkins, effect));
  const repeated = repetitions(deploymentsTo(jenkins.effects, last.spec)).length > 0;
  switch (reason) {
    case 'DeploymentFailed':
      if (last.status?.resolvedBy === 'failed') return 'a person has said so';
      if (ends.includes('FAILURE')) return 'its build failed';
      return repeated && ends.includes('ABORTED') ? 'Jenkins ran it again, and was stopped' : undefined;
    case 'VerificationFailed': {
      const check = last.status?.verification?.find(({ state }) => state === 'Unknown');
      return causeOf(site, smokeJob, check);
    }
    case 'Drifted':
      return repeated ? 'Jenkins ran a deployment again' : undefined;
    default:
      return undefined;
  }
}
