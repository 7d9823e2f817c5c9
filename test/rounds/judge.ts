import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { belongsTo, invocationId, verificationId } from '../../controller/core/run/identity.js';
import { isTerminal, phaseOf } from '../../controller/core/run/run.js';
import type { JenkinsStandIn } from '../support/jenkins/stand-in.js';
import { nameOf, type Place, places, retrying } from './places.js';
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
  return [...found, ...runs.flatMap((run) => falselyDone(jenkins, run) ?? [])];
}

/** A run that is not over, or that says it succeeded while its build or one of its checks did not. */
function falselyDone(jenkins: JenkinsStandIn, run: DeploymentRunResource): string | undefined {
  const { spec, status } = run;
  const phase = phaseOf(run);
  const { name } = run.metadata;
  if (!isTerminal(run)) return `${name} is ${phase} at rest`;
  const succeeded = (id: string, number: number | undefined) =>
    jenkins.effects.some((one) => runOf(one) === id && one.number === number && endOf(jenkins, one) === 'SUCCESS');
  const isSaidDone = spec.action === 'deploy' && (phase === 'Succeeded' || phase === 'VerificationFailed');
  if (isSaidDone && status?.resolvedBy === undefined && !succeeded(invocationId(run), status?.jenkins?.buildNumber))
    return `${name} is ${phase}, and its build did not succeed`;
  const unchecked = (spec.verification ?? []).find((check) => {
    const number = status?.verification?.find((one) => one.name === check.name)?.buildNumber;
    return !succeeded(verificationId(run, check.name), number);
  });
  return phase === 'Succeeded' && unchecked !== undefined ? `${name} is Succeeded without ${unchecked.name}` : undefined;
}

/** Builds that no run has asked for, or with another version than it did. */
export function strangers({ jenkins }: Site, runs: readonly DeploymentRunResource[], since: number): string[] {
  return jenkins.effects.slice(since).flatMap((effect) => {
    const run = runs.find((one) => belongsTo(one, runOf(effect)));
    const what = `${effect.job} #${effect.number}`;
    if (run === undefined) return [`${what} belongs to ${runOf(effect)}, which there is not`];
    const { VERSION: version = run.spec.version } = effect.parameters;
    return version === run.spec.version
      ? []
      : [`${what} deployed ${version} for ${run.metadata.name}, which is of ${run.spec.version}`];
  });
}

/** Deployments that went ahead of their path: no build had deployed the version to the stage before, or its checks had not passed. */
export function outOfOrder({ jenkins }: Site, runs: readonly DeploymentRunResource[], since: number): string[] {
  const before: Readonly<Record<string, string>> = { uat: 'qa', production: 'uat' };
  return jenkins.effects.slice(since).flatMap((effect) => {
    const { PRODUCT, ENVIRONMENT = '', VERSION = '' } = effect.parameters;
    const upstream = before[ENVIRONMENT];
    if (PRODUCT !== retrying || upstream === undefined) return [];
    const isCleared = runs.some(({ spec, status }) => {
      const at = status?.timestamps?.Succeeded;
      return (
        spec.product === PRODUCT &&
        spec.environment === upstream &&
        spec.version === VERSION &&
        at !== undefined &&
        Date.parse(at) <= effect.at
      );
    });
    return isCleared ? [] : [`${effect.job} #${effect.number} deployed ${VERSION} to ${ENVIRONMENT} before ${upstream} was done`];
  });
}
