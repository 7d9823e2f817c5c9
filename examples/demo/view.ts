import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseResource } from '../../controller/core/resources/release.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import type { ClusterApi, ListedObject } from './cluster-api.js';

interface Kinds {
  environments: EnvironmentResource;
  deploymentruns: DeploymentRunResource;
  releasesources: ReleaseSourceResource;
  releases: ReleaseResource;
}

/** What changed, before and after; there is no before for what is new. */
export type Change = {
  [Plural in keyof Kinds]: { plural: Plural; before: Kinds[Plural] | undefined; after: Kinds[Plural] };
}[keyof Kinds];

/** The cluster as a spectator sees it: the latest state of every object, and waiting for it to become what one expects. */
export class View {
  readonly #objects = { environments: new Map(), deploymentruns: new Map(), releasesources: new Map(), releases: new Map() };
  readonly #onChange: (change: Change) => void;
  readonly #waiting = new Set<() => void>();
  #broken: Error | undefined;

  constructor(onChange: (change: Change) => void) {
    this.#onChange = onChange;
  }

  async start(api: ClusterApi): Promise<void> {
    for (const plural of ['releasesources', 'releases', 'environments', 'deploymentruns'] as const)
      await this.#watch(api, plural);
  }

  environments(product?: string): EnvironmentResource[] {
    const all = [...(this.#objects.environments.values() as Iterable<EnvironmentResource>)];
    return all.filter(({ spec }) => product === undefined || spec.product === product);
  }

  environment(name: string): EnvironmentResource | undefined {
    return this.#objects.environments.get(name) as EnvironmentResource | undefined;
  }

  runs(environment?: string): DeploymentRunResource[] {
    const all = [...(this.#objects.deploymentruns.values() as Iterable<DeploymentRunResource>)];
    const own = all.filter(({ spec }) => environment === undefined || `${spec.product}.${spec.environment}` === environment);
    return own.sort((a, b) => a.spec.number - b.spec.number);
  }

  releases(): ReleaseResource[] {
    return [...(this.#objects.releases.values() as Iterable<ReleaseResource>)];
  }

  source(): ReleaseSourceResource | undefined {
    return [...(this.#objects.releasesources.values() as Iterable<ReleaseSourceResource>)][0];
  }

  /** Waits until it holds; says what it waited for when it does not within the time. */
  until(what: string, holds: () => boolean, withinMs = 45_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      const look = (): void => {
        if (this.#broken !== undefined) end(this.#broken);
        else if (holds()) end();
      };
      const timer = setTimeout(() => end(new Error(`waited ${withinMs / 1000} s in vain until ${what}`)), withinMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends all waiting, now and later: there is nothing to wait for any more. */
  breakOff(error: Error): void {
    this.#broken = error;
    this.#wake();
  }

  #watch(api: ClusterApi, plural: keyof Kinds): Promise<void> {
    const objects = this.#objects[plural];
    const changed = (after: ListedObject): void => {
      const { name, resourceVersion } = after.metadata;
      const before = objects.get(name) as ListedObject | undefined;
      if (before?.metadata.resourceVersion === resourceVersion) return;
      objects.set(name, after);
      this.#onChange({ plural, before, after } as Change);
    };
    return api.watch(plural, {
      changed: (object) => {
        changed(object);
        this.#wake();
      },
      removed: ({ metadata }) => {
        objects.delete(metadata.name);
        this.#wake();
      },
      replaced: (items) => {
        const names = new Set(items.map(({ metadata }) => metadata.name));
        for (const name of objects.keys()) if (!names.has(name)) objects.delete(name);
        for (const item of items) changed(item);
        this.#wake();
      },
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

export function condition(object: EnvironmentResource | undefined, type: string) {
  return object?.status?.conditions?.find((one) => one.type === type);
}

export function isReady(object: EnvironmentResource | undefined): boolean {
  return condition(object, 'Ready')?.status === 'True';
}
