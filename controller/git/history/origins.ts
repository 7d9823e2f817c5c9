import { existsSync, readFileSync } from 'node:fs';
import type { ParsedFile } from '../../core/documents/parsed.js';
import { ReconcileError } from '../../core/errors.js';
import type { Brought, CommitSignature } from '../../core/governance.js';
import type { Commit, ReleaseRepository } from '../../core/model.js';
import { keysIn, type Origin, type SettingsTrace, settingsTracesOf, tracesOf, withOrigins } from '../../core/signoffs/traces.js';
import { Board } from '../board.js';
import { parseCommit } from '../formats.js';
import { ObjectStore } from '../object-store.js';
import type { LoadRequest } from '../protocol.js';
import { type Parse, readDocument } from '../reader.js';
import { Signatures } from '../signatures/signatures.js';
import { findFolder } from '../tree.js';
import { type Change, changesBetween } from './changes.js';
import { COMMIT_BYTES, type Earlier, type Found, type History, unlessLost, walkBack } from './walk.js';

const BREATH_MS = 50;
/** What stands in files of the past and is kept, all files together. */
const MOST_KEPT = 100_000;

type Traced = ReadonlyMap<string, string>;

export interface Tracing {
  readonly request: LoadRequest;
  readonly signal: AbortSignal;
  /** Brings more of the history; absent where all that there is is here. */
  readonly deepen?: (depth: number) => Promise<void>;
}

/** Which commits brought what is signed, and the sign-offs themselves; remembers what it has found from one commit to the next. */
export class Origins {
  readonly #parse: Parse;
  readonly #keys = new Map<string, ReadonlySet<string> | undefined>();
  #kept = 0;
  readonly #signatures = new Signatures();
  /** Whether settings stood in their file when a version came. */
  #stood: ReadonlyMap<string, boolean> = new Map();
  #earlier: Earlier | undefined;

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  /** The repository with the origins of its sign-offs. Costs nothing where it has none. Throws ObjectError and ReconcileError. */
  async addTo(repository: ReleaseRepository, files: readonly ParsedFile[], tracing: Tracing): Promise<ReleaseRepository> {
    const traces = tracesOf(files, repository);
    if (traces.length === 0) {
      this.#earlier = undefined;
      return repository;
    }
    const earlier = this.#earlier;
    const found = await this.#trace(new Map(traces.map(({ key, path }) => [key, path])), tracing, earlier);
    const verify = tracing.request.verify && this.#signatures.by(keysOfPeople(repository));
    const origins = await toOrigins(found, verify);
    const settings = this.#changedSince(settingsTracesOf(files, repository, origins), tracing);
    const later = await this.#trace(new Map(settings.map(({ key, path }) => [key, path])), tracing, earlier);
    this.#earlier = { tip: tracing.request.sha, found: new Map([...found, ...later]) };
    return withOrigins(repository, files, new Map([...origins, ...(await toOrigins(later, verify))]));
  }

