import { settingsDigest } from '../../controller/core/digest.js';
import { ReconcileError } from '../../controller/core/errors.js';
import { type Asked, noGovernance, type Override } from '../../controller/core/governance.js';
import type {
  Commit,
  DesiredEnvironment,
  InvalidEnvironment,
  JsonObject,
  Millis,
  Product,
  Snapshot,
} from '../../controller/core/model.js';
import type { Repositories } from '../../controller/reconcile/ports.js';
import { type Author, broughtBy, type SimGovernance } from './governance.js';

/** What git says of one environment. */
export interface GitEnvironment {
  readonly product: Product;
  readonly environment: string;
  readonly stage: string;
  readonly client?: string;
  version: string;
  setting: number;
  isBroken: boolean;
  isRemoved: boolean;
  /** What governs it, in repositories that are governed. */
  extra?: JsonObject;
  override?: Override;
  notBefore?: Millis;
  asked?: { readonly version: string; readonly settings: string; readonly by: Asked };
}

interface Clone {
  readonly wait: (ms: Millis) => Promise<void>;
  readonly latency: () => Millis;
  readonly onRead: (commit: string) => void;
}

/** A release repository as the loader gives it: the values of its commits, not their text. */
export class SimGit {
  readonly environments: GitEnvironment[] = [];
  isUnavailable = false;
  /** Absent where nothing governs. */
  governance: SimGovernance | undefined;
  /** Who makes the next commit, unless it is said. */
  nextAuthor: () => Author | undefined = () => undefined;
  /** Every commit, where something governs. */
  readonly snapshots = new Map<string, Snapshot>();
  readonly #wall: () => Millis;
  #commits = 0;
  #snapshot: Snapshot | undefined;

  constructor(wall: () => Millis) {
    this.#wall = wall;
  }

  find(key: string): GitEnvironment | undefined {
    return this.environments.find(({ product, environment }) => `${product.name}.${environment}` === key);
  }

  /** What the next commit will be called. */
  get nextSha(): string {
    return (this.#commits + 1).toString(16).padStart(40, '0');
  }

  /** Makes a commit of how the documents stand now. */
  commit(subject: string, by = this.nextAuthor()): void {
    const sha = this.nextSha;
    this.#commits += 1;
    const commit: Commit = {
      ...{ sha, author: by?.name ?? 'Ada', time: this.#wall(), subject },
      ...(by === undefined ? {} : { email: by.email }),
    };
    for (const one of this.environments) if (by !== undefined) ask(one, by, commit);
    const present = this.environments.filter(({ isRemoved }) => !isRemoved);
    const environments = present.filter(({ isBroken }) => !isBroken).map((one) => toDesired(one, this.governance));
    const invalid = present.filter(({ isBroken }) => isBroken).map(toInvalid);
    const documents = { valid: 2 * environments.length, invalid: invalid.length };
    const findings = invalid.flatMap((one) => one.findings);
    const governance = this.governance?.toGovernance() ?? noGovernance;
    this.#snapshot = { commit, repository: { environments, invalid, governance, findings, documents } };
    if (this.governance !== undefined) this.snapshots.set(sha, this.#snapshot);
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
        onRead(head.commit.sha);
        return head;
      },
      forget: async () => undefined,
    };
  }
}

function toDesired(one: GitEnvironment, governance: SimGovernance | undefined): DesiredEnvironment {
  const { product, environment, stage, client, version, override, notBefore, asked } = one;
  const settings = settingsOf(one);
  const found = governance?.release(product.name, version);
  const isAsked = asked !== undefined && product.stages.some(({ name, signoffs }) => name === stage && signoffs.length > 0);
  return {
    ...{ product, environment, stage, version, settings, settingsDigest: settingsDigest(settings) },
    ...(client === undefined ? {} : { client }),
    ...(override === undefined ? {} : { override }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(found?.state === 'there' ? { release: { class: found.document.class } } : {}),
    ...(isAsked ? { asked: asked.by } : {}),
  };
}

const settingsOf = ({ setting, extra = {} }: GitEnvironment): JsonObject => ({ setting, ...extra });

/** Notes whose commit brought the version, and whose changed the settings after it. */
function ask(one: GitEnvironment, by: Author, { sha, time }: Commit): void {
  const settings = JSON.stringify(settingsOf(one));
  const brought = broughtBy(by, sha, time);
  // What was not there, or could not be read, is brought anew.
  if (one.isRemoved || one.isBroken) delete one.asked;
  else if (one.asked?.version !== one.version) one.asked = { version: one.version, settings, by: { version: brought } };
  else if (one.asked.settings !== settings)
    one.asked = { version: one.version, settings, by: { ...one.asked.by, settings: brought } };
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
