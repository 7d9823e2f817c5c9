import { type ComponentChange, countChanges, summariseDelta } from '../delta/compute.js';
import { escapeHtml, linkTo, escapeMarkdown as text } from './markdown-text.js';
import type { EnvironmentPlan, PlannedGate, PlannedItem, SettingChange } from './plan.js';
import { changeText, isClosed, listed, minute, returnText, versionText } from './sentences.js';

/** The part of the Markdown form that is read of one environment, where somebody wants to know it all. */

/** A part with a title, folded where the code host shows HTML. */
export const section = (title: string, lines: readonly string[], fold: boolean): string =>
  fold
    ? [`<details><summary>${escapeHtml(title)}</summary>`, '', ...lines, '', '</details>', ''].join('\n')
    : [`#### ${text(title)}`, '', ...lines, ''].join('\n');

/** Whether there is more to say of it than its line in the table. */
export const hasDetails = ({ deploys, settings, findings, gates }: EnvironmentPlan): boolean =>
  deploys || settings.length + findings.length + gates.length > 0;

/** Everything about one environment, folded. */
export function environmentPart(one: EnvironmentPlan, fold: boolean): string {
  const title = `${one.product}.${one.environment}: ${[versionText(one), changeText(one)].join(', ')}`;
  const back = returnText(one);
  const lines = [
    ...factLines(one),
    ...(back === undefined ? [] : [`- Way back: ${text(back, 600)}`]),
    ...block('Components', deltaLines(one)),
    ...block('Settings', settingLines(one)),
    ...block('Gates', one.gates.map(gateLine)),
    ...block('Checklist', (one.jump?.items ?? []).map(itemLine)),
  ];
  return section(title, lines, fold);
}

const block = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `**${title}**`, '', ...lines];

function factLines({ to, from, jump, opensAt, waitingFor, findings }: EnvironmentPlan): string[] {
  const over = jump?.over ?? [];
  const notes = (jump?.notes ?? []).flatMap(({ version, user, technical }) => [
    ...(user === undefined ? [] : [linkTo(user, `${version} for users`)]),
    ...(technical === undefined ? [] : [linkTo(technical, `${version} technical`)]),
  ]);
  const tickets = (jump?.tickets ?? []).map(({ id, state }) => (state === 'reopened' ? `${id} (reopened)` : id));
  return [
    ...findings.map(({ file, line, column, message }) => `- ${text(`${file}:${line}:${column} ${message}`, 500)}`),
    ...(to?.reason === undefined ? [] : [`- Reason: ${text(to.reason, 500)}`]),
    ...(to?.notBefore === undefined ? [] : [`- Not before ${minute(to.notBefore)}`]),
    ...(waitingFor !== undefined && opensAt !== undefined
      ? [`- Could start at ${minute(opensAt)}, if nothing else changes`]
      : []),
    ...(over.length > 1 ? [`- Releases on the way: ${text(listed(over, 20))}`] : []),
    ...(jump === undefined || jump.undone.length === 0 ? [] : [`- Releases left behind: ${text(listed(jump.undone, 20))}`]),
    ...(jump?.gap === undefined ? [] : [`- Not sure: ${text(jump.gap, 500)}`]),
    ...(notes.length === 0 ? [] : [`- Notes: ${notes.slice(0, 20).join(', ')}`]),
    ...(tickets.length === 0 ? [] : [`- Tickets: ${text(listed(tickets, 30), 600)}`]),
    ...(to?.digest === undefined || to.digest === from?.digest ? [] : [`- To sign: \`${to.digest}\``]),
    ...(to?.releaseDigest === undefined || to.releaseDigest === from?.releaseDigest
      ? []
      : [`- Release digest: \`${to.releaseDigest}\``]),
  ];
}

function deltaLines({ delta, deltaUnknown }: EnvironmentPlan): string[] {
  if (delta === undefined) return deltaUnknown === undefined ? [] : [`- not known: ${text(deltaUnknown, 500)}`];
  const line = ({ name, change, from, to }: ComponentChange) =>
    `- ${text(name)} ${change}: ${[from, to].map((version) => text(version ?? 'none')).join(' → ')}`;
  const more = countChanges(delta) - delta.components.length;
  return [`${summariseDelta(delta)}:`, '', ...delta.components.map(line), ...(more > 0 ? [`- and ${more} more`] : [])];
}

function settingLines({ settings, moreSettings = 0 }: EnvironmentPlan): string[] {
  const line = ({ path, change, from, to, hidden }: SettingChange) => {
    if (hidden === true) return `- ${text(path)} ${change} (not shown: a secret, or the name of one)`;
    return `- ${text(path)} ${change}: ${[from, to].flatMap((value) => (value === undefined ? [] : [text(value)])).join(' → ')}`;
  };
  return [...settings.map(line), ...(moreSettings > 0 ? [`- and ${moreSettings} more`] : [])];
}

const marks: Readonly<Record<PlannedGate['state'], string>> = {
  Passed: '✅',
  Waiting: '⏳',
  Blocked: '⛔',
  Failed: '❌',
  Unknown: '❔',
};

function gateLine(gate: PlannedGate): string {
  const { name, state, message, who, nextChange } = gate;
  const facts = isClosed(gate)
    ? [
        ...(who === undefined ? [] : [`opened by ${text(who)}`]),
        ...(nextChange === undefined ? [] : [`changes at ${minute(nextChange)}`]),
      ]
    : [];
  return `- ${marks[state]} ${name}: ${text(message, 600)}${facts.length === 0 ? '' : ` (${facts.join('; ')})`}`;
}

function itemLine({ id, release, kind, title, phase, state, owner, reversible }: PlannedItem): string {
  const facts = [
    `${release}, ${id}, ${kind}, ${phase}`,
    ...(owner === undefined ? [] : [`by ${owner}`]),
    ...(reversible ? [] : ['cannot be taken back']),
  ];
  return `- [${state === 'pending' ? ' ' : 'x'}] ${text(title)} (${text(facts.join('; '))}${state === 'not-applicable' ? '; not applicable here' : ''})`;
}