  /** Walks back, and further back with more of the history, until everything is found or there is no more. */
  async #trace(wanted: Traced, tracing: Tracing, earlier: Earlier | undefined): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    let open = wanted;
    for (const depth of [0, ...tracing.request.limits.history]) {
      if (open.size === 0) return found;
      const more = depth === 0 ? 'here' : await deepen(tracing, depth);
      if (more === 'none') break;
      // Looked for again with the next commit: it may have been a mishap.
      if (more === 'failed') return found;
      const walked = await this.#withHistory(tracing, (history) => walkBack(tracing.request.sha, open, history, earlier));
      for (const [key, end] of walked) if (end.kind !== 'deeper') found.set(key, end);
      open = new Map([...open].filter(([key]) => !found.has(key)));
    }
    for (const key of open.keys()) found.set(key, { kind: 'unknown', why: tooDeep(tracing.request) });
    return found;
  }

  /** The settings that were not there yet when the version came that they are there for now. */
  #changedSince(traces: readonly SettingsTrace[], tracing: Tracing): SettingsTrace[] {
    const { request } = tracing;
    const before = this.#stood;
    const stood = new Map<string, boolean>();
    const changes = new Map<string, ReadonlyMap<string, Change>>();
    const store = new ObjectStore(`${request.folder}/objects`);
    const look = ({ key, path, since }: SettingsTrace): boolean => {
      const changed = changes.get(since) ?? unlessLost(() => changesSince(since, store, request));
      if ('kind' in changed) return false;
      changes.set(since, changed);
      const change = changed.get(path);
      if (change === undefined) return true;
      return change.before !== undefined && this.#keysOf(path, change.before, { store, tracing })?.has(key) === true;
    };
    try {
      for (const trace of traces) {
        const id = `${trace.since} ${trace.path} ${trace.key}`;
        stood.set(id, before.get(id) ?? look(trace));
      }
      return traces.filter(({ since, path, key }) => stood.get(`${since} ${path} ${key}`) === false);
    } finally {
      this.#stood = stood;
      store.close();
    }
  }

  async #withHistory<T>(tracing: Tracing, use: (history: History) => Promise<T>): Promise<T> {
    const { request, signal } = tracing;
    const store = new ObjectStore(`${request.folder}/objects`);
    let breath = performance.now();
    try {
      return await use({
        store,
        folder: request.path,
        limits: request.limits,
        shallow: readShallow(request.folder),
        keysOf: (path, oid) => this.#keysOf(path, oid, { store, tracing }),
        breathe: async () => {
          if (performance.now() - breath < BREATH_MS) return;
          await new Promise((resume) => setImmediate(resume));
          signal.throwIfAborted();
          breath = performance.now();
        },
      });
    } finally {
      store.close();
    }
  }

  #keysOf(path: string, oid: string, { store, tracing }: { store: ObjectStore; tracing: Tracing }) {
    if (this.#keys.has(oid)) return this.#keys.get(oid);
    const { request } = tracing;
    const { parsed } = readDocument({ path, oid }, request, { store, board: new Board(request.board), parse: this.#parse });
    const unreadable = parsed.documents.length === 0 && parsed.findings.length > 0;
    const keys = unreadable ? undefined : keysIn(parsed);
    this.#kept += 1 + (keys?.size ?? 0);
    if (this.#kept > MOST_KEPT) {
      this.#keys.clear();
      this.#kept = 0;
    }
    this.#keys.set(oid, keys);
    return keys;
  }
}

function changesSince(commit: string, store: ObjectStore, { sha, path, limits }: LoadRequest): ReadonlyMap<string, Change> {
  const folderAt = (at: string) => findFolder(store, parseCommit(at, store.read(at, 'commit', COMMIT_BYTES)).tree, path);
  const root = path === '.' ? '' : path;
  return changesBetween({ before: folderAt(commit), after: folderAt(sha), path: root }, store, limits);
}

/** The commits whose parents were left out, one a line (gitformat-index(5) knows it as `shallow`). */
function readShallow(folder: string): ReadonlySet<string> {
  const path = `${folder}/shallow`;
  return new Set(existsSync(path) ? readFileSync(path, 'latin1').split('\n').filter(Boolean) : []);
}

/** Whether there is more of the history now. What only needs another try is thrown. */
async function deepen({ deepen: fetch, request }: Tracing, depth: number): Promise<'here' | 'none' | 'failed'> {
  if (fetch === undefined || readShallow(request.folder).size === 0) return 'none';
  try {
    await fetch(depth);
    return 'here';
  } catch (error) {
    if (error instanceof ReconcileError && (error.reason === 'GitTooLarge' || error.reason === 'GitCorrupt')) return 'failed';
    throw error;
  }
}

/** What the signature of a commit came to. */
type Verify = (sha: string, raw: Buffer) => Promise<CommitSignature>;

const keysOfPeople = ({ governance }: ReleaseRepository): string[] =>
  governance.roles.flatMap(({ people }) => people.flatMap(({ keys }) => keys));

async function toOrigins(found: ReadonlyMap<string, Found>, verify: Verify | undefined): Promise<Map<string, Origin>> {
  const origins = new Map<string, Origin>();
  const brought = new Map<string, Brought>();
  for (const [key, end] of found) {
    if (end.kind === 'unknown') origins.set(key, { unknown: end.why });
    else if (end.kind === 'brought') {
      const one = brought.get(end.commit.sha) ?? (await toBrought(end.commit, end.raw, verify));
      brought.set(end.commit.sha, one);
      origins.set(key, { brought: one });
    }
  }
  return origins;
}

function tooDeep({ remote, limits }: LoadRequest): string {
  return remote === undefined
    ? 'the repository holds only a part of its history'
    : `it is more than ${limits.history.at(-1) ?? 1} commits back`;
}

async function toBrought({ sha, author, email = '', time }: Commit, raw: Buffer, verify: Verify | undefined): Promise<Brought> {
  const origin = { commit: sha, author, email, time };
  return verify === undefined ? origin : { ...origin, signature: await verify(sha, raw) };
}
