import { annotations } from '../facts.js';
import type { EnvironmentResource, EnvironmentStatus, HistoryEntry, JumpStatus } from '../resources/environment.js';
import { gateLines } from './gates.js';
import { readyOf, styleOf } from './listing.js';
import { deltaSection, joinParts, moment, section, sentence, short, type TellOptions, tableSection, took } from './sections.js';
import { fieldLines } from './table.js';
import type { Style } from './text.js';

/** Everything that is known of an environment, what matters most first. */
export function describeEnvironment(environment: EnvironmentResource, options: TellOptions): string[] {
  const { metadata, spec, status = { observedGeneration: -1 } } = environment;
  const ready = readyOf(environment);
  const style = styleOf(environment);
  const suspended = metadata.annotations?.[annotations.suspend];
  return [
    ...fieldLines(
      [
        ['Environment', metadata.name],
        ['Namespace', metadata.namespace],
        ['Place', joinParts(spec.product, spec.stage, spec.client)],
        ['Source', spec.source],
        ['Ready', { text: joinParts(ready?.status ?? 'Unknown', ready?.reason), ...(style === undefined ? {} : { style }) }],
        ['Suspended', suspended === undefined ? undefined : { text: suspended || 'yes', style: 'warn' }],
        ['Desired', desiredText(status, options)],
        ['Deployed', deployedText(status, options)],
        ['Observed', observedText(status, options)],
        ['Run', status.run],
      ],
      options,
    ),
    ...(ready === undefined ? [] : section('Status', sentence(ready.message, options), options)),
    ...otherConditions(status, options),
    ...section(
      'Gates',
      gateLines(status.gates ?? [], options).map((line) => line.slice(2)),
      options,
    ),
    ...jumpSection(status.jump, options),
    ...deltaSection(status.delta, options),
    ...tableSection('History', historyTable(status.history ?? []), options),
  ];
}

function desiredText({ desired }: EnvironmentStatus, { now }: TellOptions): string | undefined {
  if (desired === undefined) return undefined;
  const by = joinParts(`by commit ${desired.commit.slice(0, 12)}`, desired.commitAuthor && `of ${desired.commitAuthor}`);
  return joinParts(desired.version, `since ${moment(desired.since, now)}`, by, desired.reason);
}

function deployedText({ recorded }: EnvironmentStatus, { now }: TellOptions): string {
  if (recorded === undefined) return 'nothing is recorded';
  const how = recorded.run === undefined ? 'adopted' : `by ${recorded.run}`;
  const sure = recorded.certain ? undefined : 'not certain: a later run did not succeed';
  return joinParts(
    recorded.version,
    recorded.verified ? undefined : 'not verified',
    sure,
    `since ${moment(recorded.since, now)}`,
    how,
  );
}

function observedText({ observed }: EnvironmentStatus, { now }: TellOptions): string | undefined {
  if (observed === undefined) return undefined;
  return joinParts(observed.version ?? 'something', `by ${observed.by}`, moment(observed.at, now), observed.url);
}

/** What Ready does not say: documents that are not valid, and drift. */
function otherConditions({ conditions = [] }: EnvironmentStatus, options: TellOptions): string[] {
  const valid = conditions.find(({ type, status }) => type === 'Valid' && status === 'False');
  const drifted = conditions.find(({ type, status }) => type === 'Drifted' && status === 'True');
  return [
    ...(valid === undefined ? [] : section('Documents', sentence(valid.message, options), options)),
    ...(drifted === undefined ? [] : section('Drift', sentence(drifted.message, options), options)),
  ];
}

/** What lies between the two versions. */
export function jumpSection(jump: JumpStatus | undefined, options: TellOptions): string[] {
  if (jump === undefined) return [];
  const { items, reversible } = jump;
  const back =
    reversible === undefined
      ? undefined
      : reversible.possible
        ? `one can go back${reversible.to === undefined ? '' : ` to ${reversible.to}`}`
        : `one cannot go back: ${(reversible.because ?? []).join(', ')}`;
  return section(
    'Way',
    fieldLines(
      [
        ['From', jump.from ?? 'nothing'],
        ['To', jump.to],
        ['Over', jump.over.join(', ') || undefined],
        ['Undone', jump.undone?.join(', ')],
        ['Gap', jump.gap],
        [
          'Checklist',
          items.open + items.done + items.later === 0
            ? undefined
            : `${items.open} open, ${items.done} done, ${items.later} later`,
        ],
        ['Tickets', jump.tickets === 0 ? undefined : String(jump.tickets)],
        ['Migrations', jump.migrations === 0 ? undefined : String(jump.migrations)],
        ['Back', back],
        ['How', reversible?.how?.join(' ')],
      ],
      options,
    ),
    options,
  );
}

export const resultStyle = (result: string): Style =>
  result === 'Succeeded' || result === 'Adopted' ? 'good' : result === 'Superseded' ? 'dim' : 'bad';

/** The last deployments, newest first. */
export function historyTable(history: readonly HistoryEntry[]) {
  const columns = [
    { name: 'STARTED', keep: 5 },
    { name: 'VERSION', least: 8 },
    { name: 'RESULT' },
    { name: 'TOOK', keep: 4 },
    { name: 'RUN', keep: 3 },
    { name: 'DIGEST', keep: 1 },
  ];
  const rows = history.map(({ startedAt, version, result, finishedAt, run, digest }) => [
    startedAt,
    version,
    { text: result, style: resultStyle(result) },
    (run && took(startedAt, finishedAt)) ?? '',
    run ?? '',
    short(digest) ?? '',
  ]);
  return { columns, rows };
}
