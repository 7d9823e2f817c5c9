import type { Commit } from '../core/model.js';
import { corrupt } from './object-error.js';

export interface TreeEntry {
  /** As git writes it: 100644, 100755, 120000 (symbolic link), 160000 (submodule), 40000 (folder). */
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

/** The entries of a tree object. Throws ObjectError where it is not well-formed, or names one thing twice. */
export function parseTree(data: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(32, at);
    const end = data.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > data.length || space - at > 6) throw corrupt('a tree is not well-formed');
    const name = data.toString('utf8', space + 1, end);
    entries.push({ mode: data.toString('latin1', at, space), name, oid: data.toString('hex', end + 1, end + 21) });
    names.add(name);
    at = end + 21;
  }
  if (names.size !== entries.length) throw corrupt('a tree names one thing twice');
  return entries;
}

/** What a person may write into a commit, on one line and not longer than `most` characters. */
function printable(text: string, most: number): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

export interface ParsedCommit {
  readonly commit: Commit;
  readonly tree: string;
  readonly parents: readonly string[];
}

/** A commit object: what is shown of it, its root tree, and what it follows on. Throws ObjectError. */
export function parseCommit(sha: string, data: Buffer): ParsedCommit {
  const text = data.toString('utf8');
  const blank = text.indexOf('\n\n');
  const header = blank < 0 ? text : text.slice(0, blank);
  const message = blank < 0 ? '' : text.slice(blank + 2).trimStart();
  const tree = /^tree ([0-9a-f]{40})$/m.exec(header)?.[1];
  const parents = [...header.matchAll(/^parent ([0-9a-f]{40})$/gm)].map(([, parent = '']) => parent);
  const [, author = '', email = ''] = /^author (.*?) *<([^>]*)>/m.exec(header) ?? [];
  const seconds = Number(/^committer .*> ([0-9]{1,11}) [+-][0-9]{4}$/m.exec(header)?.[1] ?? Number.NaN);
  if (tree === undefined || Number.isNaN(seconds)) throw corrupt(`commit ${sha} is not well-formed`);
  const subject = printable(message.split('\n', 1)[0] ?? '', 200);
  const mail = printable(email, 254);
  const commit = { sha, author: printable(author, 100), ...(mail === '' ? {} : { email: mail }), time: seconds * 1000, subject };
  return { tree, parents, commit };
}
