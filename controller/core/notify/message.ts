import { compact } from '../compact.js';
import { summariseDelta } from '../delta/compute.js';
import { sha256 } from '../digest.js';
import type { Ticket } from '../governance.js';
import type { Commit, Json, Millis } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { DeltaStatus, EnvironmentResource } from '../resources/environment.js';
import { environmentName, invocationId } from '../run/identity.js';
import { fromTime, toTime } from '../time.js';
import type { Due } from './due.js';
import { type NotificationEvent, type Severity, severities } from './events.js';

/** One message to one sink, in no sink's language yet. */
export interface Message {
  /** The idempotency key: the same for the same event, place, run and sink, whoever sends it and however often. */
  readonly key: string;
  /** What messages of one deployment, or of one state, have in common. */
  readonly thread: string;
  readonly event: NotificationEvent;
  readonly severity: Severity;
  /** When it happened. */
  readonly at: Millis;
  readonly source: { readonly namespace: string; readonly name: string };
  readonly product: string;
  readonly version?: string;
  readonly previousVersion?: string;
  readonly environment?: string;
  readonly stage?: string;
  readonly client?: string;
  readonly run?: string;
  /** One line. */
  readonly title: string;
  /** What is the matter, or what is to be done; lines. */
  readonly details: readonly string[];
  readonly who?: string;
  readonly why?: string;
  readonly changes?: { readonly summary: string; readonly components: readonly string[] };
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Tickets that the release resolves. */
  readonly tickets: readonly string[];
  readonly commit?: string;
  /** When the deployment will probably be over. */
  readonly estimatedEnd?: Millis;
}

/** What else is at hand when a message is written. */
export interface Surroundings {
  readonly source: { readonly namespace: string; readonly name: string };
  readonly sink: string;
  readonly environment?: EnvironmentResource;
  /** The commit in force. */
  readonly commit?: Commit;
  readonly tickets: readonly Ticket[];
  readonly commitUrl: (sha: string) => string | undefined;
}

const listedComponents = 10;

/** What a sink is told. */
export function toMessage(due: Due, around: Surroundings): Message {
  const severity = severities[due.event];
  const common = { event: due.event, severity, at: due.at, source: around.source };
  if (due.run !== undefined) return compact<Message>({ ...common, ...ofRun(due, due.run, around) });
  if (due.environment !== undefined) return compact<Message>({ ...common, ...ofEnvironment(due, due.environment, around) });
  return compact<Message>({ ...common, ...ofRelease(due, around) });
}

type Told = { [K in Exclude<keyof Message, 'event' | 'severity' | 'at' | 'source'>]: Message[K] | undefined } & Pick<
  Message,
  'key' | 'thread' | 'product' | 'title' | 'details' | 'links' | 'tickets'
>;

const runVerbs: Partial<Record<NotificationEvent, string>> = {
  DeploymentStarted: 'is being deployed to',
  DeploymentSucceeded: 'is deployed to',
  DeploymentFailed: 'could not be deployed to',
  VerificationFailed: 'is deployed, but did not pass its verification in',
  DeploymentUnknown: 'may or may not have been deployed, somebody has to say so, to',
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
  };
}

const clientOf = (client: string | undefined): string => (client === undefined ? '' : ` (${client})`);

/** What ran there before this run. */
function previousOf(run: DeploymentRunResource, environment: EnvironmentResource | undefined): string | undefined {
  const { recorded, history = [] } = environment?.status ?? {};
  if (recorded !== undefined && recorded.run !== run.metadata.name) return recorded.version;
  const at = history.findIndex((entry) => entry.run === run.metadata.name);
  return history.slice(at + 1).find(({ result }) => result === 'Succeeded' || result === 'Adopted')?.version;
}

function authorOf(sha: string, { commit }: Surroundings, environment: EnvironmentResource | undefined): string | undefined {
  const desired = environment?.status?.desired;
  if (desired?.commit === sha && desired.commitAuthor !== undefined) return desired.commitAuthor;
  if (commit?.sha !== sha) return undefined;
  return commit.email === undefined ? commit.author : `${commit.author} <${commit.email}>`;
}

function whyOf(cause: string, sha: string, environment: EnvironmentResource | undefined): string {
  const desired = environment?.status?.desired;
  return desired?.commit === sha && desired.reason !== undefined ? `${desired.reason} (${cause})` : cause;
}

function changesOf(delta: DeltaStatus | undefined): Message['changes'] {
  if (delta === undefined) return undefined;
  const total = delta.added + delta.removed + delta.upgraded + delta.downgraded + delta.changed;
  const components = delta.components.slice(0, listedComponents).map(({ name, from, to }) => {
    if (from === undefined) return `${name} ${to ?? ''} (new)`;
    return to === undefined ? `${name} ${from} (removed)` : `${name} ${from} → ${to}`;
  });
  const more = total - components.length;
  return { summary: summariseDelta(delta), components: more > 0 ? [...components, `and ${more} more`] : components };
}

