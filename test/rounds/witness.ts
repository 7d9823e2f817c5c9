import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import { invocationId } from '../../controller/core/run/identity.js';
import type { Effect } from '../support/jenkins/definition.js';
import type { JenkinsStandIn } from '../support/jenkins/stand-in.js';
import type { Place } from './places.js';

/** What really happened, by Jenkins' own account: which builds began, and how they ended. */

/** `cut`: it began, and died with the server. */
export type End = 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED' | 'running' | 'cut';

export const runOf = ({ parameters }: Effect) => parameters.TOWPATH_RUN ?? '(no run)';

export function endOf(jenkins: JenkinsStandIn, { job, number }: Effect): End {
  const build = jenkins.builds(job).find((one) => one.number === number);
  if (build === undefined) return 'cut';
  return build.result ?? 'running';
}

/** Runs that Towpath had built more than once: by more than one acceptance of theirs. */
export function doubles(effects: readonly Effect[]): string[] {
  return [...byRun(effects)]
    .filter(([, ofRun]) => acceptances(ofRun) > 1)
    .map(
      ([run, ofRun]) =>
        `${run} was built ${ofRun.length} times: ${ofRun.map(({ job, number }) => `${job} #${number}`).join(', ')}`,
    );
}

/** How often Jenkins itself ran again what it had accepted once: after a crash, from an old copy of its queue. */
export function repetitions(effects: readonly Effect[]): Effect[] {
  const known = new Set<string>();
  return effects.filter((effect) => {
    const isRepeated = known.has(`${runOf(effect)} ${effect.accepted}`);
    known.add(`${runOf(effect)} ${effect.accepted}`);
    return isRepeated;
  });
}

function byRun(effects: readonly Effect[]): Map<string, Effect[]> {
  const found = new Map<string, Effect[]>();
  for (const effect of effects) found.set(runOf(effect), [...(found.get(runOf(effect)) ?? []), effect]);
  return found;
}

const acceptances = (effects: readonly Effect[]) => new Set(effects.map(({ accepted }) => accepted)).size;

/** The builds that deployed to a place, the first first. */
export function deploymentsTo(effects: readonly Effect[], { product, environment }: Place): Effect[] {
  return effects.filter(({ parameters }) => parameters.PRODUCT === product && parameters.ENVIRONMENT === environment);
}

/** Builds of a job, from a number on, that began and left no record. */
export function cutSince(jenkins: JenkinsStandIn, job: string, since: number): number[] {
  return jenkins.effects
    .filter((one) => one.job === job && one.number >= since && endOf(jenkins, one) === 'cut')
    .map(({ number }) => number);
}

export const effectsOfRun = (jenkins: JenkinsStandIn, run: DeploymentRunResource) =>
  jenkins.effects.filter((effect) => runOf(effect) === invocationId(run));
