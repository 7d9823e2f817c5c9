import { getOwn, isObject } from './json.js';
import type { Json } from './resource-type.js';

type Literal = string | number | boolean;
type Step =
  | { readonly field: string }
  | { readonly index: number }
  | { readonly from: number | undefined; readonly to: number | undefined }
  | { readonly every: true }
  | { readonly where: JsonPath; readonly operator?: string; readonly literal?: Literal };

/** A parsed path. */
export type JsonPath = readonly Step[];

/**
 * Parses the subset of kubectl's JSONPath that printer columns use: `.a.b`, `.a\.b`, `['a\.b']`, `[0]`, `[-1]`, `[0:2]`, `[*]`,
 * `[?(@.type=="Ready")]` with `== != < <= > >=` or only the existence of a field. As in Kubernetes, a dot inside `['…']` separates fields
 * unless it is escaped. Throws an Error for anything else.
 */
export function parseJsonPath(text: string): JsonPath {
  const steps: Step[] = [];
  let rest = text.trim();
  while (rest !== '' && rest !== '.') {
    const taken = takeField(rest, steps) ?? takeBracket(rest, steps);
    if (taken === undefined) throw new Error(`the JSONPath ${JSON.stringify(text)} is not understood at ${JSON.stringify(rest)}`);
    rest = rest.slice(taken);
  }
  return steps;
}

const field = /^\.((?:\\.|[^.[\]\\\s'"*?()])+)/;

function takeField(rest: string, steps: Step[]): number | undefined {
  const wildcard = /^\.\*/.exec(rest);
  const found = wildcard ?? field.exec(rest);
  if (found === null) return undefined;
  steps.push(wildcard === null ? { field: (found[1] ?? '').replace(/\\(.)/g, '$1') } : { every: true });
  return found[0].length;
}

function takeBracket(rest: string, steps: Step[]): number | undefined {
  const found = /^\[(?:(-?\d+)|(-?\d*):(-?\d*)|(\*)|'((?:[^'])*)'|\?\(@((?:"[^"]*"|'[^']*'|[^'")])*)\))\]/.exec(rest);
  if (found === null) return undefined;
  const [all, index, from, to, every, key, filter] = found;
  if (index !== undefined) steps.push({ index: Number(index) });
  else if (from !== undefined) steps.push({ from: optionalNumber(from), to: optionalNumber(to) });
  else if (every !== undefined) steps.push({ every: true });
  else if (key !== undefined) steps.push(...parseJsonPath(`.${key}`));
  else steps.push(parseFilter(filter ?? ''));
  return all.length;
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number(text);
}

function parseFilter(text: string): Step {
  const [, path = '', operator, right] = /^(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+?))?\s*$/s.exec(text) ?? [];
  const where = parseJsonPath(path);
  if (operator === undefined || right === undefined) return { where };
  return { where, operator, literal: parseLiteral(right) };
}

function parseLiteral(text: string): Literal {
  if (/^(["']).*\1$/s.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new Error(`the JSONPath literal ${JSON.stringify(text)} is not understood`);
}

/** The first value that the path finds; undefined where there is none. */
export function findFirst(value: Json, path: JsonPath): Json | undefined {
  return path.reduce<Json[]>((found, step) => found.flatMap((item) => take(item, step)), [value])[0];
}

function take(value: Json, step: Step): Json[] {
  if ('field' in step) return present(isObject(value) ? getOwn(value, step.field) : undefined);
  if ('every' in step && isObject(value)) return Object.values(value);
  if (!Array.isArray(value)) return [];
  if ('index' in step) return present(value.at(step.index));
  // Kubernetes refuses a range that ends behind the last item, and a refused path is an empty cell.
  if ('from' in step) return (step.to ?? 0) > value.length ? [] : value.slice(step.from, step.to);
  if ('where' in step) return value.filter((item) => matches(item, step));
  return value;
}

function present(value: Json | undefined): Json[] {
  return value === undefined ? [] : [value];
}

function matches(item: Json, { where, operator, literal }: Extract<Step, { where: JsonPath }>): boolean {
  const found = findFirst(item, where);
  if (found === undefined || operator === undefined || literal === undefined)
    return found !== undefined && operator === undefined;
  if (operator === '==') return found === literal;
  if (operator === '!=') return found !== literal;
  if (typeof found !== typeof literal || found === null) return false;
  if (operator === '<') return found < literal;
  if (operator === '>') return found > literal;
  return operator === '<=' ? found <= literal : found >= literal;
}
