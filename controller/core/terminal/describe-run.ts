import { compact } from '../compact.js';
import { masked } from '../documents/quote.js';
import { durationOr, formatDuration } from '../duration.js';
import type { DeploymentRunResource, DeploymentRunStatus, Invocation } from '../resources/deployment-run.js';
import { isTerminal, phaseOf } from '../run/run.js';
import { fromTime } from '../time.js';
import { gateLines } from './gates.js';
import { phaseStyle } from './listing.js';
import { deltaSection, joinParts, moment, section, sentence, short, type TellOptions, tableSection, took } from './sections.js';
import { fieldLines } from './table.js';

/** Everything that is known of a run. */
export function describeRun(run: DeploymentRunResource, options: TellOptions): string[] {
  const { metadata, spec, status } = run;
  const job = spec.deployer?.jenkins;
  return [
    ...fieldLines(
      [
        ['Run', metadata.name],
        ['Namespace', metadata.namespace],
        ['Place', joinParts(spec.product, spec.stage, spec.client, spec.environment)],
        ['Version', joinParts(spec.version, spec.class)],
        ['Action', `${spec.action}, attempt ${spec.attempt}`],
        ['Cause', spec.cause.message],
        ['Phase', { text: phaseOf(run), style: phaseStyle(phaseOf(run)) }],
        ['Progress', progressText(run, options)],
        ['Build', status?.jenkins?.buildUrl],
        ['Job', job && `${job.job} on ${job.server}, at most ${formatDuration(durationOr(job.timeout, 0))}`],
        ['Commit', spec.commit.slice(0, 12)],
        ['Digest', short(spec.digest)],
        ['Descriptor', spec.descriptor && `${spec.descriptor.key}, sha256 ${spec.descriptor.sha256.slice(0, 12)}`],
        ['Settled by', status?.resolvedBy],
      ],
      options,
    ),
    ...(status?.message === undefined ? [] : section('Status', sentence(status.message, options), options)),
    ...timelineSection(run, options),
    ...checksSection(status, options),
    ...section(
      'Gates when it was made',
      gateLines(spec.gates ?? [], options).map((line) => line.slice(2)),
      options,
    ),
    ...deltaSection(spec.delta, options),
    ...section('Log', logLines(status), options),
  ];
}

function progressText(run: DeploymentRunResource, { now }: TellOptions): string | undefined {
  const { progress, estimatedEnd } = run.status ?? {};
  if (isTerminal(run) || progress === undefined) return undefined;
  return joinParts(`${progress} %`, estimatedEnd && `until about ${moment(estimatedEnd, now)}`);
}

/** What the record says of how the run went, as far as it is over: sentence, times, checks, build, the end of the log. */
export function runLog(run: DeploymentRunResource, options: TellOptions): string[] {
  const { status } = run;
  return [
    ...fieldLines(
      [
        ['Run', `${run.metadata.name}: ${run.spec.version}`],
        ['Phase', { text: phaseOf(run), style: phaseStyle(phaseOf(run)) }],
        ['Build', status?.jenkins?.buildUrl ?? status?.jenkins?.queueUrl],
        ['Log', status?.jenkins?.buildUrl && `${status.jenkins.buildUrl}consoleText`],
        ['Message', status?.message],
      ],
      options,
    ),
    ...timelineSection(run, options),
    ...checksSection(status, options),
    ...section('End of the log', logLines(status), options),
  ];
}

/** When each phase began, and how long it lasted. */
function timelineSection({ status }: DeploymentRunResource, options: TellOptions): string[] {
  const entries = Object.entries(status?.timestamps ?? {}).sort(([, a], [, b]) => (fromTime(a) ?? 0) - (fromTime(b) ?? 0));
  const rows = entries.map(([phase, since], at) => [since, phase, took(since, entries[at + 1]?.[1]) ?? '']);
  return tableSection('Timeline', { columns: [{ name: 'SINCE' }, { name: 'PHASE' }, { name: 'FOR', keep: 1 }], rows }, options);
}

function checksSection(status: DeploymentRunStatus | undefined, options: TellOptions): string[] {
  const columns = [{ name: 'CHECK', least: 8 }, { name: 'STATE' }, { name: 'RESULT' }, { name: 'BUILD', keep: 1, least: 20 }];
  const rows = (status?.verification ?? []).map((check) => {
    const { result = '' } = check;
    const told = compact<{ text: string; style?: 'good' | 'bad' }>({ text: result, style: resultStyleOf(check) });
    return [check.name, check.state, told, check.buildUrl ?? ''];
  });
  return tableSection('Verification', { columns, rows }, options);
}

/** Colours of the build's own are left out. */
function logLines(status: DeploymentRunStatus | undefined): string[] {
  const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
  return (status?.logTail ?? []).map((line) => masked(line.replace(colour, '')));
}

function resultStyleOf({ result }: Invocation): 'good' | 'bad' | undefined {
  if (result === undefined) return undefined;
  return result === 'SUCCESS' ? 'good' : 'bad';
}
