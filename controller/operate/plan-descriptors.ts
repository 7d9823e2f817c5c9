import { resolve } from 'node:path';
import { descriptorKey } from '../core/desired.js';
import type { DescriptorReading, DesiredEnvironment, Product, ReleaseRepository } from '../core/model.js';
import type { PlanContext } from '../core/plan/context.js';
import type { Plan } from '../core/plan/plan.js';

/** Reads one descriptor of a product; undefined where nobody knows where it would be. */
export type ReadDescriptor = (wanted: DesiredEnvironment, version: string, key: string) => Promise<DescriptorReading | undefined>;

const atATime = 8;

/** The descriptors of what would be deployed, and of what it would be deployed over; each is read once. */
export async function readDescriptors(
  { environments }: Plan,
  sides: { readonly base: ReleaseRepository; readonly head: ReleaseRepository },
  read: ReadDescriptor,
): Promise<NonNullable<PlanContext['descriptor']>> {
  const wanted = new Map<string, { readonly of: DesiredEnvironment; readonly version: string }>();
  const known = new Map(
    [...sides.base.environments, ...sides.head.environments].map((one) => [`${one.product.name}/${one.environment}`, one]),
  );
  for (const { product, environment, deploys, from, to, deployed } of environments) {
    const of = known.get(`${product}/${environment}`);
    if (!deploys || of?.product.descriptor === undefined) continue;
    for (const version of [from?.version, to?.version, deployed?.version])
      if (version !== undefined) wanted.set(`${product}/${version}`, { of, version });
  }
  const found = new Map<string, DescriptorReading | undefined>();
  const left = [...wanted];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [name, { of, version }] = next;
      found.set(name, await read(of, version, descriptorKey(of, version) ?? ''));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return ({ name }: Product, version: string) => found.get(`${name}/${version}`);
}

/** Reads from a folder that holds descriptors under their keys, as a bucket would. */
export async function descriptorsIn(folder: string, signal: AbortSignal): Promise<ReadDescriptor> {
  const [{ readDirectoryObject }, { createDescriptorParser }] = await Promise.all([
    import('../s3/directory.js'),
    import('../s3/descriptor-reading.js'),
  ]);
  const parser = createDescriptorParser();
  return async ({ product }, version, key) =>
    parser.parse(await readDirectoryObject(resolve(folder), key, signal), { key, product: product.name, version });
}
