import { createHash } from 'node:crypto';
import { durationOr } from '../core/duration.js';
import { ReconcileError } from '../core/errors.js';
import type { Snapshot } from '../core/model.js';
import type { GitSpec } from '../core/resources/release-source.js';
import { branchMissing, failed } from './failure.js';
import type { GitLimits } from './limits.js';
import { openLocalRepository, readLocalHead } from './local-repository.js';
import { type Location, toFolder, toLocation, toRef } from './location.js';
import type { VerifyRequest } from './protocol.js';
import { readRemoteHead } from './refs.js';
import { toVerifyRequest } from './signatures/operator-keys.js';
import type { Outcome, Question } from './source-worker.js';
import { Transport } from './transport.js';
import type { UnreadReason } from './unread.js';
import { unpackRepository } from './wire.js';
import type { WorkerPool } from './worker-pool.js';

/** What a source needs of its surroundings. */
export interface SourceContext {
  readonly pool: WorkerPool;
  readonly limits: GitLimits;
  /** The folder that holds the clone of a repository with this address. Removes those of other addresses. */
  readonly cloneFolder: (url: string) => Promise<string>;
}

export interface Reading {
  readonly snapshot: Snapshot;
  readonly changed: boolean;
  readonly received: number;
}

/** What is to be read, from a checked spec. */
interface Target {
  readonly location: Location;
  readonly ref: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly identity: string;
  readonly verify: VerifyRequest | undefined;
}

/** The Secrets that a source names, decoded. */
export interface SourceSecrets {
  readonly access?: Readonly<Record<string, string>>;
  readonly verify?: Readonly<Record<string, string>>;
}

/** A commit that is asked for by name. */
export interface Wanted {
  readonly sha: string;
  /** What names it at the server; absent: the branch that is followed. */
  readonly ref?: string;
  readonly depth?: number;
  /** The clone has it: nobody is asked. */
  readonly isHere?: boolean;
}

interface Load {
  readonly sha: string;
  readonly folder: string | undefined;
  readonly depth?: number | undefined;
  readonly isHere?: boolean;
}

const MOST_CRASHES = 5;
/** A timer that is set to more fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** One ReleaseSource's repository: what it said last, and what is known of it. */
export class Source {
  readonly #name: string;
  readonly #context: SourceContext;
  readonly #givenUp = new Map<string, UnreadReason>();
  #identity = '';
  #snapshot: Snapshot | undefined;
  /** Of the answer that the snapshot came with. */
  #token: string | undefined;
  #refused: { readonly sha: string; readonly error: ReconcileError } | undefined;
  #speaksV2 = false;

  constructor(name: string, context: SourceContext) {
    this.#name = name;
    this.#context = context;
  }

