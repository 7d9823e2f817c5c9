import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { toReconcileError } from '../core/errors.js';
import { toFailure } from './failure.js';
import { Origins } from './history/origins.js';
import { type Loaded, load, type Memory } from './pass.js';
import type { HostMessage, LoadAnswer, LoadRequest, WorkerMessage } from './protocol.js';
import { CommitReader, type Parse } from './reader.js';
import { packRepository, type Sent } from './wire.js';

const PART = 500;
const PAUSE_MS = 2;

/** Answers a host from inside a worker: everything about one repository that takes time or memory happens here. */
export function serve(port: MessagePort, parse: Parse): void {
  const memory: Memory = { identity: '', parse, reader: new CommitReader(parse), origins: new Origins(parse) };
  const running = new Map<number, AbortController>();
  let last: { readonly token: string; readonly sent: Sent } = { token: '', sent: new Map() };
  const post = (message: WorkerMessage) => port.postMessage(message);

  async function send(id: number, base: string | undefined, { commit, repository }: Loaded): Promise<LoadAnswer> {
    const { wire, sent } = packRepository(repository, base === last.token ? last.sent : new Map());
    last = { token: randomUUID(), sent };
    for (let start = 0; start < wire.environments.length; start += PART) {
      const environments = wire.environments.slice(start, start + PART);
      post({ type: 'part', id, environments });
      if (environments.some((each) => typeof each !== 'number')) await pause(PAUSE_MS);
    }
    return { kind: 'loaded', commit, repository: { ...wire, environments: [] }, token: last.token };
  }

  async function answer(request: LoadRequest): Promise<void> {
    const { id, base } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const { loaded, received } = await load(request, memory, controller.signal);
      post({ type: 'answer', id, answer: await send(id, base, loaded), received });
    } catch (error) {
      post({ type: 'answer', id, answer: { kind: 'failed', failure: toFailure(toReconcileError(error)) }, received: 0 });
    } finally {
      running.delete(id);
    }
  }

  port.on('message', (message: HostMessage) => {
    if (message.type === 'abort') running.get(message.id)?.abort();
    else void answer(message);
  });
}
