import type { EventRecord } from '../events.js';
import type { Condition, EnvironmentResource, EnvironmentStatus } from '../resources/environment.js';

type Said = Pick<EventRecord, 'type' | 'reason' | 'message'>;

/** What changed between two statuses of an environment and is worth an event: one per transition, none per pass. */
export function environmentEvents(environment: EnvironmentResource, after: EnvironmentStatus): EventRecord[] {
  const before = environment.status;
  const said = [
    ...gateEvents(before, after),
    ...validEvents(before, after),
    ...driftEvents(before, after),
    ...adoptionEvents(before, after),
  ];
  const { namespace, name, uid } = environment.metadata;
  const regarding = { kind: 'Environment' as const, key: { namespace, name }, ...(uid === undefined ? {} : { uid }) };
  return said.map((one) => ({ regarding, ...one }));
}

function gateEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  if (before?.waitingFor === after.waitingFor) return [];
  const opened = before?.waitingFor;
  const closed = after.gates?.find(({ name }) => name === after.waitingFor);
  const events: Said[] = [];
  if (opened === 'suspended') events.push({ type: 'Normal', reason: 'Resumed', message: 'deployments may go on' });
  else if (opened !== undefined && closed === undefined && after.desired?.digest !== after.recorded?.digest) {
    events.push({
      type: 'Normal',
      reason: 'GateOpened',
      message: `nothing holds ${after.desired?.version ?? 'it'} back any more`,
    });
  }
  if (closed !== undefined) {
    const own: Readonly<Record<string, string>> = { suspended: 'Suspended', 'first-deployment': 'FirstDeploymentWaiting' };
    const reason = own[closed.name];
    events.push(
      reason === undefined
        ? { type: 'Normal', reason: 'GateClosed', message: `${closed.name}: ${closed.message}` }
        : { type: 'Normal', reason, message: closed.message },
    );
  }
  return events;
}

function validEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  const [was, is] = [conditionOf(before, 'Valid'), conditionOf(after, 'Valid')];
  if (is?.status !== 'False' || was?.status === 'False') return [];
  return [{ type: 'Warning', reason: 'ValidationFailed', message: is.message }];
}

/** By what was observed, not by the condition: that one is not shown while a deployment is under way. */
function driftEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  const { observed, recorded } = after;
  if (recorded === undefined) return [];
  if (observed === undefined) {
    if (before?.observed === undefined || before.recorded === undefined) return [];
    return [
      { type: 'Normal', reason: 'DriftResolved', message: `${recorded.version} is recorded, and nothing else was seen since` },
    ];
  }
  if (before?.observed?.url === observed.url) return [];
  const what = observed.version ?? 'something';
  return [
    { type: 'Warning', reason: 'ForeignDeployment', message: `${observed.by} deployed ${what}: ${observed.url ?? ''}` },
    { type: 'Warning', reason: 'DriftDetected', message: `${recorded.version} is recorded, ${what} was seen` },
  ];
}

function adoptionEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  const { recorded } = after;
  if (recorded === undefined || recorded.run !== undefined) return [];
  if (before?.recorded?.run === undefined && before?.recorded?.since === recorded.since) return [];
  return [{ type: 'Normal', reason: 'DeploymentAdopted', message: `${recorded.version} is recorded as what runs here` }];
}

function conditionOf(status: EnvironmentStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
