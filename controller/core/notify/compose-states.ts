import { sha256 } from '../digest.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { environmentName } from '../run/identity.js';
import { toTime } from '../time.js';
import type { Due } from './due.js';
import { resolvedTickets } from './due-plans.js';
import type { Surroundings } from './message.js';
import { authorOf, changesOf, clientOf, linksOf, type Told, ticketsOf } from './parts.js';

/** A state that an environment is in. */
export function ofEnvironment(due: Due, { spec, status }: EnvironmentResource, around: Surroundings): Told {
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
    planned: undefined,
    plan: undefined,
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

/** A release that is everywhere. */
export function ofRelease({ release, at }: Due, around: Surroundings): Told {
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
    tickets: release === undefined ? [] : resolvedTickets(release),
    commit: undefined,
    estimatedEnd: undefined,
    planned: undefined,
    plan: undefined,
  };
}
