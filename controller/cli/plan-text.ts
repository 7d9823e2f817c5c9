import { type ComponentChange, summariseDelta } from '../core/delta/compute.js';
import { printable } from '../core/documents/quote.js';
import { openItems } from '../core/plan/open-items.js';
import type { EnvironmentPlan, GoverningChange, Plan, PlannedGate, SettingChange } from '../core/plan/plan.js';
import { changeText, headlineOf, isClosed, listed, minute, placeText, returnText, versionText } from '../core/plan/sentences.js';

interface Look {
  readonly color: boolean;
  readonly width: number;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;
type Paint = (style: keyof typeof codes, text: string) => string;

/** The plan for a terminal: environment by environment, then what is to be done, what is wrong and what is not known. */
export function formatPlan(plan: Plan, { color, width }: Look): string {
  const paint: Paint = (style, text) => (color ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
  const block = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', paint('bold', title), ...lines]);
  const side = ({ name, commit }: Plan['base']) =>
    commit === undefined || commit.startsWith(name) ? name : `${name} (${commit.slice(0, 12)})`;
  const lines = [
    `${headlineOf(plan)}.`,
    paint(
      'dim',
      `From ${side(plan.base)} to ${side(plan.head)}; gates judged ${plan.judgedBy === 'git' ? 'from git alone' : 'against the cluster'} at ${minute(plan.at)}.`,
    ),
    ...plan.environments.flatMap((one) => ['', ...environmentLines(one, paint, width)]),
    ...block(
      'What governs:',
      plan.governing.flatMap((change) => wrapped(governingText(change), '  ', width)),
    ),
    ...block(
      'To be done before it can start:',
      openItems(plan.environments, 'pre').flatMap(({ product, item: { title, release, id, owner }, environments }) => {
        const by = owner === undefined ? '' : `, by ${owner}`;
        return wrapped(`[ ] ${title} (${product} ${release}, ${id}${by}) in ${listed(environments)}`, '  ', width);
      }),
    ),
    ...block(
      'Findings:',
      plan.findings.map(({ file, line, column, severity, path, message }) => {
        const label = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
        return `  ${file}:${line}:${column} ${label} ${path === '' ? '' : `${path}: `}${message}`;
      }),
    ),
    ...block(
      'What could not be known:',
      plan.unknown.flatMap((sentence) => wrapped(sentence, '  ', width)),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function environmentLines(one: EnvironmentPlan, paint: Paint, width: number): string[] {
  const { product, environment, to, from, settings, moreSettings = 0, delta, deltaUnknown, gates, jump } = one;
  const head = `${paint('bold', `${product}.${environment}`)} (${placeText(to ?? from)})  ${paint('cyan', versionText(one))}  ${changeText(one)}`;
  const back = returnText(one);
  const over = jump?.over ?? [];
  const facts = [
    ...(to?.reason === undefined ? [] : [`reason: ${to.reason}`]),
    ...(over.length > 1 ? [`releases on the way: ${listed(over, 10)}`] : []),
    ...(jump === undefined || jump.undone.length === 0 ? [] : [`releases left behind: ${listed(jump.undone, 10)}`]),
    ...(jump?.gap === undefined ? [] : [`not sure: ${jump.gap}`]),
    ...(jump?.notes ?? []).map(
      ({ version, user, technical }) =>
        `notes of ${version}: ${[user, technical]
          .filter((link) => link !== undefined)
          .map((link) => printable(link))
          .join(' ')}`,
    ),
    ...(delta === undefined ? [] : [`components: ${summariseDelta(delta)}`, ...delta.components.map(componentLine)]),
    ...(deltaUnknown === undefined ? [] : [`components: not known, ${deltaUnknown}`]),
    ...settings.map(settingLine),
    ...(moreSettings > 0 ? [`and ${moreSettings} more settings`] : []),
    ...(to?.digest === undefined || to.digest === from?.digest ? [] : [`to sign: ${to.digest}`]),
    ...(back === undefined ? [] : [`way back: ${back}`]),
  ].flatMap((text) => wrapped(text, '    ', width));
  const shown = gates.filter(({ state }) => state !== 'Passed');
  const passed = gates.filter(({ state }) => state === 'Passed').map(({ name }) => name);
  return [
    head,
    ...facts,
    ...shown.flatMap((gate) => gateLines(gate, paint, width)),
    ...(passed.length === 0 ? [] : [`    ${paint('green', '+')} ${passed.join(', ')}`]),
    ...(one.opensAt === undefined ? [] : [`    can start at ${minute(one.opensAt)}, if nothing else changes`]),
  ];
}

const componentLine = ({ name, change, from, to }: ComponentChange): string =>
  `  ${printable(name)} ${change} ${[from, to].map((version) => printable(version ?? '-')).join(' → ')}`;

function settingLine({ path, change, from, to, hidden }: SettingChange): string {
  if (hidden === true) return `setting ${path} ${change} (not shown: a secret, or the name of one)`;
  return `setting ${path} ${change}: ${[from, to].filter((value) => value !== undefined).join(' → ')}`;
}

const marks: Readonly<Record<PlannedGate['state'], readonly [string, keyof typeof codes]>> = {
  Passed: ['+', 'green'],
  Waiting: ['~', 'yellow'],
  Blocked: ['x', 'red'],
  Failed: ['x', 'red'],
  Unknown: ['?', 'dim'],
};

function gateLines(gate: PlannedGate, paint: Paint, width: number): string[] {
  const [mark, style] = marks[gate.state];
  const who = isClosed(gate) && gate.who !== undefined ? ` (opened by ${gate.who})` : '';
  const [first = '', ...more] = wrapped(`${gate.name}: ${gate.message}${who}`, '      ', width);
  return [`    ${paint(style, mark)} ${first.trimStart()}`, ...more];
}

const mostShown = 4_000;

const governingText = ({ kind, name, product, change, text }: GoverningChange): string =>
  `${kind} ${name}${product === undefined ? '' : ` of ${product}`} ${change}${text === undefined || text === '' ? '' : `: ${text}`}`;

/** Lines of at most `width` columns, each behind the indent; a word is never cut. What drives a terminal is escaped: documents are not written by who reads this. */
function wrapped(said: string, indent: string, width: number): string[] {
  const text = printable(said, mostShown);
  const most = Math.max(40, width - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.trimEnd().split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(`${indent}${line}`);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`];
}
