import { compact } from '../compact.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { invocationId } from '../run/identity.js';
import { fromTime } from '../time.js';
import { ofPlan, ofWithdrawn } from './compose-plans.js';
import { ofEnvironment, ofRelease } from './compose-states.js';
import type { Due } from './due.js';
import { type NotificationEvent, severities } from './events.js';
import type { Message, Surroundings } from './message.js';
import { authorOf, changesOf, clientOf, linksOf, planOf, type Told, ticketsOf } from './parts.js';

/** What a sink is told. */
export function toMessage(due: Due, around: Surroundings): Message {
  const severity = severities[due.event];
  const common = { event: due.event, severity, at: due.at, source: around.source };
  if (due.run !== undefined) return compact<Message>({ ...common, ...ofRun(due, due.run, around) });
  if (due.environment !== undefined) return compact<Message>({ ...common, ...ofEnvironment(due, due.environment, around) });
  if (due.withdrawn !== undefined) return compact<Message>({ ...common, ...ofWithdrawn(due, due.withdrawn, around) });
  if (due.place !== undefined) return compact<Message>({ ...common, ...ofPlan(due, due.place, around) });
  return compact<Message>({ ...common, ...ofRelease(due, around) });
}

const runVerbs: Partial<Record<NotificationEvent, string>> = {
  DeploymentStarted: 'is being deployed to',
  DeploymentSucceeded: 'is deployed to',
  DeploymentFailed: 'could not be deployed to',
  VerificationFailed: 'is deployed, but did not pass its verification in',
  DeploymentUnknown: 'may or may not have been deployed to',
  DeploymentSuperseded: 'was dropped for a newer request, in',
};

function ofRun({ event }: Due, run: DeploymentRunResource, around: Surroundings): Told {
  const { spec, status } = run;
  const { namespace } = around.source;
  const { product, version, environment, stage, client, commit, cause } = spec;
  const verb = spec.action === 'verify' && event === 'DeploymentSucceeded' ? 'passed its verification in' : runVerbs[event];
  const thread = `${namespace}/${invocationId(run)}/${around.sink}`;
  const build = status?.jenkins?.buildUrl;
  const hasEnded = event !== 'DeploymentStarted';
  const message = hasEnded ? status?.message : undefined;
  return {
    key: `${namespace}/${invocationId(run)}/${event}/${around.sink}`,
    thread,
    product,
    version,
    previousVersion: previousOf(run, around.environment),
    environment,
    stage,
    client,
    run: run.metadata.name,
    title: `${product} ${version} ${verb} ${environment}${clientOf(client)}`,
    details: [
      ...(message === undefined ? [] : [message]),
      ...(event === 'DeploymentUnknown'
        ? [`say how it ended: kubectl annotate drun ${run.metadata.name} towpath.dev/resolve=succeeded (or failed, retry)`]
        : []),
      ...(event === 'DeploymentFailed' ? (status?.logTail ?? []).slice(-10) : []),
    ],
    who: authorOf(commit, around, around.environment),
    why: whyOf(cause.message, commit, around.environment),
    changes: changesOf(spec.delta),
    links: linksOf({ build, commit }, around),
    tickets: ticketsOf(around),
    commit,
    estimatedEnd: hasEnded ? undefined : fromTime(status?.estimatedEnd),
    planned: undefined,
    plan: planOf({ product, version, environment }, around),
  };
}

/** What ran there before this run. */
function previousOf(run: DeploymentRunResource, environment: EnvironmentResource | undefined): string | undefined {
  const { recorded, history = [] } = environment?.status ?? {};
  if (recorded !== undefined && recorded.run !== run.metadata.name) return recorded.version;
  const at = history.findIndex((entry) => entry.run === run.metadata.name);
  return history.slice(at + 1).find(({ result }) => result === 'Succeeded' || result === 'Adopted')?.version;
}

function whyOf(cause: string, sha: string, environment: EnvironmentResource | undefined): string {
  const desired = environment?.status?.desired;
  return desired?.commit === sha && desired.reason !== undefined ? `${desired.reason} (${cause})` : cause;
}
