import type { EnvironmentPlan, Plan, PlannedGate, PlannedReturn } from './plan.js';

/** What is said of a plan in the same words wherever it is shown. Nothing here is escaped. */

export const count = (number: number, what: string, plural = `${what}s`): string => `${number} ${number === 1 ? what : plural}`;

/** `4 environments change: 3 would be deployed, 1 is removed`. */
export function headlineOf({ environments, governing, valid }: Plan): string {
  const deployed = environments.filter(({ deploys }) => deploys).length;
  const removed = environments.filter(({ change }) => change === 'removed').length;
  const invalid = environments.filter(({ change }) => change === 'invalid').length;
  const rest = environments.length - deployed - removed - invalid;
  const parts = [
    ...(deployed === 0 ? [] : [`${deployed} would be deployed`]),
    ...(removed === 0 ? [] : [`${removed} ${removed === 1 ? 'is' : 'are'} removed`]),
    ...(invalid === 0 ? [] : [`${invalid} ${invalid === 1 ? 'is' : 'are'} not valid`]),
    ...(rest === 0 ? [] : [`${rest} without a deployment`]),
  ];
  if (environments.length > 0) {
    const verb = environments.length === 1 ? 'changes' : 'change';
    return `${count(environments.length, 'environment')} ${verb}: ${parts.join(', ')}`;
  }
  if (governing.length > 0)
    return `No environment changes; ${count(governing.length, 'document')} that ${governing.length === 1 ? 'governs' : 'govern'} ${governing.length === 1 ? 'does' : 'do'}`;
  return valid ? 'Nothing changes' : 'No environment changes; the documents are not valid';
}

export function versionText({ change, from, to, deployed }: EnvironmentPlan): string {
  const before = deployed?.version ?? from?.version;
  if (change === 'removed') return from?.version ?? '';
  if (to === undefined) return `${before ?? 'nothing'}, kept`;
  if (before === undefined) return to.version;
  return before === to.version ? to.version : `${before} → ${to.version}`;
}

/** What happens, beside the version: `new`, `to stage uat`, `3 settings`. */
export function changeText(one: EnvironmentPlan): string {
  const { change, from, to, settings, moreSettings = 0 } = one;
  if (change === 'added') return 'new';
  if (change === 'removed') return 'removed from git; what runs there stays';
  if (change === 'invalid') return 'not valid';
  const parts = [
    ...(change === 'repaired' ? ['valid again'] : []),
    ...(from !== undefined && to !== undefined && from.version !== to.version ? [directionText(one)] : []),
    ...(change === 'moved' ? [`from ${placeText(from)} to ${placeText(to)}`] : []),
    ...(settings.length === 0 ? [] : [count(settings.length + moreSettings, 'setting')]),
  ];
  return parts.length === 0 ? 'nothing that is deployed' : parts.join(', ');
}

const directionText = ({ jump }: EnvironmentPlan): string =>
  jump?.direction === 'back'
    ? 'back to an older version'
    : jump?.direction === 'aside'
      ? 'to another line of releases'
      : 'new version';

export const placeText = (state: { readonly stage: string; readonly client?: string } | undefined): string =>
  state === undefined ? '' : state.client === undefined ? state.stage : `${state.stage} (${state.client})`;

export const isClosed = ({ state }: PlannedGate): boolean => state !== 'Passed' && state !== 'Unknown';

/** The names of what holds it, and how long: `checklist, window until 2026-12-01 09:30 UTC`. */
export function holdsText({ deploys, change, gates, opensAt }: EnvironmentPlan): string {
  if (change === 'invalid') return 'keeps what it has until the documents are valid';
  if (!deploys) return '';
  const closed = gates.filter(isClosed);
  const names = closed.map(({ name, nextChange }) => (nextChange === undefined ? name : `${name} until ${minute(nextChange)}`));
  const unknown = gates.filter(({ state }) => state === 'Unknown').map(({ name }) => name);
  const open = closed.length === 0 ? (unknown.length === 0 ? ['nothing'] : []) : names;
  const maybe = unknown.length === 0 ? [] : [`the cluster decides: ${unknown.join(', ')}`];
  const last = closed.length > 1 && opensAt !== undefined ? [`all open at ${minute(opensAt)}`] : [];
  return [...(open.length === 0 ? [] : [open.join(', ')]), ...last, ...maybe].join('; ');
}

/** `2026-12-01 09:30 UTC`, from RFC 3339. */
export const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** Whether one can come back, in a sentence without a full stop; undefined where there is nothing to say of it. */
export function returnText({ reversible, from, deployed, to }: EnvironmentPlan): string | undefined {
  if (reversible === undefined) return undefined;
  const before = deployed?.version ?? from?.version ?? '';
  const back = backText(reversible, before, to?.version ?? '');
  const over =
    reversible.crosses.length === 0 ? '' : `; it goes back over ${listed(reversible.crosses)}, which cannot be taken back`;
  return `${back}${over}`;
}

function backText({ possible, to, because, how }: PlannedReturn, before: string, after: string): string {
  if (possible) return `one can go back to ${before}`;
  const as = how.length === 0 ? '' : ` (${listed(how)})`;
  const far =
    to === undefined || to === after ? `there is no way back from ${after}` : `one can go back to ${to}, and not to ${before}`;
  return because.length === 0 ? far : `${far}: ${listed(because)} cannot be taken back${as}`;
}

export const listed = (names: readonly string[], most = 5): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
