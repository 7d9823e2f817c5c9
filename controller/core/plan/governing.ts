import { printable } from '../documents/quote.js';
import { formatDuration } from '../duration.js';
import type { DeploymentWindow, Governance, Incident, ReleaseDocument, Role, Selector } from '../governance.js';
import type { Product, ReleaseRepository } from '../model.js';
import { sameJson } from '../same-json.js';
import type { GoverningChange } from './plan.js';

/** The documents that govern and are not the same: what they allow or demand is judged by all that is deployed after. */
export function compareGoverning(base: ReleaseRepository, head: ReleaseRepository): GoverningChange[] {
  const kind = <T>(how: Omit<Compared<T>, 'before' | 'after'>, of: (governance: Governance) => readonly T[]) =>
    compareAll({ ...how, before: of(base.governance), after: of(head.governance) });
  return [
    ...changedProducts(base, head),
    ...kind<ReleaseDocument>(
      { kind: 'Release', name: ({ version }) => version, product: ({ product }) => product, text: releaseText },
      ({ releases }) => releases,
    ),
    ...kind<DeploymentWindow>({ kind: 'DeploymentWindow', name: ({ name }) => name, text: windowText }, ({ windows }) => windows),
    ...kind<Role>({ kind: 'Role', name: ({ name }) => name, text: roleText }, ({ roles }) => roles),
    ...kind<Incident>(
      { kind: 'Incident', name: ({ name }) => name, product: ({ product }) => product },
      ({ incidents }) => incidents,
    ),
  ];
}

interface Compared<T> {
  readonly kind: GoverningChange['kind'];
  readonly name: (one: T) => string;
  readonly product?: (one: T) => string;
  readonly text?: (one: T) => string;
  readonly before: readonly T[];
  readonly after: readonly T[];
}

function compareAll<T>({ kind, name, product, text, before, after }: Compared<T>): GoverningChange[] {
  const key = (one: T) => `${product?.(one) ?? ''}/${name(one)}`;
  const [was, is] = [before, after].map((list) => new Map(list.map((one) => [key(one), one])));
  const keys = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
  return keys.flatMap((one): GoverningChange[] => {
    const [old, now] = [was?.get(one), is?.get(one)];
    const either = now ?? old;
    if (either === undefined || sameJson(old, now)) return [];
    const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    const of = product === undefined ? {} : { product: product(either) };
    const said = text === undefined ? {} : { text: text(either) };
    return [{ kind, name: name(either), ...of, change, ...said }];
  });
}

/** Those that have environments on both sides: of a product that comes or goes with them the environments tell. */
function changedProducts(base: ReleaseRepository, head: ReleaseRepository): GoverningChange[] {
  const before = productsOf(base);
  return [...productsOf(head).values()].flatMap((product): GoverningChange[] => {
    const old = before.get(product.name);
    if (old === undefined || sameJson(old, product)) return [];
    return [{ kind: 'Product', name: product.name, change: 'changed', text: productText(old, product) }];
  });
}

const productsOf = ({ environments }: ReleaseRepository): ReadonlyMap<string, Product> =>
  new Map(environments.map(({ product }) => [product.name, product]));

const productParts: Readonly<Record<keyof Product, string>> = {
  name: 'name',
  descriptor: 'where its descriptors are',
  deployer: 'how it is deployed',
  concurrency: 'how many deployments go on at a time',
  stages: 'its path to production',
  driftPolicy: 'what drift leads to',
  releases: 'whether releases need documents',
  classes: 'its classes of releases',
};

const productText = (old: Product, now: Product): string =>
  (Object.keys(productParts) as (keyof Product)[])
    .filter((part) => !sameJson(old[part], now[part]))
    .map((part) => productParts[part])
    .join(', ');

const releaseText = ({ class: name, previous, checklist, tickets }: ReleaseDocument): string =>
  [
    name,
    ...(previous === undefined ? [] : [`builds on ${previous}`]),
    ...(checklist.length === 0 ? [] : [`${checklist.length} checklist ${checklist.length === 1 ? 'item' : 'items'}`]),
    ...(tickets.length === 0 ? [] : [`${tickets.length} ${tickets.length === 1 ? 'ticket' : 'tickets'}`]),
  ].join(', ');

function windowText({ effect, when, timeZone, selector, reason, exempt }: DeploymentWindow): string {
  const verb = effect === 'deny' ? 'nothing may start' : 'may start';
  const time = 'from' in when ? `from ${when.from} to ${when.to}` : `at ${when.schedule}, for ${formatDuration(when.durationMs)}`;
  const but = exempt.length === 0 ? '' : `, but ${exempt.join(', ')}`;
  return `${verb} ${time} (${timeZone}) in ${selectorText(selector)}${but}${reason === undefined ? '' : `: ${printable(reason)}`}`;
}

function selectorText(selector: Selector): string {
  const parts = (['products', 'stages', 'clients', 'environments'] as const).flatMap((name) => {
    const list = selector[name] ?? [];
    return list.length === 0
      ? []
      : [`${name} ${list.slice(0, 10).join(', ')}${list.length > 10 ? ` and ${list.length - 10} more` : ''}`];
  });
  return parts.length === 0 ? 'every environment' : parts.join(', ');
}

const roleText = ({ people, quorum }: Role): string =>
  `${people
    .slice(0, 10)
    .map(({ name }) => printable(name, 60))
    .join(', ')}${people.length > 10 ? ` and ${people.length - 10} more` : ''}${quorum === 1 ? '' : `; ${quorum} have to sign`}`;
