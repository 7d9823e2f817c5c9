import { printable } from '../documents/quote.js';
import type { PromotionPlace } from './places.js';

/** A change of versions as its branch and its commit tell it. */
export interface PromotionChange {
  readonly kind: 'promote' | 'rollback';
  readonly product: string;
  readonly version: string;
  /** Those that change; at least one. */
  readonly places: readonly Pick<PromotionPlace, 'environment' | 'stage' | 'client' | 'version'>[];
  readonly stage?: string;
  readonly client?: string;
  readonly reason?: string;
  /** Sentences that whoever approves has to know. */
  readonly warnings: readonly string[];
  /** Environment → what lies between, oldest first. */
  readonly over?: ReadonlyMap<string, readonly string[]>;
}

const mostNamed = 3;

/** `towpath/<product>-<version>-<target>`; what git takes for no part of a branch's name is left out. */
export function branchName({ product, version, stage, client, places }: PromotionChange): string {
  const names = places.map(({ environment }) => environment);
  const several = names.length > mostNamed ? [...names.slice(0, mostNamed), `and-${names.length - mostNamed}-more`] : names;
  const target = stage === undefined ? several.join('-') : client === undefined ? stage : `${stage}-${client}`;
  return `towpath/${product}-${version.replace(/\.{2,}/g, '.')}-${target}`.slice(0, 200);
}

const mostSubject = 72;

/** Conventional Commits 1.0: what, in a line of 72 characters. */
export function subjectOf(change: PromotionChange): string {
  const { kind, product, version, places } = change;
  const names = places.map(({ environment }) => environment).join(', ');
  const many = `${places.length} environments${change.stage === undefined ? '' : ` at ${change.stage}`}`;
  const write = (where: string) =>
    kind === 'promote'
      ? `chore(${product}): promote ${version} to ${where}`
      : `revert(${product}): roll ${where} back to ${version}`;
  const short = write(names);
  return short.length <= mostSubject || places.length === 1 ? short : write(many);
}

/** The whole message: what, why, and the change environment by environment. */
export function commitMessage(change: PromotionChange): string {
  const { kind, product, version, places, reason, warnings } = change;
  const names = places.map(({ environment }) => environment);
  const where = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  const what = `${kind === 'promote' ? 'Asks for' : 'Goes back to'} ${product} ${version} in ${where}.`;
  const lines = [
    subjectOf(change),
    '',
    ...wrap(what),
    ...(reason === undefined ? [] : ['', ...wrap(`Why: ${oneLine(reason)}`)]),
    ...(warnings.length === 0 ? [] : ['', 'Warnings:', ...warnings.flatMap((one) => listItem(oneLine(one)))]),
    '',
    'Change summary:',
    ...places.map((place) => changeLine(place, change)),
  ];
  return `${lines.join('\n')}\n`;
}

function changeLine({ environment, version }: PromotionChange['places'][number], change: PromotionChange): string {
  const between = (change.over?.get(environment) ?? []).filter((one) => one !== change.version);
  const over = between.length === 0 ? '' : ` (over ${between.join(', ')})`;
  return `- ${environment}: ${version === '' ? 'nothing' : version} -> ${change.version}${over}`;
}

/** Whoever reads the log in a terminal is not driven by it. */
const oneLine = (text: string): string => printable(text.replace(/\s+/g, ' ').trim(), 1_000);

const listItem = (text: string): string[] => wrap(text, 70).map((line, index) => `${index === 0 ? '-' : ' '} ${line}`);

function wrap(text: string, width = mostSubject): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
