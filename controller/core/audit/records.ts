import { compact } from '../compact.js';
import type { Json, JsonObject } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import type { EnvironmentResource, RecordedState } from '../resources/environment.js';
import type { HoldResource } from '../resources/hold.js';
import { finishedAt } from '../run/run.js';
import { toTime } from '../time.js';

/** What the audit trail holds: one object for each record, under a name that follows from what it tells, so that it is written once. */
export interface AuditRecord {
  readonly key: string;
  readonly body: JsonObject;
}

export type AuditType = 'run' | 'adoption' | 'hold' | 'hold-removed';

const head = (type: AuditType, at: string): JsonObject => ({ apiVersion: 'towpath.dev/v1alpha1', kind: 'AuditRecord', type, at });

const plain = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

const shortUid = (uid: string | undefined): string => (uid ?? '').slice(0, 8);

/** `<namespace>/<product>/<environment>/`: everything that is recorded of one environment. */
export const environmentPrefix = (namespace: string, product: string, environment: string): string =>
  `${namespace}/${product}/${environment}/`;

/** `<namespace>/holds/`; no product is called so, since it would lack the environment. */
export const holdsPrefix = (namespace: string): string => `${namespace}/_holds/`;

export function runKey({ metadata, spec }: DeploymentRunResource): string {
  const number = String(spec.number).padStart(8, '0');
  return `${environmentPrefix(metadata.namespace, spec.product, spec.environment)}runs/${number}-${shortUid(spec.restored?.uid ?? metadata.uid)}.json`;
}

/** A run that has ended, whole: what was deployed, why it was allowed, by what it was overridden, how it ended and who settled it. */
export function runRecord(run: DeploymentRunResource): AuditRecord {
  const at = toTime(finishedAt(run) ?? 0);
  const { metadata, spec, status } = run;
  const { name, namespace, uid, creationTimestamp, labels, annotations } = metadata;
  const overridden = (spec.gates ?? [])
    .filter(({ reason }) => reason === 'Overridden')
    .map(({ name: gate, message }) => ({ gate, message }));
  const body = {
    ...head('run', at),
    ...(overridden.length === 0 ? {} : { overridden }),
    ...(status?.resolvedBy === undefined ? {} : { resolvedBy: status.resolvedBy }),
    run: plain({ metadata: { name, namespace, uid, creationTimestamp, labels, annotations }, spec, status }),
  };
  return { key: runKey(run), body };
}

/** The versions that an operator has said to run there, as far back as the environment remembers; what is recorded may have come by a run since. */
export function adoptionRecords({ metadata, spec, status }: EnvironmentResource): AuditRecord[] {
  const { recorded, history = [] } = status ?? {};
  const now = recorded !== undefined && recorded.run === undefined ? [recorded] : [];
  const before = history
    .filter(({ result, run, startedAt }) => result === 'Adopted' && run === undefined && startedAt !== now[0]?.since)
    .map(({ version, digest, startedAt }) =>
      compact<RecordedState>({ version, digest, certain: true, verified: true, since: startedAt }),
    );
  const prefix = environmentPrefix(metadata.namespace, spec.product, spec.environment);
  const environment = plain({ metadata: { name: metadata.name, namespace: metadata.namespace }, spec });
  return [...before.reverse(), ...now].map((adopted) => ({
    key: `${prefix}adoptions/${adopted.since.replaceAll(':', '')}.json`,
    body: { ...head('adoption', adopted.since), environment, recorded: plain(adopted) },
  }));
}

export function holdKey({ metadata }: HoldResource): string {
  return `${holdsPrefix(metadata.namespace)}${metadata.name}-${shortUid(metadata.uid)}.json`;
}

export function holdRecord(hold: HoldResource): AuditRecord {
  const { name, namespace, uid, creationTimestamp = '', annotations } = hold.metadata;
  const told = plain({ metadata: { name, namespace, uid, creationTimestamp, annotations }, spec: hold.spec });
  return { key: holdKey(hold), body: { ...head('hold', creationTimestamp), hold: told } };
}

/** The end of a hold whose beginning stands under `key`; `at`: when it was found gone. */
export function holdRemovedRecord(key: string, at: string): AuditRecord {
  return { key: removedKey(key), body: { ...head('hold-removed', at), hold: key } };
}

const removedKey = (key: string): string => key.replace(/\.json$/, '.removed.json');

/** The holds of a trail that are not told to have ended, among those that exist no more. */
export function holdsThatEnded(keys: readonly string[], live: readonly HoldResource[]): string[] {
  const known = new Set(keys);
  const alive = new Set(live.map(holdKey));
  return keys.filter((key) => !key.endsWith('.removed.json') && !known.has(removedKey(key)) && !alive.has(key));
}
