import { ReconcileError } from '../../controller/core/errors.js';
import type { Json } from '../../controller/core/model.js';
import type { Message } from '../../controller/core/notify/message.js';
import type { NotificationPorts } from '../../controller/reconcile/notification-pass.js';
import type { Delivery, Key, Sink, StoredText } from '../../controller/reconcile/ports.js';

export interface Taken {
  readonly key: string;
  readonly handle: Json | undefined;
}

/** A sink in memory. It takes whatever it is sent, however often; one that honours keys would drop what it has. */
export class MemorySink {
  readonly certainty: Sink['certainty'];
  readonly taken: Taken[] = [];
  /** What it answers instead of taking a message. */
  answer: ((message: Message) => Delivery | undefined) | undefined;
  /** It takes the call and says nothing, for ever. */
  isHung = false;

  constructor(certainty: Sink['certainty']) {
    this.certainty = certainty;
  }

  get keys(): string[] {
    return this.taken.map(({ key }) => key);
  }
}

/** Records and sinks that outlive the process. `onEffect` is called before and after everything that leaves a trace outside; it may kill. */
export class MemoryTelling {
  readonly records = new Map<string, StoredText>();
  readonly sinks: Readonly<Record<string, MemorySink>>;
  onEffect: (what: string) => void = () => undefined;
  readonly results: string[] = [];
  #version = 0;

  constructor(sinks: Readonly<Record<string, MemorySink>>) {
    this.sinks = sinks;
  }

  /** What one life of the process works with. */
  ports(): NotificationPorts {
    return {
      records: {
        read: async (key) => this.records.get(text(key)),
        write: (key, change) => this.#effect(`write ${key.name}`, () => this.#write(key, change)),
        list: async (namespace) =>
          [...this.records]
            .filter(([key]) => key.startsWith(`${namespace}/`))
            .map(([key, stored]): [string, StoredText] => [key.slice(namespace.length + 1), stored]),
        remove: async (key) => void this.records.delete(text(key)),
      },
      sinks: { open: async (_namespace, { name }) => this.#open(name) },
      onResult: (sink, result) => void this.results.push(`${sink} ${result}`),
    };
  }

  #open(name: string): Sink {
    const sink = this.sinks[name];
    if (sink === undefined) throw new ReconcileError('SinkMisconfigured', `sink ${name}: there is none`, { retry: 'never' });
    return {
      certainty: sink.certainty,
      send: (message, handle) => {
        if (sink.isHung) return new Promise(() => undefined);
        return this.#effect(`send ${message.key}`, (): Delivery => {
          const answer = sink.answer?.(message);
          if (answer !== undefined) return answer;
          sink.taken.push({ key: message.key, handle });
          return { state: 'delivered', handle: message.thread };
        });
      },
      find: async (message) =>
        sink.keys.includes(message.key) ? { state: 'found', handle: message.thread } : { state: 'absent' },
    };
  }

  async #effect<T>(what: string, act: () => T): Promise<T> {
    this.onEffect(`before ${what}`);
    await Promise.resolve();
    const result = act();
    this.onEffect(`after ${what}`);
    return result;
  }

  #write(key: Key, { before, text: content }: { readonly before: StoredText | undefined; readonly text: string }): StoredText {
    if (this.records.get(text(key))?.version !== before?.version)
      throw new ReconcileError('Conflict', 'somebody else was faster', { retry: 'now' });
    this.#version += 1;
    const stored = { text: content, version: String(this.#version) };
    this.records.set(text(key), stored);
    return stored;
  }
}

const text = ({ namespace, name }: Key) => `${namespace}/${name}`;
