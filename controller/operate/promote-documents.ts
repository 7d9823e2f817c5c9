import { join } from 'node:path';
import { parseFile } from '../core/documents/parse.js';
import type { ParsedDocument, ParsedFile } from '../core/documents/parsed.js';
import { decodeUtf8 } from '../core/documents/utf8.js';
import type { FileEdit } from '../core/promote/diff.js';
import { editMasterVersion, type MasterVersionEdit } from '../core/promote/edit.js';
import type { PromotionPlace } from '../core/promote/places.js';
import { findCheckout } from '../git/checkout.js';
import { defaultLimits } from '../git/limits.js';
import { ObjectStore } from '../git/object-store.js';
import { readCommit } from '../git/revision.js';
import { findFolder, listFiles, readFolder } from '../git/tree.js';
import { toUnreadFile } from '../git/unread.js';

/** The documents of a commit, and what some of them say after an edit; read from the repository itself, whatever the working copy holds. */

export interface CommittedDocuments {
  readonly files: readonly ParsedFile[];
  /** Where they begin in the repository: `.`, or the folder that was named. */
  readonly folder: string;
  content(path: string): Buffer;
}

/** Throws ReconcileError and ObjectError where the repository cannot be read. */
export async function readDocuments<T>(
  directory: string,
  sha: string,
  use: (documents: CommittedDocuments) => Promise<T>,
): Promise<T> {
  const checkout = await findCheckout(directory);
  const store = new ObjectStore(join(checkout.folder, 'objects'));
  try {
    const tree = findFolder(store, readCommit(sha, store).tree, checkout.path);
    if (tree === undefined) throw new Error(`there is no folder ${checkout.path} in the commit ${sha.slice(0, 12)}`);
    const listed = listFiles(readFolder(store, { oid: tree, path: '', depth: 0 }, defaultLimits), defaultLimits.files);
    const ids = new Map(listed.map(({ path, oid }) => [path, oid]));
    const content = (path: string): Buffer => store.read(ids.get(path) ?? '', 'blob', defaultLimits.fileBytes);
    const files = listed.map(({ path, refused }) =>
      refused === undefined ? parseFile({ path, content: content(path) }) : toUnreadFile(path, refused),
    );
    return await use({ files, folder: checkout.path, content });
  } finally {
    store.close();
  }
}

export interface EditedDocuments {
  /** All files as they will be. */
  readonly files: readonly ParsedFile[];
  readonly edits: readonly FileEdit[];
  /** Path from the top of the repository → content. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The documents with the versions in place; of two in one file the later one first, so that places stay true. Throws PromoteRefused. */
export function editDocuments(
  documents: CommittedDocuments,
  places: readonly PromotionPlace[],
  edit: MasterVersionEdit,
): EditedDocuments {
  const { files, folder, content } = documents;
  const contents = new Map<string, Buffer>();
  const edited = new Map<string, ParsedFile>();
  const edits: FileEdit[] = [];
  for (const [path, own] of byFile(places)) {
    const before = content(path);
    const decoded = decodeUtf8(before);
    if (!('text' in decoded)) throw new Error(`${path} is not UTF-8`);
    const after = own.reduce((text, document) => editMasterVersion(text, document, edit), decoded.text);
    const bytes = Buffer.concat([before.subarray(0, 3).equals(mark) ? mark : Buffer.alloc(0), Buffer.from(after, 'utf8')]);
    const full = folder === '.' ? path : `${folder}/${path}`;
    contents.set(full, bytes);
    edits.push({ path: full, before: before.toString('utf8'), after: bytes.toString('utf8') });
    edited.set(path, parseFile({ path, content: bytes }));
  }
  return { files: files.map((file) => edited.get(file.path) ?? file), edits, contents };
}

function byFile(places: readonly PromotionPlace[]): Map<string, ParsedDocument<'MasterVersion'>[]> {
  const found = new Map<string, ParsedDocument<'MasterVersion'>[]>();
  for (const { document } of places) found.set(document.places.file, [...(found.get(document.places.file) ?? []), document]);
  const start = ({ places: { nodes } }: ParsedDocument): number => nodes[3] ?? 0;
  for (const documents of found.values()) documents.sort((a, b) => start(b) - start(a));
  return found;
}
