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
  else if (opened !== undefined && closed === undefined) {
    events.push({
      type: 'Normal',
      reason: 'GateOpened',
      message: `nothing holds ${after.desired?.version ?? 'it'} back any more`,
    });
  }
  if (closed !== undefined) {
    const reason =
      closed.name === 'suspended' ? 'Suspended' : closed.name === 'first-deployment' ? 'FirstDeploymentWaiting' : 'GateClosed';
    events.push({ type: 'Normal', reason, message: `${closed.name}: ${closed.message}` });
  }
  return events;
}

function validEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  const [was, is] = [conditionOf(before, 'Valid'), conditionOf(after, 'Valid')];
  if (is?.status !== 'False' || was?.status === 'False') return [];
  return [{ type: 'Warning', reason: 'ValidationFailed', message: is.message }];
}

function driftEvents(before: EnvironmentStatus | undefined, after: EnvironmentStatus): Said[] {
  const [was, is] = [conditionOf(before, 'Drifted'), conditionOf(after, 'Drifted')];
  const wasForeign = was?.reason === 'ForeignDeployment';
  const isForeign = is?.reason === 'ForeignDeployment';
  if (is !== undefined && isForeign && !wasForeign) {
    return [
      { type: 'Warning', reason: 'ForeignDeployment', message: is.message },
      { type: 'Warning', reason: 'DriftDetected', message: is.message },
    ];
  }
  if (wasForeign && !isForeign)
    return [
      { type: 'Normal', reason: 'DriftResolved', message: 'what runs there is what Towpath deployed, or what was adopted' },
    ];
  return [];
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
