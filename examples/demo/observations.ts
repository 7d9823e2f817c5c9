import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseResource } from '../../controller/core/resources/release.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import type { Observation, Place } from './happenings.js';
import { type Change, condition } from './view.js';

/** What a change of an object means to somebody who watches: nothing, or a few sentences. Pure. */
export function observe(change: Change): Observation[] {
  switch (change.plural) {
    case 'environments':
      return ofEnvironment(change.before, change.after);
    case 'deploymentruns':
      return ofRun(change.before, change.after);
    case 'releases':
      return ofRelease(change.before, change.after);
    case 'releasesources':
      return ofSource(change.before, change.after);
  }
}

/** The name without the product that it may begin with: the product stands beside it. */
export function placeOf({ spec }: { spec: { product: string; environment: string } }): Place {
  const { product, environment } = spec;
  return { product, name: environment.startsWith(`${product}-`) ? environment.slice(product.length + 1) : environment };
}

function ofEnvironment(before: EnvironmentResource | undefined, after: EnvironmentResource): Observation[] {
  const place = placeOf(after);
  return [
    ...ofRecord(before, after, place),
    ...ofJump(before, after, place),
    ...ofConditions(before, after, place),
    ...ofOpenGates(before, after, place),
    ...ofGates(before, after, place),
  ];
}

/** Gates whose message says who is still missing: a new one is news, though the gate is the same. */
const counting: ReadonlySet<string> = new Set(['checklist', 'signoffs']);

function ofGates(before: EnvironmentResource | undefined, after: EnvironmentResource, place: Place): Observation[] {
  const { waitingFor, gates = [] } = after.status ?? {};
  const closed = gates.find(({ name }) => name === waitingFor);
  if (closed === undefined || closed.name === 'valid') return [];
  const told = before?.status?.waitingFor === waitingFor;
  const said = before?.status?.gates?.find(({ name }) => name === waitingFor)?.message === closed.message;
  if (told && (said || !counting.has(closed.name))) return [];
  return [{ event: 'gate', place, gate: closed.name, reason: closed.reason, message: closed.message }];
}

/** Gates that let something pass that they hold others for. */
function ofOpenGates(before: EnvironmentResource | undefined, after: EnvironmentResource, place: Place): Observation[] {
  const { gates = [], desired, recorded } = after.status ?? {};
  if (desired?.version === recorded?.version) return [];
  const isSaid = (message: string) => before?.status?.gates?.some((gate) => gate.message === message) ?? false;
  return gates
    .filter(({ reason, message }) => reason === 'Exempt' || (reason === 'ClassKnown' && message.includes('may skip')))
    .filter(({ message }) => !isSaid(message))
    .map(({ name, message }) => ({ event: 'opens', place, gate: name, message }));
}

/** A way over more than one release. */
function ofJump(before: EnvironmentResource | undefined, after: EnvironmentResource, place: Place): Observation[] {
  const jump = after.status?.jump;
  if (jump?.from === undefined || jump.over.length < 2 || before?.status?.jump?.to === jump.to) return [];
  return [{ event: 'jump', place, jump }];
}

function ofRelease(before: ReleaseResource | undefined, { spec, status }: ReleaseResource): Observation[] {
  const known = new Set(before?.status?.obligations?.map(({ id }) => id));
  const obligations = (status?.obligations ?? []).filter(({ id, state }) => state !== 'met' && !known.has(id));
  if (obligations.length === 0) return [];
  return [{ event: 'owed', place: { product: spec.product, name: spec.version }, obligations }];
}

function ofRecord(before: EnvironmentResource | undefined, after: EnvironmentResource, place: Place): Observation[] {
  const { recorded, desired, delta } = after.status ?? {};
  const was = before?.status;
  const found: Observation[] = [];
  if (recorded !== undefined && recorded.run === undefined && was?.recorded?.since !== recorded.since)
    found.push({ event: 'adopted', place, version: recorded.version });
  if (recorded !== undefined && desired !== undefined && delta !== undefined) {
    const isNew = was?.delta === undefined || was.desired?.version !== desired.version;
    if (isNew && delta.components.length > 0)
      found.push({ event: 'delta', place, from: recorded.version, to: desired.version, delta });
  }
  return found;
}

