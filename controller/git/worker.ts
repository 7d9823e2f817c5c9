import { type MessagePort, parentPort } from 'node:worker_threads';
import { toReconcileError } from '../core/errors.js';
import { toFailure } from './failure.js';
import { load, type Memory } from './pass.js';
import type { HostMessage, LoadRequest, WorkerMessage } from './protocol.js';
import { CommitReader } from './reader.js';

/** The entry of a worker: everything about one repository that takes time or memory happens here. */
function serve(port: MessagePort): void {
  const memory: Memory = { identity: '', reader: new CommitReader() };
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

if (parentPort !== null) serve(parentPort);
