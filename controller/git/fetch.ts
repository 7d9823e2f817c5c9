import { existsSync, readFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import git from 'isomorphic-git';
import { ReconcileError } from '../core/errors.js';
import { branchMissing } from './failure.js';
import { ObjectStore } from './object-store.js';
import type { LoadRequest } from './protocol.js';
import { advertisement } from './refs.js';
import type { HttpRemote, Transport } from './transport.js';

/** Stands in the clone while it is written: who finds it knows that somebody was killed there. */
const unfinished = 'towpath-unfinished';

/** What isomorphic-git asks of an HTTP client. */
type HttpClient = Parameters<typeof git.fetch>[0]['http'];

/**
 * Brings the newest commit of a branch into the folder and gives its id: a shallow clone at first, and from then on a fetch
 * without `depth` that offers what it has, because with `depth` the server would send the whole snapshot again every time.
 * Asks nobody where the commit that is wanted is already there. `fresh` starts from nothing. Throws ReconcileError.
 */
export async function fetchBranch(
  request: LoadRequest & { readonly remote: HttpRemote },
  transport: Transport,
  options: { readonly signal: AbortSignal; readonly fresh: boolean },
): Promise<string> {
  const { folder, ref, remote, limits } = request;
  const head = options.fresh ? undefined : readWholeHead(folder, ref, limits.packs);
  if (head === request.sha) return head;
  if (head === undefined) await prepare(folder, remote.url);
  const fetchHead = await fetchInto(request, transport, {
    signal: options.signal,
    ...(head === undefined ? { depth: request.depth ?? 1 } : {}),
  });
  // What the next fetch offers. The reference that isomorphic-git keeps of the remote is none that it would offer.
  await git.writeRef({ ...repositoryAt(folder), ref, value: fetchHead, force: true });
  return fetchHead;
}

/**
 * Brings so many commits of the history of the branch into the clone; the server sends the newest snapshot once more with them. What
 * the branch names by now may be another commit than the clone is at: that stays where it is. Throws ReconcileError.
 */
export async function deepenBranch(
  request: LoadRequest & { readonly remote: HttpRemote },
  transport: Transport,
  options: { readonly signal: AbortSignal; readonly depth: number },
): Promise<void> {
  const shallow = `${request.folder}/shallow`;
  const before = await fs.readFile(shallow).catch(() => undefined);
  try {
    await fetchInto(request, transport, options);
  } catch (error) {
    // Written before the commits are: it would say that there is what has not come.
    if (before !== undefined) await atomicFiles.writeFile(shallow, before);
    throw error;
  }
}

async function fetchInto(
  request: LoadRequest & { readonly remote: HttpRemote },
  transport: Transport,
  { signal, depth }: { readonly signal: AbortSignal; readonly depth?: number },
): Promise<string> {
  const { folder, ref, remote } = request;
  await fs.writeFile(`${folder}/${unfinished}`, '');
  try {
    const { fetchHead } = await git.fetch({
      ...repositoryAt(folder),
      http: toHttpClient(transport, request, signal),
      url: remote.url,
      ref,
      remoteRef: ref,
      singleBranch: true,
      tags: false,
      ...(depth === undefined ? {} : { depth }),
    });
    if (fetchHead === null) throw branchMissing(remote.url, ref);
    return fetchHead;
  } catch (error) {
    signal.throwIfAborted();
    throw toReconcileError(error, remote.url, ref);
  } finally {
    await fs.rm(`${folder}/${unfinished}`, { force: true });
  }
}

/**
 * The commit that a fetch may build on; undefined where there is no clone, or none that can be trusted. What is broken is looked
 * for here, because isomorphic-git may not end on it.
 */
function readWholeHead(folder: string, ref: string, mostPacks: number): string | undefined {
  if (!existsSync(`${folder}/${ref}`) || existsSync(`${folder}/${unfinished}`)) return undefined;
  try {
    const store = new ObjectStore(`${folder}/objects`);
    try {
      const head = readFileSync(`${folder}/${ref}`, 'latin1').trim();
      store.read(head, 'commit', 1024 * 1024);
      return store.packs < mostPacks ? head : undefined;
    } finally {
      store.close();
    }
  } catch {
    return undefined;
  }
}

async function prepare(folder: string, url: string): Promise<void> {
  await fs.rm(folder, { recursive: true, force: true });
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  await git.init({ ...repositoryAt(folder), bare: true });
  await git.addRemote({ ...repositoryAt(folder), remote: 'origin', url });
}

/** A worker may be ended at any moment: a file is there whole or not at all. */
const atomicFiles = {
  ...fs,
  async writeFile(path: string, ...rest: unknown[]): Promise<void> {
    const [data, options] = rest as [Parameters<typeof fs.writeFile>[1], Parameters<typeof fs.writeFile>[2]];
    await fs.writeFile(`${path}.new`, data, options);
    await fs.rename(`${path}.new`, path);
  },
};

const repositoryAt = (gitdir: string) => ({ fs: { promises: atomicFiles }, gitdir });

function toHttpClient(transport: Transport, { remote, limits }: LoadRequest, signal: AbortSignal): HttpClient {
  return {
    async request({ url, method, headers, body }) {
      const path = url.slice(remote?.url.length);
      const parts: Uint8Array[] = [];
      for await (const part of body ?? []) parts.push(part);
      const most = path === advertisement ? limits.refsBytes : limits.packBytes;
      const content = parts.length === 0 ? {} : { body: Buffer.concat(parts) };
      const message = { method: method === 'POST' ? method : 'GET', path, headers: headers ?? {}, most, ...content } as const;
      // The whole answer is awaited, so that a broken connection is an error of the fetch and not of a stream nobody listens to.
      const { contentType, chunks } = await transport.exchange(message, signal);
      return {
        url,
        method: message.method,
        statusCode: 200,
        statusMessage: 'OK',
        headers: { 'content-type': contentType },
        body: each(chunks),
      };
    },
  };
}

async function* each(chunks: Uint8Array[]): AsyncIterableIterator<Uint8Array> {
  yield* chunks;
}

function toReconcileError(error: unknown, url: string, ref: string): ReconcileError {
  if (error instanceof ReconcileError) return error;
  if (error instanceof git.Errors.NotFoundError) return branchMissing(url, ref);
  // What isomorphic-git says of a broken answer names positions in buffers, and sometimes parts of it.
  return new ReconcileError('GitCorrupt', `What ${url} sent is not a whole repository.`, { cause: error });
}
