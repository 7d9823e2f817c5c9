/** An object that the remote API exports: its class, its properties, and which of them show where it is nested in another. */
export interface Bean {
  readonly kind: 'bean';
  readonly className: string | undefined;
  readonly fields: Readonly<Record<string, () => Exported>>;
  /** Properties shown without a tree where the bean is nested; all where absent. */
  readonly nested: readonly string[] | undefined;
  /** Properties that only a tree can ask for. */
  readonly hidden: readonly string[];
}

export type Exported = string | number | boolean | null | undefined | Bean | readonly Exported[];

export function bean(
  className: string | undefined,
  fields: Readonly<Record<string, () => Exported>>,
  shown: { readonly nested?: readonly string[]; readonly hidden?: readonly string[] } = {},
): Bean {
  return { kind: 'bean', className, fields, nested: shown.nested, hidden: shown.hidden ?? [] };
}

/** A parsed `tree` parameter: the names that are asked for. */
export type Tree = ReadonlyMap<string, Branch>;

interface Branch {
  readonly tree: Tree;
  readonly range: readonly [number, number] | undefined;
}

/** Parses `a,b[c,d]{0,5}`; throws where the expression is malformed, which the real server answers with 500. */
export function parseTree(text: string): Tree {
  let position = 0;
  const peek = (): string => text[position] ?? '';

  function expect(character: string): void {
    if (peek() !== character) throw new SyntaxError(`expected ${character} at ${position}`);
    position += 1;
  }

  function word(): string {
    const match = /^[^,[\]{}]+/.exec(text.slice(position));
    if (match === null) throw new SyntaxError(`expected a name at ${position}`);
    position += match[0].length;
    return match[0].trim();
  }

  function range(): readonly [number, number] | undefined {
    if (peek() !== '{') return undefined;
    const match = /^\{(\d*)(?:(,)(\d*))?\}/.exec(text.slice(position));
    if (match === null) throw new SyntaxError(`malformed range at ${position}`);
    position += match[0].length;
    const from = match[1] === '' ? 0 : Number(match[1]);
    if (match[2] === undefined) return [from, from + 1];
    return [from, match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])];
  }

  function list(): Tree {
    const branches = new Map<string, Branch>();
    for (;;) {
      const name = word();
      let tree: Tree = new Map();
      if (peek() === '[') {
        position += 1;
        tree = list();
        expect(']');
      }
      branches.set(name, { tree, range: range() });
      if (peek() !== ',') return branches;
      position += 1;
    }
  }

  const tree = list();
  if (position !== text.length) throw new SyntaxError(`unexpected ${peek()} at ${position}`);
  return tree;
}

/** The JSON of what a tree asks for. Names that do not exist are silently absent. */
export function exportTree(value: Exported, tree: Tree): unknown {
  if (isList(value)) return value.map((element) => exportTree(element, tree));
  if (!isBean(value)) return value;
  const json: Record<string, unknown> = value.className === undefined ? {} : { _class: value.className };
  for (const [name, field] of Object.entries(value.fields)) {
    const branch = tree.get(name);
    if (branch === undefined) continue;
    const found = field();
    const within = isList(found) && branch.range !== undefined ? found.slice(...branch.range) : found;
    const exported = exportTree(within, branch.tree);
    if (exported !== undefined) json[name] = exported;
  }
  return json;
}

/** The JSON without a tree: what shows at depth 0. */
export function exportDefault(value: Exported, isRoot = true): unknown {
  if (isList(value)) return value.map((element) => exportDefault(element, false));
  if (!isBean(value)) return value;
  const json: Record<string, unknown> = value.className === undefined ? {} : { _class: value.className };
  for (const [name, field] of Object.entries(value.fields)) {
    if (value.hidden.includes(name) || (!isRoot && value.nested?.includes(name) === false)) continue;
    const exported = exportDefault(field(), false);
    if (exported !== undefined) json[name] = exported;
  }
  return json;
}

function isList(value: Exported): value is readonly Exported[] {
  return Array.isArray(value);
}

function isBean(value: Exported): value is Bean {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
