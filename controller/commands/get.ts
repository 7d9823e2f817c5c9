import { type GetFlags, listedKinds } from '../cli/get.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import { suggestion } from '../core/documents/suggest.js';
import { byName, listingOf } from '../core/terminal/listing.js';
import { tableLines } from '../core/terminal/table.js';
import { type Api, definitions, type KindName, type Kinds, type Listed, withApi } from '../operate/api.js';
import { findAll, findEnvironment, findOne } from '../operate/names.js';
import { operateOptions } from './cluster.js';
import { printData, printLines, tableOptions, withType } from './print.js';

const deadlineMs = 60_000;

/** `towpath get`. Throws UsageError for wrong usage, and an Error that says why where nothing could be listed. */
export async function runGet(
  kindName: string | undefined,
  name: string | undefined,
  flags: GetFlags,
  terminal: Terminal,
): Promise<number> {
  const kind = kindOf(kindName ?? 'environments');
  refuseLabels(kind, flags);
  const { items, misfits, none } = await withApi(operateOptions(flags, deadlineMs), async (api) => {
    const found = await select(api, kind, name, flags);
    return { ...found, none: found.items.length === 0 ? await tellOfNone(api, kind, flags) : '' };
  });
  for (const { message } of misfits) terminal.stderr(`towpath: ${message}\n`);
  print(kind, { items, none, single: name !== undefined && items.length === 1 }, flags, terminal);
  return 0;
}

/** A kind by its name, in the singular, or by its short name in kubectl. Throws UsageError. */
export function kindOf(written: string): KindName {
  const lower = written.toLowerCase();
  const names = (kind: KindName) => {
    const { plural, shortNames, kind: one } = definitions[kind];
    return [
      kind,
      kind.slice(0, -1),
      plural,
      one.toLowerCase(),
      ...shortNames,
      ...(kind === 'environments' ? ['env', 'envs'] : []),
    ];
  };
  const found = listedKinds.find((kind) => names(kind).includes(lower));
  if (found !== undefined) return found;
  const hint = suggestion(lower, listedKinds) || '; to look for one by name: towpath get environments NAME';
  throw new UsageError(`"${written}" is none of ${listedKinds.join(', ')}${hint}`);
}

function refuseLabels(kind: KindName, { product, stage, client }: GetFlags): void {
  const placed = kind === 'environments' || kind === 'runs';
  if (!placed && (stage ?? client) !== undefined) throw new UsageError(`${kind} have no stage and no client`);
  if ((kind === 'holds' || kind === 'sources') && product !== undefined) throw new UsageError(`${kind} have no product`);
}

async function select<K extends KindName>(
  api: Api,
  kind: K,
  name: string | undefined,
  { product, stage, client }: GetFlags,
): Promise<Listed<Kinds[K]>> {
  if (name !== undefined) return named(api, kind, name);
  const labels = Object.fromEntries(Object.entries({ product, stage, client }).filter(([, value]) => value !== undefined));
  const { items, misfits } = await api.list(kind, { labels: labels as Record<string, string> });
  return { items: [...items].sort(byName), misfits };
}

const mostNames = 10;

/** That there are none, and which product, stage or client there is none of: it may be misspelt. */
async function tellOfNone(api: Api, kind: KindName, { product, stage, client }: GetFlags): Promise<string> {
  const asked = Object.entries({ product, stage, client }).flatMap(([label, value]) =>
    value === undefined ? [] : [{ label, value }],
  );
  if (asked.length === 0) return `no ${kind}`;
  const { items } = await api.list(kind);
  const unknown = asked.flatMap(({ label, value }) => {
    const known = [...new Set(items.flatMap(({ spec }) => (spec as Record<string, unknown>)[label] ?? []).map(String))].sort();
    if (known.length === 0 || known.includes(value)) return [];
    const names = known.length > mostNames ? suggestion(value, known) : ` (${known.join(', ')})${suggestion(value, known)}`;
    return `none has the ${label} ${value}${names}`;
  });
  return [`no ${kind}`, ...unknown].join('; ');
}

async function named<K extends KindName>(api: Api, kind: K, name: string): Promise<Listed<Kinds[K]>> {
  if (kind !== 'runs') return { items: [await findOne(api, kind, name)], misfits: [] };
  const exact = await findAll(api, kind, name);
  if (exact.length > 0) return { items: exact, misfits: [] };
  const { spec, metadata } = await findEnvironment(api, name);
  const { items, misfits } = await api.list(kind, { labels: { product: spec.product, environment: spec.environment } });
  return { items: items.filter((one) => one.metadata.namespace === metadata.namespace).sort(byName), misfits };
}

interface Found<K extends KindName> {
  readonly items: readonly Kinds[K][];
  readonly single: boolean;
  /** What is said where there are none. */
  readonly none: string;
}

function print<K extends KindName>(kind: K, { items, single, none }: Found<K>, { output }: GetFlags, terminal: Terminal): void {
  if (output === 'json' || output === 'yaml') {
    const objects = items.map((item) => withType(kind, item));
    printData(single ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects }, output, terminal);
  } else if (output === 'name') {
    const type = `${definitions[kind].kind.toLowerCase()}.towpath.dev`;
    printLines(
      items.map(({ metadata }) => `${type}/${metadata.name}`),
      terminal,
    );
  } else if (items.length === 0) terminal.stderr(`${none}\n`);
  else {
    const { columns, rows } = listingOf(kind, items as never, { wide: output === 'wide', now: terminal.now() });
    printLines(tableLines(columns, rows, tableOptions(terminal)), terminal);
  }
}