  /** The newest commit. Not to be called again before it has settled. Throws ReconcileError. */
  async latest(spec: GitSpec, secrets: SourceSecrets, signal: AbortSignal): Promise<Reading> {
    const target = toTarget(spec, secrets);
    if (target.identity !== this.#identity) this.#start(target.identity);
    const { sha, folder, received } = await this.#readHead(target, signal);
    if (this.#snapshot?.commit.sha === sha) return { snapshot: this.#snapshot, changed: false, received };
    if (this.#refused?.sha === sha) throw this.#refused.error;
    const loaded = await this.#load(target, { sha, folder }, signal);
    this.#snapshot = loaded.snapshot;
    return { ...loaded, changed: true, received: received + loaded.received };
  }

  /**
   * A commit that is not the newest of the branch: what a ref names, fetched beside the branch into the same clone, or one that the clone
   * has. `folder` is told where the clone is. Not to be called again before it has settled. Throws ReconcileError.
   */
  async read(spec: GitSpec, secrets: SourceSecrets, wanted: Wanted, signal: AbortSignal): Promise<Snapshot> {
    const target = toTarget(spec, secrets);
    if (target.identity !== this.#identity) this.#start(target.identity);
    const { ref = target.ref, sha, depth, isHere = false } = wanted;
    const folder = await this.folder(spec, secrets);
    const { snapshot } = await this.#load({ ...target, ref }, { sha, folder, depth, isHere }, signal);
    this.#snapshot = snapshot;
    return snapshot;
  }

  /** Where the repository is on this machine, or is to be cloned to. */
  async folder(spec: GitSpec, secrets: SourceSecrets): Promise<string> {
    const { location } = toTarget(spec, secrets);
    return location.kind === 'file' ? (await openLocalRepository(location.path)).folder : this.#context.cloneFolder(location.url);
  }

  #start(identity: string): void {
    this.#identity = identity;
    this.#snapshot = undefined;
    this.#token = undefined;
    this.#refused = undefined;
    this.#speaksV2 = false;
  }

  async #readHead(target: Target, signal: AbortSignal): Promise<{ sha: string; folder?: string; received: number }> {
    const { location, ref } = target;
    if (location.kind === 'file') {
      const repository = await openLocalRepository(location.path);
      const sha = await readLocalHead(repository, ref);
      if (sha === undefined) throw branchMissing(location.url, ref);
      return { sha, folder: repository.folder, received: 0 };
    }
    const transport = new Transport(location, this.#context.limits);
    const deadline = AbortSignal.timeout(target.timeoutMs);
    try {
      const question = { url: location.url, ref, speaksV2: this.#speaksV2 };
      const head = await readRemoteHead(transport, question, this.#context.limits, AbortSignal.any([signal, deadline]));
      this.#speaksV2 = head.speaksV2;
      if (head.oid === undefined) throw branchMissing(location.url, ref);
      return { sha: head.oid, received: transport.received };
    } catch (error) {
      // A server that was changed meanwhile may fail on what it used to understand.
      this.#speaksV2 = false;
      if (deadline.aborted && !signal.aborted) throw failed('GitTimeout', `${location.url} does not answer in time.`);
      throw error;
    } finally {
      await transport.close();
    }
  }

  async #load(
    target: Target,
    { sha, folder, depth, isHere = false }: Load,
    signal: AbortSignal,
  ): Promise<Omit<Reading, 'changed'>> {
    const { location, ref, path, timeoutMs, identity, verify } = target;
    const where = folder ?? (await this.#context.cloneFolder(location.url));
    const remote = location.kind === 'http' && !isHere ? { remote: location, ...(depth === undefined ? {} : { depth }) } : {};
    const base = { identity, ref, path, timeoutMs, sha, folder: where, ...remote, ...(verify === undefined ? {} : { verify }) };
    for (let crashes = 0; ; ) {
      const question: Question = { ...base, givenUp: this.#givenUp, ...(this.#token === undefined ? {} : { base: this.#token }) };
      const outcome = await this.#context.pool.use(this.#name, signal, (worker) => worker.ask(question, signal));
      if (outcome.kind === 'answered') return this.#take(outcome, sha);
      if (outcome.kind === 'stuck') this.#givenUp.set(outcome.oid, 'too-slow');
      else if (outcome.oid !== undefined && ++crashes < MOST_CRASHES) this.#givenUp.set(outcome.oid, 'too-much-memory');
      else throw crash(location.url, outcome);
    }
  }

  #take({ answer, received }: Extract<Outcome, { kind: 'answered' }>, sha: string): Omit<Reading, 'changed'> {
    if (answer.kind === 'loaded') {
      const repository = unpackRepository(answer.repository, this.#snapshot?.repository);
      this.#token = answer.token;
      return { snapshot: { commit: answer.commit, repository }, received };
    }
    const { reason, message, retry } = answer.failure;
    const error = new ReconcileError(reason, message, { retry });
    // What a commit is too large for stays so until the branch moves; it is not fetched again before that.
    if (reason === 'GitTooLarge') this.#refused = { sha, error };
    throw error;
  }
}

function toTarget(spec: GitSpec, { access, verify: keys }: SourceSecrets): Target {
  const location = toLocation(spec, access);
  const verify = toVerifyRequest(spec.verify, keys);
  const ref = toRef(spec.ref.branch ?? 'main');
  const path = toFolder(spec.path ?? '.');
  const identity = createHash('sha256')
    .update(JSON.stringify([location.url, ref, path, verify]))
    .digest('hex');
  return { location, ref, path, identity, verify, timeoutMs: Math.min(durationOr(spec.timeout, 60_000), longestTimerMs) };
}

function crash(url: string, { outOfMemory, cause }: Extract<Outcome, { kind: 'crashed' }>): ReconcileError {
  const message = outOfMemory ? `Reading ${url} takes more memory than is allowed.` : `Reading ${url} ended unexpectedly.`;
  return new ReconcileError('GitReadFailed', message, { cause });
}
