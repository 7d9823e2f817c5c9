/** One name of a pattern, `*` for any one name, or `**` for any rest. */
export type Step = { readonly name: string } | '*' | '**';

/** What is wrong with a pattern, in words. */
export interface PatternProblem {
  readonly problem: string;
}

const plainName = /^[A-Za-z0-9_-]+/;
const quotedName = /^"(?:[^"\\]|\\.)*"/;

/**
 * A path of settings, such as `integrations.crm.url` or `featureToggles.*`: names between dots, in quotes (as JSON) where they hold
 * other characters than letters, digits, `_` and `-`.
 */
export function parsePattern(text: string): readonly Step[] | PatternProblem {
  const steps: Step[] = [];
  let rest = text;
  for (;;) {
    const read = readStep(rest);
    if ('problem' in read) return read;
    steps.push(read.step);
    rest = rest.slice(read.length);
    if (rest === '') return steps;
    if (read.step === '**') return { problem: '** stands for any rest, so nothing can come after it' };
    if (!rest.startsWith('.')) return { problem: `a dot should come before ${JSON.stringify(rest.slice(0, 20))}` };
    rest = rest.slice(1);
  }
}

function readStep(text: string): { step: Step; length: number } | PatternProblem {
  if (text === '' || text.startsWith('.')) return { problem: 'a name is missing between, before or after dots' };
  for (const star of ['**', '*'] as const) if (text.startsWith(star)) return { step: star, length: star.length };
  const [plain] = plainName.exec(text) ?? [];
  if (plain !== undefined) return { step: { name: plain }, length: plain.length };
  const [quoted] = quotedName.exec(text) ?? [];
  const name = quoted === undefined ? undefined : unquoted(quoted);
  if (quoted === undefined || name === undefined)
    return {
      problem: `names with other characters than letters, digits, _ and - stand in quotes: ${JSON.stringify(text.slice(0, 20))}`,
    };
  return { step: { name }, length: quoted.length };
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

/** A path as a pattern that stands for it alone: what a person reads can be written into the list of allowed differences. */
export function formatPath(steps: readonly Step[]): string {
  return steps.map((step) => (typeof step === 'string' ? step : formatName(step.name))).join('.');
}

const formatName = (name: string): string => (plainName.exec(name)?.[0] === name ? name : JSON.stringify(name));

/** Patterns as a tree, so that many of them cost no more than one. */
export interface PatternTree {
  readonly names: Map<string, PatternTree>;
  any?: PatternTree;
  /** A pattern ends here. */
  end: boolean;
  /** A pattern with `**` ends here: everything from here on. */
  rest: boolean;
}

const emptyTree = (): PatternTree => ({ names: new Map(), end: false, rest: false });

/** Patterns that are not well-formed allow nothing. */
export function patternTree(patterns: readonly string[]): PatternTree {
  const root = emptyTree();
  for (const text of patterns) {
    const steps = parsePattern(text);
    if ('problem' in steps) continue;
    let node = root;
    for (const step of steps) {
      if (step === '**') node.rest = true;
      else node = childOf(node, step);
    }
    if (steps.at(-1) !== '**') node.end = true;
  }
  return root;
}

function childOf(node: PatternTree, step: Exclude<Step, '**'>): PatternTree {
  if (step === '*') {
    node.any ??= emptyTree();
    return node.any;
  }
  const child = node.names.get(step.name) ?? emptyTree();
  node.names.set(step.name, child);
  return child;
}

/** Where the patterns stand one name further on; `*` for the elements of a list. */
export function stepInto(nodes: readonly PatternTree[], step: Exclude<Step, '**'>): PatternTree[] {
  return nodes.flatMap((node) =>
    [step === '*' ? undefined : node.names.get(step.name), node.any].filter((next) => next !== undefined),
  );
}

/** Whether one of the patterns stands for the place that has been come to. */
export function isMatched(nodes: readonly PatternTree[]): boolean {
  return nodes.some(({ end, rest }) => end || rest);
}
