import type { MessagePort } from 'node:worker_threads';
import { toReconcileError } from '../core/errors.js';
import { toFailure } from './failure.js';
import { load, type Memory } from './pass.js';
import type { HostMessage, LoadRequest, WorkerMessage } from './protocol.js';
import { CommitReader, type Parse } from './reader.js';

/** Answers a host from inside a worker: everything about one repository that takes time or memory happens here. */
export function serve(port: MessagePort, parse: Parse): void {
  const memory: Memory = { identity: '', parse, reader: new CommitReader(parse) };
  const running = new Map<number, AbortController>();

  async function answer(request: LoadRequest): Promise<WorkerMessage> {
    const controller = new AbortController();
    running.set(request.id, controller);
    try {
      return { id: request.id, ...(await load(request, memory, controller.signal)) };
    } catch (error) {
      return { id: request.id, answer: { kind: 'failed', failure: toFailure(toReconcileError(error)) }, received: 0 };
    } finally {
      running.delete(request.id);
    }
  }

  port.on('message', (message: HostMessage) => {
    if (message.type === 'abort') running.get(message.id)?.abort();
    else void answer(message).then((reply) => port.postMessage(reply));
  });
}
