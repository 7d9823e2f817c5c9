import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseFile, unreadableFile } from '../core/documents/parse.js';
import type { ParsedFile } from '../core/documents/parsed.js';

const skipped = new Set(['.git', 'node_modules']);
const mostFiles = 200_000;
const deepest = 100;
// What is larger is not even looked into.
const mostBytes = 16 * 1_048_576;
const oddName = /[\p{Cc}\\]/u;
const read = /\.(ya?ml|json)$/i;

/** A folder with more in it than any release repository. */
export class FolderTooLarge extends Error {
  override readonly name = 'FolderTooLarge';
}

interface Walk {
  readonly root: string;
  readonly files: ParsedFile[];
}

/** Reads the documents of a folder as git would hold them: links are not followed, other people's folders are skipped. Throws what the file system throws. */
export async function readFolder(root: string): Promise<ParsedFile[]> {
  const walk: Walk = { root, files: [] };
  await readInto(walk, '', 0);
  return walk.files;
}

async function readInto(walk: Walk, folder: string, depth: number): Promise<void> {
  if (depth > deepest) throw new FolderTooLarge(`${folder} is nested more than ${deepest} deep`);
  const entries = await readdir(join(walk.root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !skipped.has(entry.name)) await readInto(walk, path, depth + 1);
    else if (!entry.isDirectory()) await readEntry(walk, path, entry);
    if (walk.files.length > mostFiles) throw new FolderTooLarge(`${walk.root} holds more than ${mostFiles} files`);
  }
}

async function readEntry(walk: Walk, path: string, entry: Dirent): Promise<void> {
  if (!read.test(entry.name)) return;
  if (oddName.test(path)) walk.files.push(unreadableFile(path, 'bad-name'));
  else if (entry.isSymbolicLink()) walk.files.push(unreadableFile(path, 'symbolic-link'));
  else if (entry.isFile()) walk.files.push(await readDocumentFile(walk.root, path));
}

async function readDocumentFile(root: string, path: string): Promise<ParsedFile> {
  const { size } = await stat(join(root, path));
  if (size > mostBytes) return unreadableFile(path, 'too-large');
  return parseFile({ path, content: await readFile(join(root, path)) });
}
