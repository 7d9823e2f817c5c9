import { Worker } from 'node:worker_threads';
import { Board } from './board.js';
import { endedBy } from './failure.js';
import type { GitLimits } from './limits.js';
import type { HostMessage, LoadAnswer, LoadRequest, WorkerMessage } from './protocol.js';
import type { WireRepository } from './wire.js';

/** What asking a worker came to: its answer, or how it ended. `oid`: the blob that it was parsing. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: LoadAnswer; readonly received: number }
  | { readonly kind: 'stuck'; readonly oid: string }
  | { readonly kind: 'crashed'; readonly outOfMemory: boolean; readonly oid?: string; readonly cause?: unknown };

export type Question = Omit<LoadRequest, 'type' | 'id' | 'board' | 'limits'>;

const LOOK_MS = 50;

/** One worker thread for one source. Serves one question at a time; once it has ended, it stays ended. */
export class SourceWorker {
  readonly #worker: Worker;
  readonly #limits: GitLimits;
  readonly #board = new Board();
  #questions = 0;
  #ended = false;
  /** Ended from here: whatever it was parsing is not to blame. */
  #dismissed = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(url: URL, limits: GitLimits) {
    this.#limits = limits;
    this.#worker = new Worker(url, { env: {}, resourceLimits: { maxOldGenerationSizeMb: limits.heapMib }, stdin: false });
    this.#worker.on('exit', () => {
      this.#ended = true;
    });
    // A crash while nothing is asked must not end the process; whoever asks next sees that it has ended.
    this.#worker.on('error', () => {
      this.#ended = true;
    });
    this.#worker.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when nothing is being done, even for somebody who no longer waits. */
  get idle(): Promise<void> {
    return this.#busy;
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#dismissed = true;
    await this.#worker.terminate();
  }

  /** Asks, and rejects at once when the signal aborts; the worker then has `graceMs` to stop. */
  ask(question: Question, signal: AbortSignal): Promise<Outcome> {
    const id = ++this.#questions;
    const outcome = this.#await(id);
    this.#busy = outcome.then(() => {});
    this.#post({ type: 'load', id, board: this.#board.shared, limits: this.#limits, ...question });
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#stop(id);
        reject(endedBy(signal));
      };
      signal.addEventListener('abort', abort, { once: true });
      void outcome.then(resolve).finally(() => signal.removeEventListener('abort', abort));
      if (signal.aborted) abort();
    });
  }

  #post(message: HostMessage): void {
    this.#worker.postMessage(message);
  }

  #stop(id: number): void {
    this.#post({ type: 'abort', id });
    const timer = setTimeout(() => void this.end(), this.#limits.graceMs);
    timer.unref();
    void this.#busy.then(() => clearTimeout(timer));
  }

  #await(id: number): Promise<Outcome> {
    return new Promise((resolve) => {
      let stuck: string | undefined;
      const environments: WireRepository['environments'][number][] = [];
      let failure: NodeJS.ErrnoException | undefined;
      const stopWatching = this.#watch((oid) => {
        stuck = oid;
        void this.end();
      });
      const settle = (outcome: Outcome) => {
        stopWatching();
        this.#worker.off('message', answered).off('error', broken).off('exit', ended);
        resolve(outcome);
      };
      const answered = (message: WorkerMessage) => {
        if (message.id !== id) return;
        if (message.type === 'part') environments.push(...message.environments);
        else settle({ kind: 'answered', answer: complete(message.answer, environments), received: message.received });
      };
      const broken = (error: NodeJS.ErrnoException) => {
        failure = error;
      };
      const ended = () => {
        if (stuck !== undefined) return settle({ kind: 'stuck', oid: stuck });
        const parsing = this.#dismissed ? undefined : this.#board.read();
        const outOfMemory = failure?.code === 'ERR_WORKER_OUT_OF_MEMORY';
        settle({ kind: 'crashed', outOfMemory, cause: failure, ...(parsing === undefined ? {} : { oid: parsing.oid }) });
      };
      this.#worker.on('message', answered).on('error', broken).on('exit', ended);
    });
  }

  /** Looks at the board. Looks are counted, not clock time: a process that was stopped for a while blames no document for it. */
  #watch(report: (oid: string) => void): () => void {
    let count = 0;
    let looks = 0;
    const timer = setInterval(() => {
      const parsing = this.#board.read();
      looks = parsing?.count === count ? looks + 1 : 0;
      count = parsing?.count ?? 0;
      if (parsing !== undefined && looks * LOOK_MS >= this.#limits.parseMs) {
        clearInterval(timer);
        report(parsing.oid);
      }
    }, LOOK_MS);
    return () => clearInterval(timer);
  }
}

function complete(answer: LoadAnswer, environments: WireRepository['environments']): LoadAnswer {
  return answer.kind === 'loaded' ? { ...answer, repository: { ...answer.repository, environments } } : answer;
}
