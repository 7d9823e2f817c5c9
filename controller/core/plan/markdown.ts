import type { Finding } from '../model.js';
import { environmentPart, hasDetails, section } from './markdown-details.js';
import { byteLength, escapeMarkdown as text } from './markdown-text.js';
import { openItems } from './open-items.js';
import type { EnvironmentPlan, GoverningChange, Plan } from './plan.js';
import { changeText, count, headlineOf, holdsText, listed, minute, placeText, returnText, versionText } from './sentences.js';

export interface MarkdownOptions {
  /** In UTF-8; what does not fit is left out, and that is said. The smallest limit of the code hosts that is not far smaller is 65,536 characters. */
  readonly mostBytes?: number;
  /** Say when the gates were judged; false where the same plan has to give the same text. */
  readonly judgedAt?: boolean;
  /** Fold details with `<details>`; false for code hosts that show no HTML, such as Bitbucket. */
  readonly fold?: boolean;
}

const defaultBytes = 60_000;
/** The parts that are never cut share this much of what there is. */
const tableShare = 0.4;

/** The plan for the description of, and the comment on, a pull request: what matters first, details folded. Text of documents is escaped. */
export function formatMarkdown(
  plan: Plan,
  { mostBytes = defaultBytes, fold = true, judgedAt = true }: MarkdownOptions = {},
): string {
  const head = [`### Towpath plan: ${headlineOf(plan)}`, '', byline(plan, judgedAt), '', ...findingsPart(plan.findings)];
  const table = tablePart(plan.environments, Math.floor(mostBytes * tableShare));
  const short = [...head, ...table, ...todoPart(plan), ...returnPart(plan)].join('\n');
  const details = [
    ...governingPart(plan.governing, fold),
    ...plan.environments.filter(hasDetails).map((one) => environmentPart(one, fold)),
    ...unknownPart(plan.unknown, fold),
  ];
  return withDetails(cutText(short, mostBytes), details, mostBytes);
}

function byline({ base, head, judgedBy, at }: Plan, judgedAt: boolean): string {
  const side = ({ name, commit }: Plan['base']) =>
    commit === undefined || commit.startsWith(name) ? text(name) : `${text(name)} (${commit.slice(0, 12)})`;
  const by = judgedBy === 'git' ? 'from git alone' : 'against the cluster';
  return `From ${side(base)} to ${side(head)}; gates judged ${by}${judgedAt ? ` at ${minute(at)}` : ''}.`;
}

const mostFindings = 20;

function findingsPart(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, mostFindings).map(({ severity, file, line, column, path, message }) => {
    const where = path === '' ? '' : `${text(path)}: `;
    return `- **${severity}** ${text(`${file}:${line}:${column}`)} ${where}${text(message, 500)}`;
  });
  const more =
    findings.length > mostFindings ? [`- and ${findings.length - mostFindings} more: \`towpath validate\` shows all`] : [];
  return [...shown, ...more, ''];
}

function tablePart(environments: readonly EnvironmentPlan[], mostBytes: number): string[] {
  if (environments.length === 0) return [];
  const lines = ['| Environment | Where | Version | Change | Held by |', '| --- | --- | --- | --- | --- |'];
  let left = mostBytes;
  let shown = 0;
  for (const one of environments) {
    const cells = [
      `${one.product}.${one.environment}`,
      placeText(one.to ?? one.from),
      versionText(one),
      changeText(one),
      holdsText(one),
    ];
    const row = `| ${cells.map((cell) => text(cell, 400)).join(' | ')} |`;
    left -= byteLength(row) + 1;
    if (left < 0) break;
    lines.push(row);
    shown += 1;
  }
  const more = environments.length - shown;
  return [
    ...lines,
    '',
    ...(more === 0 ? [] : [`**And ${count(more, 'more environment')} that ${more === 1 ? 'does' : 'do'} not fit in here.**`, '']),
  ];
}

const mostItems = 30;

function todoPart({ environments }: Plan): string[] {
  const open = openItems(environments, 'pre');
  if (open.length === 0) return [];
  const lines = open.slice(0, mostItems).map(({ product, item, environments: places }) => {
    const owner = item.owner === undefined ? '' : `, by ${text(item.owner)}`;
    return `- [ ] ${text(item.title)} (${text(`${product} ${item.release}, ${item.id}`)}${owner}) in ${text(listed(places))}`;
  });
  const more = open.length > mostItems ? [`- and ${open.length - mostItems} more`] : [];
  return ['**To be done before it can start:**', '', ...lines, ...more, ''];
}

/** Only what one should know before: that one can go back is the rule. */
function returnPart({ environments }: Plan): string[] {
  const places = new Map<string, string[]>();
  for (const one of environments) {
    const { reversible, product, environment } = one;
    const said =
      reversible === undefined || (reversible.possible && reversible.crosses.length === 0) ? undefined : returnText(one);
    if (said !== undefined) places.set(said, [...(places.get(said) ?? []), `${product}.${environment}`]);
  }
  if (places.size === 0) return [];
  const lines = [...places].slice(0, mostItems).map(([said, names]) => `- ${text(listed(names))}: ${text(said, 600)}`);
  return ['**No simple way back:**', '', ...lines, ''];
}

function governingPart(changes: readonly GoverningChange[], fold: boolean): string[] {
  if (changes.length === 0) return [];
  const lines = changes.map(({ kind, name, product, change, text: said }) => {
    const of = product === undefined ? '' : ` of ${product}`;
    return `- ${kind} ${text(`${name}${of}`)} ${change}${said === undefined || said === '' ? '' : `: ${text(said, 500)}`}`;
  });
  return [section(`What governs: ${count(changes.length, 'document')}`, lines, fold)];
}

const unknownPart = (unknown: readonly string[], fold: boolean): string[] =>
  unknown.length === 0
    ? []
    : [
        section(
          'What could not be known',
          unknown.map((sentence) => `- ${text(sentence, 600)}`),
          fold,
        ),
      ];

/** Room for the sentence that says what was left out. */
const cutBytes = 200;

/** As many details as fit, in their order. */
function withDetails(short: string, details: readonly string[], mostBytes: number): string {
  const parts = [short];
  let left = mostBytes - byteLength(short) - cutBytes;
  for (const [at, part] of details.entries()) {
    left -= byteLength(part) + 1;
    if (left < 0) {
      const rest = details.length - at;
      return [
        ...parts,
        `**Cut here:** ${count(rest, 'more section')} of details would be too long for a comment; \`towpath plan\` shows all.`,
        '',
      ].join('\n');
    }
    parts.push(part);
  }
  return parts.join('\n');
}

/** The beginning, by whole lines. */
function cutText(short: string, mostBytes: number): string {
  let left = mostBytes - cutBytes;
  const lines: string[] = [];
  for (const line of short.split('\n')) {
    left -= byteLength(line) + 1;
    if (left < 0)
      return [...lines, '', '**Cut here:** the rest would be too long for a comment; `towpath plan` shows all.', ''].join('\n');
    lines.push(line);
  }
  return short;
}
