import { type UnreadableReason, unreadableFile } from '../core/documents/parse.js';
import type { ParsedFile } from '../core/documents/parsed.js';

/** Why the content of a file is not read: what the documents know of, and what only the reading of git can find out. */
export type UnreadReason = UnreadableReason | GitReason;

type GitReason = 'lfs-pointer' | 'too-slow' | 'too-much-memory' | 'parser-failed';

const messages: Readonly<Record<GitReason, string>> = {
  'lfs-pointer': 'is a pointer of Git LFS: its content is not in the repository',
  'too-slow': 'takes too long to parse: it is not read',
  'parser-failed': 'makes the parser fail: it is not read',
  'too-much-memory': 'takes too much memory to parse: it is not read',
};

const isGitReason = (reason: UnreadReason): reason is GitReason => reason in messages;

/** A file that stands in the commit and is not read. */
export function toUnreadFile(path: string, reason: UnreadReason): ParsedFile {
  if (!isGitReason(reason)) return unreadableFile(path, reason);
  const place = { file: path, line: 1, column: 1, path: '' };
  const finding = { ...place, severity: 'error', rule: reason, message: messages[reason] } as const;
  return { path, documents: [], findings: [finding], unknownDocuments: 1 };
}
