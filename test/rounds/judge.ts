import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { belongsTo, invocationId } from '../../controller/core/run/identity.js';
import { isTerminal, phaseOf } from '../../controller/core/run/run.js';
import { nameOf, type Place, places } from './places.js';
import type { Site } from './site.js';
import { deploymentsTo, endOf, runOf } from './witness.js';

/** The version that git asks for, by the name of the environment. */
export type Wanted = ReadonlyMap<string, string>;

/** Why the site is not at rest; undefined where it is: everything says that it is as git asks, and nothing is under way. */
export function whyNotAtRest(site: Site, environments: readonly EnvironmentResource[], wanted: Wanted): string | undefined {
  const { replicas, jenkins } = site;
  if (!jenkins.isUp) return 'Jenkins is down';
  if (jenkins.queue().length > 0) return 'something waits in Jenkins';
  if (jenkins.effects.some((effect) => endOf(jenkins, effect) === 'running')) return 'something runs in Jenkins';
  const odd = replicas.find((replica) => !replica.isRunning || replica.isFrozen);
  if (odd !== undefined) return `controller ${odd.name} does not run`;
  if (!replicas.some(({ isLeading }) => isLeading)) return 'no controller leads';
  return places.map((place) => whyNotThere(place, environments, wanted)).find((why) => why !== undefined);
}

function whyNotThere(place: Place, environments: readonly EnvironmentResource[], wanted: Wanted): string | undefined {
  const name = nameOf(place);
  const status = environments.find(({ metadata }) => metadata.name === name)?.status;
  const version = wanted.get(name);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isThere = status?.desired?.version === version && status?.recorded?.version === version && ready?.status === 'True';
  return isThere ? undefined : `${name} is not at ${version}: ${ready?.reason} ${ready?.message}`;
}

/** Where what the records say at rest is not what Jenkins really did. */
export function losses({ jenkins }: Site, runs: readonly DeploymentRunResource[], wanted: Wanted): string[] {
  const found: string[] = [];
  for (const place of places) {
    const last = deploymentsTo(jenkins.effects, place).at(-1);
    const run = last && runs.find((one) => invocationId(one) === runOf(last));
    const end = last === undefined ? 'never' : endOf(jenkins, last);
    const vouched = run?.status?.resolvedBy === 'succeeded';
    if (last?.parameters.VERSION !== wanted.get(nameOf(place)) || (end !== 'SUCCESS' && !vouched))
      found.push(`${nameOf(place)} really has ${last?.parameters.VERSION} (${end}), and says ${wanted.get(nameOf(place))}`);
  }
  for (const run of runs) {
    const { name } = run.metadata;
    if (!isTerminal(run)) found.push(`${name} is ${phaseOf(run)} at rest`);
    if (run.spec.action !== 'deploy' || run.status?.resolvedBy !== undefined) continue;
    const isSaidDone = phaseOf(run) === 'Succeeded' || phaseOf(run) === 'VerificationFailed';
    const own = jenkins.effects.filter((effect) => runOf(effect) === invocationId(run));
    const isDone = own.some(
      (effect) => effect.number === run.status?.jenkins?.buildNumber && endOf(jenkins, effect) === 'SUCCESS',
    );
    if (isSaidDone && !isDone) found.push(`${name} is ${phaseOf(run)}, and its build was not`);
  }
  return found;
}

/** Builds that no run has asked for. */
export function strangers({ jenkins }: Site, runs: readonly DeploymentRunResource[], since: number): string[] {
  return jenkins.effects
    .slice(since)
    .filter((effect) => !runs.some((run) => belongsTo(run, runOf(effect))))
    .map((effect) => `${effect.job} #${effect.number} belongs to ${runOf(effect)}, which there is not`);
}