function ofConditions(before: EnvironmentResource | undefined, after: EnvironmentResource, place: Place): Observation[] {
  const found: Observation[] = [];
  const [wasValid, isValid] = [condition(before, 'Valid'), condition(after, 'Valid')];
  if (isValid?.status === 'False' && wasValid?.status !== 'False')
    found.push({ event: 'invalid', place, message: isValid.message });
  if (isValid?.status === 'True' && wasValid?.status === 'False') found.push({ event: 'valid', place, message: isValid.message });

  const { observed, recorded } = after.status ?? {};
  if (observed !== undefined && observed.by !== before?.status?.observed?.by) {
    const message = `${observed.by} deployed ${observed.version ?? 'something'} over ${recorded?.version ?? 'nothing'}`;
    found.push({ event: 'drift', place, message });
  }
  const [wasDrifted, isDrifted] = [condition(before, 'Drifted'), condition(after, 'Drifted')];
  if (isDrifted?.reason === 'Uncertain' && wasDrifted?.reason !== 'Uncertain')
    found.push({ event: 'uncertain', place, message: isDrifted.message });

  const [wasReady, isReady] = [condition(before, 'Ready'), condition(after, 'Ready')];
  if (isReady?.reason === 'DeploymentFailed' && isReady.message !== wasReady?.message) {
    const stalled = condition(after, 'Stalled') !== undefined;
    found.push({ event: stalled ? 'stalled' : 'retry', place, message: isReady.message });
  }
  return found;
}

const terminal: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'VerificationFailed', 'Aborted', 'TimedOut', 'Superseded']);

function ofRun(before: DeploymentRunResource | undefined, after: DeploymentRunResource): Observation[] {
  const found: Observation[] = [...ofDeployment(before, after), ...ofChecks(before, after)];
  const { phase = 'Pending', message = '', timestamps = {}, logTail } = after.status ?? {};
  if (terminal.has(phase) && before?.status?.phase !== phase) {
    const place = placeOf(after);
    const seconds = (Date.parse(timestamps[phase] ?? '') - Date.parse(after.metadata.creationTimestamp ?? '')) / 1000;
    const lastLine = logTail?.findLast((line) => line.trim() !== '' && !line.startsWith('Finished:'));
    const ended = {
      event: 'ended' as const,
      place,
      run: after.metadata.name,
      version: after.spec.version,
      phase,
      checks: after.spec.verification?.length ?? 0,
      message,
      seconds,
    };
    found.push(lastLine === undefined ? ended : { ...ended, lastLine });
  }
  return found;
}

function ofDeployment(before: DeploymentRunResource | undefined, after: DeploymentRunResource): Observation[] {
  const { jenkins, progress = 0 } = after.status ?? {};
  const { version, cause, deployer } = after.spec;
  const job = deployer?.jenkins.job;
  if (jenkins?.buildNumber === undefined || job === undefined) return [];
  const place = placeOf(after);
  const run = after.metadata.name;
  const build = jenkins.buildNumber;
  if (before?.status?.jenkins?.buildNumber === undefined) {
    const started = { event: 'deploying' as const, place, run, version, job, build };
    const isPlain = cause.type === 'desired' && !cause.message.includes('not certain');
    return [isPlain ? started : { ...started, why: cause.message }];
  }
  if (jenkins.state !== 'Running' || progress === 0 || progress === before.status.progress) return [];
  return [{ event: 'progress', place, run, version, build, percent: progress }];
}

function ofChecks(before: DeploymentRunResource | undefined, after: DeploymentRunResource): Observation[] {
  return (after.status?.verification ?? []).flatMap(({ name, buildNumber }) => {
    const known = before?.status?.verification?.find((check) => check.name === name)?.buildNumber;
    if (buildNumber === undefined || known !== undefined) return [];
    const job = after.spec.verification?.find((check) => check.name === name)?.jenkins.job ?? '';
    return [
      { event: 'verifying' as const, place: placeOf(after), run: after.metadata.name, check: name, job, build: buildNumber },
    ];
  });
}

function ofSource(before: ReleaseSourceResource | undefined, after: ReleaseSourceResource): Observation[] {
  const { errors = [], commit } = after.status ?? {};
  if (errors.length === 0 || commit === undefined || before?.status?.commit?.sha === commit.sha) return [];
  return [{ event: 'errors', commit: commit.short, errors }];
}
