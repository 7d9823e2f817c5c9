import { descriptorKey } from '../core/desired.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { Descriptor, DescriptorReading } from '../core/model.js';

type Components = Readonly<Record<string, string>>;

const limit = 500;

/** Component versions of the descriptors that were read last, by bucket and key: deltas need both ends, and thousands of environments share them. */
export class ComponentCache {
  readonly #byKey = new Map<string, Components>();

  put(bucket: string, { key, components }: Descriptor): void {
    const name = `${bucket} ${key}`;
    this.#byKey.delete(name);
    this.#byKey.set(name, components);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > limit && oldest !== undefined) this.#byKey.delete(oldest);
  }

  /** What was read under a key, where it still is remembered. */
  known(bucket: string, key: string): Components | undefined {
    return this.#byKey.get(`${bucket} ${key}`);
  }

  /** What is recorded, component by component; undefined where nothing is recorded or its descriptor cannot be read. */
  async recorded(
    bucket: string,
    facts: EnvironmentFacts,
    read: (version: string) => Promise<DescriptorReading>,
  ): Promise<Components | undefined> {
    const version = facts.environment.status?.recorded?.version;
    const key = version === undefined || facts.desired === undefined ? undefined : descriptorKey(facts.desired, version);
    if (key === undefined || version === undefined) return undefined;
    const known = this.#byKey.get(`${bucket} ${key}`);
    if (known !== undefined) return known;
    const reading = await read(version);
    if (reading.state !== 'found') return undefined;
    this.put(bucket, reading.descriptor);
    return reading.descriptor.components;
  }
}
