import { compact } from '../compact.js';
import type { DeltaStatus, EnvironmentResource, JumpStatus } from '../resources/environment.js';
import { jumpSection } from './describe-environment.js';
import { deltaSection, short, type TellOptions } from './sections.js';
import { type Cell, tableLines } from './table.js';

/** What git asks for in an environment, beside what is deployed there. */
export interface Difference {
  readonly environment: string;
  readonly same: boolean;
  readonly fields: readonly { readonly field: string; readonly desired?: string; readonly deployed?: string }[];
  readonly delta?: DeltaStatus;
  readonly jump?: JumpStatus;
  /** What cannot be told, and why. */
  readonly note?: string;
}

export function differenceOf({ metadata, status }: EnvironmentResource): Difference {
  const { desired, recorded } = status ?? {};
  const same = desired?.digest !== undefined && recorded?.certain === true && desired.digest === recorded.digest;
  const release = { desired: desired?.releaseDigest, deployed: recorded?.releaseDigest };
  const fields = [
    { field: 'version', desired: desired?.version, deployed: recorded?.version },
    { field: 'release', ...release },
    { field: 'settings', desired: desired?.settingsDigest, deployed: same ? desired?.settingsDigest : undefined },
    { field: 'digest', desired: desired?.digest, deployed: recorded?.digest },
  ].map((field) => compact<Difference['fields'][number]>(field));
  return compact<Difference>({
    environment: metadata.name,
    same,
    fields,
    delta: same ? undefined : status?.delta,
    jump: same ? undefined : status?.jump,
    note: noteOf(same, release, { isRecorded: recorded !== undefined, certain: recorded?.certain ?? true }),
  });
}

function noteOf(
  same: boolean,
  { desired, deployed }: { desired: string | undefined; deployed: string | undefined },
  { isRecorded, certain }: { isRecorded: boolean; certain: boolean },
): string | undefined {
  if (!isRecorded) return 'nothing is recorded of what is deployed';
  if (!certain) return 'what is deployed is not certain: a later run did not succeed';
  if (same || desired === undefined || deployed === undefined) return undefined;
  return desired === deployed
    ? 'the release is the same: the settings differ'
    : 'the release differs; whether the settings do as well cannot be told from what is recorded';
}

export function formatDifference(difference: Difference, options: TellOptions): string[] {
  const columns = [{ name: '' }, { name: 'DESIRED', least: 12 }, { name: 'DEPLOYED', least: 12 }];
  const rows = difference.fields.map(({ field, desired, deployed }): Cell[] => {
    const differs = desired !== deployed && deployed !== undefined;
    const told = short(deployed) ?? '-';
    return [field, short(desired) ?? '-', differs ? { text: told, style: 'warn' } : told];
  });
  return [
    difference.same
      ? `${difference.environment} has what git asks for.`
      : `${difference.environment} differs from what git asks for.`,
    '',
    ...tableLines(columns, rows, options),
    ...(difference.note === undefined ? [] : ['', difference.note]),
    ...jumpSection(difference.jump, options),
    ...deltaSection(difference.delta, options),
  ];
}
