import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { invocationId } from '../../controller/core/run/identity.js';
import { isTerminal, phaseOf } from '../../controller/core/run/run.js';
import type { GitEnvironment } from './git.js';
import { toRun } from './invariants.js';
import { hasEffect, type SimEffect } from './jenkins-state.js';
import { nameOf } from './users.js';
import { demand } from './violation.js';
import type { World } from './world.js';

/** With nothing going wrong any more, every environment is where git says, or says in one sentence why not. */
export function checkEnd(world: World): void {
  for (const one of world.git.environments) {
    const found = world.api.get('environments', nameOf(one));
    if (one.isRemoved || (one.isBroken && found === undefined)) continue;
    demand(found !== undefined || isSuspended(world), 'git names it, so it is there', () => nameOf(one));
    if (found !== undefined) checkEnvironment(world, one, found as unknown as EnvironmentResource);
  }
  for (const run of world.api.list('deploymentruns').map(toRun)) {
    checkRun(run);
    if (phaseOf(run) === 'Unknown' && run.spec.deployer?.claim !== undefined) checkUnsettled(world, run);
  }
}

function isSuspended({ api }: World): boolean {
  return (api.get('releasesources', 'releases')?.spec as { suspend?: boolean } | undefined)?.suspend === true;
}

function checkEnvironment(world: World, one: GitEnvironment, environment: EnvironmentResource): void {
  const { status } = environment;
  const name = nameOf(one);
  const is = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const shown = () => `${name}: ${ready?.reason}: ${ready?.message}`;
  demand(ready !== undefined, 'every environment says how it stands', () => name);
  if (is('Ready')) {
    demand(isSuspended(world) || (status?.recorded?.version === one.version && !one.isBroken), 'Ready is what git says', shown);
    // Whoever has taken over while the source is suspended knows no jobs to look at.
    if (!isSuspended(world) || world.replicas.some(({ isLeading, hasRead }) => isLeading && hasRead))
      checkDeployed(world, one, environment);
    return;
  }
  const run = world.api
    .list('deploymentruns')
    .map(toRun)
    .findLast((each) => nameOfRun(each) === name && !isTerminal(each));
  demand(
    is('Stalled') || status?.waitingFor !== undefined || run !== undefined,
    'it is Ready, or somebody or something is named that it waits for',
    shown,
  );
  demand((ready?.message ?? '').length > 10, 'it says why in a sentence', shown);
  checkRetry(world, environment);
}

/** A retry that was asked for has led to a run, or nothing needed it at some time since. */
function checkRetry(world: World, { metadata, status }: EnvironmentResource): void {
  const token = metadata.annotations?.['towpath.dev/retryRequestedAt'];
  const failed = status?.conditions?.some(({ type, reason }) => type === 'Stalled' && reason === 'DeploymentFailed');
  if (token === undefined || failed !== true) return;
  demand(world.answered.has(token), 'a retry that is asked for is made', () => `${metadata.name}: ${token}`);
}

/** What the environment says is deployed was the last thing that anybody did there, as far as Jenkins still shows it. */
function checkDeployed(world: World, one: GitEnvironment, { status }: EnvironmentResource): void {
  // Of two that start within the same moment, the one with the higher number counts as the later.
  const [last] = world.jenkins.effects
    .filter((effect) => isFor(effect, one) && hasEffect(effect))
    .sort((a, b) => b.number - a.number);
  if (last === undefined || status?.recorded === undefined) return;
  if (!world.jenkins.jobs.get(last.job)?.builds.has(last.number)) return;
  const run = world.api
    .list('deploymentruns')
    .map(toRun)
    .find(({ metadata }) => metadata.name === status.recorded?.run);
  if (run === undefined || run.status?.resolvedBy !== undefined) return;
  const same = last.parameters.TOWPATH_RUN === invocationId(run) && last.parameters.VERSION === status.recorded.version;
  demand(
    same,
    'Ready is what was deployed last',
    () =>
      `${nameOf(one)}: ${run.metadata.name} is recorded, but ${last.job} #${last.number} came last: ${JSON.stringify(last.parameters)}`,
  );
}

function isFor({ job, parameters }: SimEffect, { product, environment }: GitEnvironment): boolean {
  return job === product.deployer.job && parameters.ENVIRONMENT === environment;
}

const nameOfRun = ({ spec }: DeploymentRunResource) => `${spec.product}.${spec.environment}`;

/** With a ledger only that is left open which it does not know either. */
function checkUnsettled({ ledger }: World, run: DeploymentRunResource): void {
  if (run.status?.jenkins?.differs !== undefined) return;
  const entry = ledger.get(invocationId(run));
  demand(
    entry !== undefined && entry.end === undefined,
    'the ledger settles what it can',
    () => `${run.metadata.name} is Unknown, but its claim says ${JSON.stringify(entry)}: ${run.status?.message}`,
  );
}

/** Nothing is left under way: a run has ended, is Unknown, or waits before it has asked. */
function checkRun(run: DeploymentRunResource): void {
  const rests = isTerminal(run) || phaseOf(run) === 'Unknown' || phaseOf(run) === 'Pending';
  demand(rests, 'no run is left half done', () => `${run.metadata.name} is ${phaseOf(run)}: ${run.status?.message}`);
}
