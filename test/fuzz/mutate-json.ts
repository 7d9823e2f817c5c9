import type { Random } from './random.js';

type Holder = { readonly parent: Record<string | number, unknown>; readonly key: string };

const deep = (): unknown => {
  let value: unknown = 1;
  for (let depth = 0; depth < 300; depth++) value = depth % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values where something else was expected. */
const odd: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 1.5,
  () => 1e308,
  () => 2 ** 53,
  () => '',
  () => 'x',
  () => '1',
  () => 'a/../b',
  () => '\u0000\u202e\u001b[2J',
  () => '\ud800',
  () => '9'.repeat(400),
  () => 'a'.repeat(70_000),
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ toString: 1, valueOf: 1, length: 1 }),
  () => JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}') as unknown,
  () => ({ '': {} }),
  deep,
  () => '2026-02-30T25:61:61Z',
  () => '9999999h',
];

const names = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  'a/b',
  '~0',
  '$ref',
  'metadata',
  'spec',
  'status',
  'name',
  'items',
];

/** The part with something else in its JSON; undefined where it holds none. The JSON may follow the head of an HTTP answer, or a word and a blank. */
export function mutateJson(part: Buffer, random: Random): Buffer | undefined {
  const text = part.toString('utf8');
  const start = text.search(/[{[]/);
  if (start < 0) return undefined;
  const found = parse(text, start) ?? parse(text, Math.max(text.indexOf('\r\n\r\n'), 0) + 4);
  if (found === undefined) return undefined;
  const root = { value: found.value };
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) mutateOne(root, random);
  return Buffer.from(text.slice(0, found.start) + JSON.stringify(root.value));
}

function parse(text: string, start: number): { value: unknown; start: number } | undefined {
  try {
    return { value: JSON.parse(text.slice(start)), start };
  } catch {
    return undefined;
  }
}

function mutateOne(root: { value: unknown }, random: Random): void {
  const holders: Holder[] = [];
  collect(root as unknown as Holder['parent'], holders);
  const holder = random.pick(holders);
  if (holder === undefined) return;
  const { parent, key } = holder;
  const other = random.pick(holders);
  const value = parent[key];
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (parent !== (root as unknown)) delete parent[key];
      break;
    case 1:
      put(parent, key, structuredClone(other === undefined ? null : other.parent[other.key]));
      break;
    case 2:
      if (typeof value === 'object' && value !== null)
        put(value as Holder['parent'], random.pick(names) ?? '', (random.pick(odd) ?? deep)());
      break;
    case 3:
      put(parent, key, random.below(2) === 0 ? [value] : { [random.pick(names) ?? '']: value });
      break;
    default:
      put(parent, key, (random.pick(odd) ?? deep)());
  }
}

function put(parent: Holder['parent'], key: string, value: unknown): void {
  if (Array.isArray(parent) && !/^\d+$/.test(key)) return;
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

function collect(parent: Holder['parent'], holders: Holder[], depth = 0): void {
  for (const key of Object.keys(parent)) {
    if (Array.isArray(parent) && !/^\d+$/.test(key)) continue;
    holders.push({ parent, key });
    const value = parent[key];
    if (typeof value === 'object' && value !== null && depth < 50 && holders.length < 3_000)
      collect(value as Holder['parent'], holders, depth + 1);
  }
}
