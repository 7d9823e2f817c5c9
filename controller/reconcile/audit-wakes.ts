import { holdsOf } from './audit.js';
import type { Ports } from './ports.js';
import { fromKeyText, toKeyText } from './published.js';

/** Brings to the outbox what has to be recorded, where a source keeps an audit trail. */
export class AuditWakes {
  readonly #sources: Ports['sources'];
  readonly #wake: (key: string) => void;

  constructor(sources: Ports['sources'], wake: (key: string) => void) {
    this.#sources = sources;
    this.#wake = wake;
  }

  /** Something ended in an environment (`namespace/product.environment`), or was adopted there. */
  environment(text: string): void {
    if (this.#audited(fromKeyText(text).namespace).length > 0) this.#wake(text);
  }

  /** A hold came or went. */
  holds(namespace: string): void {
    for (const { metadata } of this.#audited(namespace)) this.#wake(holdsOf(metadata));
  }

  /** A source may have begun to keep a trail: all that there is has to be in it. */
  everything(namespace: string, environments: Iterable<string>): void {
    if (this.#audited(namespace).length === 0) return;
    for (const environment of environments) this.#wake(environment);
    this.holds(namespace);
  }

  #audited(namespace: string) {
    return this.#sources.list().filter(({ metadata, spec }) => metadata.namespace === namespace && spec.audit !== undefined);
  }
}

/** Every environment of a namespace that has runs or a record, as `namespace/product.environment`. */
export function everyEnvironment({ environments, runs }: Pick<Ports, 'environments' | 'runs'>, namespace: string): Set<string> {
  const found = new Set<string>();
  for (const { metadata } of environments.list()) if (metadata.namespace === namespace) found.add(toKeyText(metadata));
  for (const { metadata } of runs.list()) {
    const name = metadata.name.slice(0, metadata.name.lastIndexOf('.'));
    if (metadata.namespace === namespace) found.add(toKeyText({ namespace, name }));
  }
  return found;
}
