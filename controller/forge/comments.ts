import { ReconcileError } from '../core/errors.js';
import type { MarkedComment } from './forge.js';

/** A comment as its host has it. */
export interface HostComment {
  readonly id: number;
  readonly body: string;
  /** What the host knows the author by; absent where it does not say. */
  readonly author?: string;
  /** Certainly no program's: where who we are cannot be told, it is not ours. */
  readonly isByPerson?: boolean;
  /** What an edit has to name (Bitbucket Data Center). */
  readonly version?: number;
}

/** What one host can do with the comments of one pull request. */
export interface CommentHost {
  readonly most: number;
  /** HTML comments are shown as text by Bitbucket; a link definition that nothing refers to is shown nowhere. */
  readonly hides: 'html-comment' | 'link-definition';
  list(): Promise<readonly HostComment[]>;
  /** Who the credentials belong to, as `author` says it; undefined where that cannot be told. */
  self(): Promise<string | undefined>;
  create(body: string): Promise<void>;
  update(comment: HostComment, body: string): Promise<void>;
  remove(comment: HostComment): Promise<void>;
}

const soundMarker = /^[A-Za-z0-9._:/-]{1,200}$/;

/** Makes the comment that carries the marker say `body`. Only comments of our own count: a marker can be copied. */
export async function putMarked({ marker, body }: Pick<MarkedComment, 'marker' | 'body'>, host: CommentHost): Promise<void> {
  if (!soundMarker.test(marker))
    throw new ReconcileError('ForgeRefused', 'the marker of a comment holds other characters', { retry: 'never' });
  const head = host.hides === 'html-comment' ? `<!-- ${marker} -->\n` : `[//]: # (${marker})\n\n`;
  const wanted = `${head}${cut(body, host.most - head.length)}`;
  const carrying = (await host.list())
    .filter((comment) => plain(comment.body).startsWith(head.trimEnd()))
    .sort((a, b) => a.id - b.id);
  const [only, ...others] = carrying;
  // Nothing to do is asked nothing more: who we are costs a request.
  if (only !== undefined && others.length === 0 && plain(only.body) === plain(wanted)) return;
  const self = carrying.length === 0 ? undefined : await host.self();
  const own = carrying.filter(({ author, isByPerson }) => (self === undefined ? isByPerson !== true : author === self));
  const kept = await editFirst(own, wanted, host);
  if (kept === undefined) return host.create(wanted);
  for (const comment of own) if (comment.id > kept.id) await orForbidden(() => host.remove(comment));
}

/** The first of them that we may edit says it afterwards; undefined where there is none. */
async function editFirst(own: readonly HostComment[], wanted: string, host: CommentHost): Promise<HostComment | undefined> {
  for (const comment of own)
    if (plain(comment.body) === plain(wanted) || (await orForbidden(() => host.update(comment, wanted)))) return comment;
  return undefined;
}

/** False for a comment that is not ours to touch, or gone meanwhile. */
async function orForbidden(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof ReconcileError && (error.reason === 'ForgeForbidden' || error.reason === 'ForgeNotFound')) return false;
    throw error;
  }
}

/** Hosts write line ends, and what follows the last line, in their own way. */
const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();

const cutNote = '\n\n… (cut: it is longer than fits here)';

/** Whole characters; a code block that is cut is closed, so that the note is no part of it. */
export function cut(text: string, most: number, note = cutNote): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, most - note.length - 4)).replace(/[\uD800-\uDBFF]$/, '');
  const isOpen = (kept.match(/^```/gm) ?? []).length % 2 === 1;
  return `${kept}${isOpen ? '\n```' : ''}${note}`;
}

/** A description of a status: one line. */
export function cutLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