function linksOf({ build, commit }: { build: string | undefined; commit: string | undefined }, { commitUrl }: Surroundings) {
  const commitLink = commit === undefined ? undefined : commitUrl(commit);
  return [
    ...(build === undefined ? [] : [{ label: 'Build', url: build }]),
    ...(commitLink === undefined || commit === undefined ? [] : [{ label: `Commit ${commit.slice(0, 12)}`, url: commitLink }]),
  ];
}

const ticketsOf = ({ tickets }: Surroundings): string[] =>
  tickets.filter(({ state }) => state === 'resolved').map(({ id }) => id);

function ofEnvironment(due: Due, { spec, status }: EnvironmentResource, around: Surroundings): Told {
  const { namespace } = around.source;
  const { product, environment, stage, client } = spec;
  const version = status?.desired?.version ?? status?.recorded?.version;
  const what = `${product} ${version ?? ''}`.trim();
  const where = `${environment}${clientOf(client)}`;
  const instances = due.subject.kind === 'state' ? due.subject.instances : [];
  const place = `${namespace}/${environmentName(product, environment)}`;
  const instance = sha256(JSON.stringify(instances)).slice(7, 23);
  const commit = status?.desired?.commit;
  const { title, details } = saidOf(due, { what, where, status });
  return {
    key: `${place}/${due.event}/${instance}/${around.sink}`,
    thread: `${place}/${due.event === 'DriftResolved' ? 'DriftDetected' : due.event}/${instance}/${around.sink}`,
    product,
    version,
    previousVersion: status?.recorded?.version === version ? undefined : status?.recorded?.version,
    environment,
    stage,
    client,
    run: undefined,
    title,
    details,
    who: commit === undefined ? undefined : authorOf(commit, around, around.environment),
    why: status?.desired?.reason,
    changes: changesOf(status?.delta),
    links: linksOf({ build: status?.observed?.url, commit }, around),
    tickets: ticketsOf(around),
    commit,
    estimatedEnd: undefined,
  };
}

interface Place {
  readonly what: string;
  readonly where: string;
  readonly status: EnvironmentResource['status'];
}

function saidOf({ event, gates = [] }: Due, { what, where, status }: Place): { title: string; details: string[] } {
  const lines = gates.map(({ name, message, who }) => `${name}: ${message}${who === undefined ? '' : ` (${who})`}`);
  switch (event) {
    case 'GateClosed':
      return { title: `${what} waits for a person before ${where}`, details: lines };
    case 'Held':
      return { title: `${what} is held before ${where}`, details: lines };
    case 'DriftResolved':
      return { title: `${where} runs again what was deployed: ${status?.recorded?.version ?? what}`, details: [] };
    default: {
      const { observed, recorded } = status ?? {};
      const seen = observed === undefined ? [] : [`${observed.by} deployed ${observed.version ?? 'something'} at ${observed.at}`];
      return { title: `${where} does not run what was deployed (${recorded?.version ?? what})`, details: seen };
    }
  }
}

function ofRelease({ release, at }: Due, around: Surroundings): Told {
  const { product = '', version = '' } = release?.spec ?? {};
  const { namespace } = around.source;
  const uid = (release?.metadata.uid ?? '').slice(0, 8);
  const key = `${namespace}/${release?.metadata.name}.${uid}/ReleaseInProduction/${around.sink}`;
  const stage = release?.status?.path?.at(-1);
  return {
    key,
    thread: key,
    product,
    version,
    previousVersion: release?.spec.previous,
    environment: undefined,
    stage: stage?.name,
    client: undefined,
    run: undefined,
    title: `${product} ${version} is in all of ${stage?.name ?? 'production'}`,
    details: [`${stage?.reached ?? 0} of ${stage?.total ?? 0} environments, the last at ${toTime(at)}`],
    who: undefined,
    why: undefined,
    changes: changesOf(release?.status?.delta),
    links: linksOf({ build: undefined, commit: around.commit?.sha }, around),
    tickets: (release?.status?.tickets ?? []).filter(({ state }) => state === 'resolved').map(({ id }) => id),
    commit: undefined,
    estimatedEnd: undefined,
  };
}

/** A message as plain data, without what only machinery needs: the `data` of a CloudEvent. */
export function toPlain(message: Message): Record<string, Json> {
  const { key: _, thread, at, severity: __, estimatedEnd, ...rest } = message;
  return compact<Record<string, Json>>({
    ...(JSON.parse(JSON.stringify(rest)) as Record<string, Json>),
    deployment: thread,
    at: toTime(at),
    estimatedEnd: estimatedEnd === undefined ? undefined : toTime(estimatedEnd),
  } as Record<string, Json>);
}
