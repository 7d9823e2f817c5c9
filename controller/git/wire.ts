import type { DesiredEnvironment, Product, ReleaseRepository } from '../core/model.js';

/** An environment on its way between threads: its product stands in a list, by number. */
type WireEnvironment = Omit<DesiredEnvironment, 'product'> & { readonly product: number };

/** What a commit says, without what the other side already has: a number is the place of an environment in what was sent before. */
export interface WireRepository extends Omit<ReleaseRepository, 'environments'> {
  readonly products: readonly Product[];
  readonly environments: readonly (number | WireEnvironment)[];
}

/** What was sent: the written form of each environment → its place. */
export type Sent = ReadonlyMap<string, number>;

/** Reduces what is sent to what differs from `before`: ten thousand environments would hold up the receiving thread. */
export function packRepository(
  repository: ReleaseRepository,
  before: Sent,
): { readonly wire: WireRepository; readonly sent: Sent } {
  const products = new Map<Product, { readonly place: number; readonly text: string }>();
  const sent = new Map<string, number>();
  const environments = repository.environments.map(({ product, ...rest }, place) => {
    const known = products.get(product) ?? { place: products.size, text: JSON.stringify(product) };
    products.set(product, known);
    const text = JSON.stringify([rest, known.text]);
    sent.set(text, place);
    return before.get(text) ?? { ...rest, product: known.place };
  });
  return { wire: { ...repository, products: [...products.keys()], environments }, sent };
}

/** The repository again; what did not change since `before` is the same object as there. */
export function unpackRepository(wire: WireRepository, before: ReleaseRepository | undefined): ReleaseRepository {
  const { products, environments, ...rest } = wire;
  const old = new Map<string, Product>();
  for (const { product } of new Set(before?.environments)) if (!old.has(product.name)) old.set(product.name, product);
  const kept = products.map((product) => {
    const known = old.get(product.name);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(product) ? known : product;
  });
  const unpack = (each: number | WireEnvironment): DesiredEnvironment => {
    const known = typeof each === 'number' ? before?.environments[each] : undefined;
    if (known !== undefined) return known;
    const product = typeof each === 'number' ? undefined : kept[each.product];
    if (typeof each === 'number' || product === undefined) throw new RangeError('an environment that was never sent');
    return { ...each, product };
  };
  return { ...rest, environments: environments.map(unpack) };
}
