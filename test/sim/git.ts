import { settingsDigest } from '../../controller/core/digest.js';
import { ReconcileError } from '../../controller/core/errors.js';
import { noGovernance } from '../../controller/core/governance.js';
import type { Commit, DesiredEnvironment, InvalidEnvironment, Millis, Product, Snapshot } from '../../controller/core/model.js';
import type { Repositories } from '../../controller/reconcile/ports.js';

/** What git says of one environment. */
export interface GitEnvironment {
  readonly product: Product;
  readonly environment: string;
  readonly stage: string;
  version: string;
  setting: number;
  isBroken: boolean;
  isRemoved: boolean;
}

interface Clone {
  readonly wait: (ms: Millis) => Promise<void>;
  readonly latency: () => Millis;
  readonly onRead: () => void;
}

/** A release repository as the loader gives it: the values of its commits, not their text. */
export class SimGit {
  readonly environments: GitEnvironment[] = [];
  isUnavailable = false;
  readonly #wall: () => Millis;
  #commits = 0;
  #snapshot: Snapshot | undefined;

  constructor(wall: () => Millis) {
    this.#wall = wall;
  }

  find(key: string): GitEnvironment | undefined {
    return this.environments.find(({ product, environment }) => `${product.name}.${environment}` === key);
  }

  /** Makes a commit of how the environments stand now. */
  commit(subject: string): void {
    this.#commits += 1;
    const sha = this.#commits.toString(16).padStart(40, '0');
    const commit: Commit = { sha, author: 'Ada', time: this.#wall(), subject };
    const present = this.environments.filter(({ isRemoved }) => !isRemoved);
    const environments = present.filter(({ isBroken }) => !isBroken).map(toDesired);
    const invalid = present.filter(({ isBroken }) => isBroken).map(toInvalid);
    const documents = { valid: 2 * environments.length, invalid: invalid.length };
    const findings = invalid.flatMap((one) => one.findings);
    this.#snapshot = { commit, repository: { environments, invalid, governance: noGovernance, findings, documents } };
  }

  get head(): Snapshot {
    if (this.#snapshot === undefined) throw new Error('nothing is committed');
    return this.#snapshot;
  }

  /** What one process sees of it: a fetch takes its time. */
  clone({ wait, latency, onRead }: Clone): Repositories {
    return {
      latest: async (source) => {
        await wait(latency());
        if (this.isUnavailable)
          throw new ReconcileError('GitUnavailable', `the repository of ${source.metadata.name} cannot be reached`);
        const { head } = this;
        await wait(latency());
        onRead();
        return head;
      },
      forget: async () => undefined,
    };
  }
}

function toDesired(one: GitEnvironment): DesiredEnvironment {
  const { product, environment, stage, version, setting } = one;
  const settings = { setting };
  return { product, environment, stage, version, settings, settingsDigest: settingsDigest(settings) };
}

function toInvalid({ product, environment }: GitEnvironment): InvalidEnvironment {
  const finding = {
    severity: 'error',
    rule: 'schema',
    file: `${product.name}/${environment}/version.yaml`,
    line: 7,
    column: 12,
    path: 'spec.version',
    message: 'is not a version',
  } as const;
  return { product: product.name, environment, findings: [finding] };
}
