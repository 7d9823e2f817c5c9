import { loadRepository } from '../core/documents/load.js';
import type { RepositoryFile } from '../core/documents/parse.js';
import type { ParsedFile } from '../core/documents/parsed.js';
import { createSettingsCache } from '../core/documents/settings/cache.js';
import type { Commit, ReleaseRepository } from '../core/model.js';
import { Board } from './board.js';
import { parseCommit } from './formats.js';
import { ObjectError, tooLarge } from './object-error.js';
import { ObjectStore } from './object-store.js';
import type { LoadRequest } from './protocol.js';
import { type DocumentFile, type Folder, findFolder, listFiles, readFolder } from './tree.js';
import { toUnreadFile, type UnreadReason } from './unread.js';

export interface KnownFile {
  readonly oid: string;
  readonly size: number;
  readonly parsed: ParsedFile;
  /** Given up by the time it took: read again should the host no longer say so. */
  readonly givenUp: boolean;
}

const COMMIT_BYTES = 1024 * 1024;
const BREATH_MS = 50;
const lfsPointer = Buffer.from('version https://git-lfs.github.com/spec/');

/** What a file says; depends on path and content alone. */
export type Parse = (file: RepositoryFile) => ParsedFile;

/** Reads commits of one repository, and of each only what the one before did not have. */
export class CommitReader {
  readonly #parse: Parse;
  #root: Folder | undefined;
  readonly #settings = createSettingsCache();
  readonly #files = new Map<string, KnownFile>();

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  /** The commit, loaded. Undefined where it has no such folder. Throws ObjectError; a pass that was ended goes on where it was. */
  async read(
    request: LoadRequest,
    objects: string,
    signal: AbortSignal,
  ): Promise<{ commit: Commit; repository: ReleaseRepository; files: readonly ParsedFile[] } | undefined> {
    const store = new ObjectStore(objects);
    try {
      const { commit, tree } = parseCommit(request.sha, store.read(request.sha, 'commit', COMMIT_BYTES));
      const folder = findFolder(store, tree, request.path);
      if (folder === undefined) return undefined;
      const path = request.path === '.' ? '' : request.path;
      this.#root = readFolder(store, { oid: folder, path, depth: 0 }, request.limits, this.#root);
      const files = listFiles(this.#root, request.limits.files);
      await this.#parseAll(store, files, request, signal);
      const parsed = this.#parsed(files);
      return { commit, repository: loadRepository(parsed, this.#settings), files: parsed };
    } finally {
      store.close();
    }
  }

  async #parseAll(store: ObjectStore, files: readonly DocumentFile[], request: LoadRequest, signal: AbortSignal): Promise<void> {
    const board = new Board(request.board);
    let total = 0;
    let breath = performance.now();
    for (const file of files) {
      let known = this.#files.get(file.path);
      if (known?.oid !== file.oid || known.givenUp !== request.givenUp.has(file.oid)) {
        known = readDocument(file, request, { store, board, parse: this.#parse });
        this.#files.set(file.path, known);
      }
      total += known.size;
      if (total > request.limits.totalBytes) throw tooLarge(`its documents have more than ${request.limits.totalBytes} bytes`);
      if (performance.now() - breath < BREATH_MS) continue;
      // So that a message to stop is heard.
      await new Promise((resume) => setImmediate(resume));
      signal.throwIfAborted();
      breath = performance.now();
    }
  }

  #parsed(files: readonly DocumentFile[]): ParsedFile[] {
    if (this.#files.size > files.length) {
      const present = new Set(files.map((file) => file.path));
      for (const path of this.#files.keys()) if (!present.has(path)) this.#files.delete(path);
    }
    return files.flatMap((file) => this.#files.get(file.path)?.parsed ?? []);
  }
}

/** What reading a file takes. */
export interface Tools {
  readonly store: ObjectStore;
  readonly board: Board;
  readonly parse: Parse;
}

/** Reads and parses one file; what cannot be read says so in its place. Throws ObjectError where the repository is damaged. */
export function readDocument(file: DocumentFile, { givenUp, limits }: LoadRequest, { store, board, parse }: Tools): KnownFile {
  const unread = (reason: UnreadReason): KnownFile => {
    const parsed = toUnreadFile(file.path, reason);
    return { oid: file.oid, size: 0, parsed, givenUp: givenUp.has(file.oid) };
  };
  const refused = file.refused ?? givenUp.get(file.oid);
  if (refused !== undefined) return unread(refused);
  const content = readBlob(store, file.oid, limits.fileBytes);
  if (content === undefined) return unread('too-large');
  if (content.length < 1024 && content.subarray(0, lfsPointer.length).equals(lfsPointer)) return unread('lfs-pointer');
  board.begin(file.oid);
  try {
    return { oid: file.oid, size: content.length, parsed: parse({ path: file.path, content }), givenUp: false };
  } catch {
    return unread('parser-failed');
  } finally {
    board.end();
  }
}

function readBlob(store: ObjectStore, oid: string, limit: number): Buffer | undefined {
  try {
    return store.read(oid, 'blob', limit);
  } catch (error) {
    if (error instanceof ObjectError && error.kind === 'too-large') return undefined;
    throw error;
  }
}
