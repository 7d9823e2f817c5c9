import { ReconcileError } from '../core/errors.js';
import type { Commit, ReleaseRepository } from '../core/model.js';
import { failed } from './failure.js';
import { deepenBranch, fetchBranch } from './fetch.js';
import { Origins, type Tracing } from './history/origins.js';
import { ObjectError } from './object-error.js';
import type { LoadRequest } from './protocol.js';
import { CommitReader, type Parse } from './reader.js';
import { verifyHead } from './signatures/head.js';
import { type HttpRemote, Transport } from './transport.js';

/** What a worker remembers of its repository from one pass to the next. */
export interface Memory {
  identity: string;
  readonly parse: Parse;
  reader: CommitReader;
  origins: Origins;
}

/** What a pass found. */
export interface Loaded {
  readonly commit: Commit;
  readonly repository: ReleaseRepository;
}

/** One pass: fetch where the repository is elsewhere, then read and load. Throws ReconcileError. */
export async function load(
  request: LoadRequest,
  memory: Memory,
  signal: AbortSignal,
): Promise<{ loaded: Loaded; received: number }> {
  if (memory.identity !== request.identity) {
    memory.identity = request.identity;
    memory.reader = new CommitReader(memory.parse);
    memory.origins = new Origins(memory.parse);
  }
  const { remote } = request;
  if (remote === undefined) return { loaded: await readLocal(request, memory, signal), received: 0 };
  const transport = new Transport(remote, request.limits);
  try {
    const loaded = await fetchAndRead({ ...request, remote }, { memory, transport, signal });
    return { loaded, received: transport.received };
  } finally {
    await transport.close();
  }
}

interface Fetching {
  readonly memory: Memory;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

async function readLocal(request: LoadRequest, memory: Memory, signal: AbortSignal): Promise<Loaded> {
  try {
    return await readCommit(memory, { request, signal });
  } catch (error) {
    throw explain(error, request.folder);
  }
}

/** A repository that turns out to be broken on disk is cloned once more; what is broken then is broken at its origin. */
async function fetchAndRead(
  request: LoadRequest & { remote: HttpRemote },
  { memory, transport, signal }: Fetching,
): Promise<Loaded> {
  for (let fresh = false; ; fresh = true) {
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]);
      const sha = await fetchBranch(request, transport, { signal: deadline, fresh });
      const deepen = (depth: number) =>
        deepenBranch(request, transport, { signal: AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]), depth });
      return await readCommit(memory, { request: { ...request, sha }, signal, deepen });
    } catch (error) {
      signal.throwIfAborted();
      const reason = explain(error, request.remote.url);
      if (fresh || reason.reason !== 'GitCorrupt') throw reason;
      memory.reader = new CommitReader(memory.parse);
    }
  }
}

async function readCommit(memory: Memory, tracing: Tracing): Promise<Loaded> {
  const { request, signal } = tracing;
  await verifyHead(request);
  const read = await memory.reader.read(request, `${request.folder}/objects`, signal);
  if (read === undefined) throw failed('GitPathMissing', `Commit ${request.sha.slice(0, 12)} has no folder ${request.path}.`);
  return { commit: read.commit, repository: await memory.origins.addTo(read.repository, read.files, tracing) };
}

function explain(error: unknown, url: string): ReconcileError {
  if (error instanceof ReconcileError) return error;
  if (error instanceof ObjectError) {
    if (error.kind === 'too-large') return failed('GitTooLarge', `The repository ${url} is too large: ${error.message}.`);
    return new ReconcileError('GitCorrupt', `The repository ${url} is damaged: ${error.message}.`, { cause: error });
  }
  if (error instanceof Error && error.name === 'TimeoutError') return failed('GitTimeout', `${url} was not fetched in time.`);
  return new ReconcileError('GitReadFailed', `The repository ${url} cannot be read.`, { cause: error });
}
