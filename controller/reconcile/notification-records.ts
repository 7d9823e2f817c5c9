import type { Millis } from '../core/model.js';
import { type LaneRecord, nothingTold, openPlans, parseRecord } from '../core/notify/record.js';
import { type Beginnings, noBeginnings } from '../core/notify/routes.js';
import type { Key, Log, StoredText, TextRecords } from './ports.js';
import { fromKeyText, toKeyText } from './published.js';

/** What is durable of the outbox, as it was last read or written by this process. All of it may be lost and is read again. */
export class NotificationRecords {
  readonly #records: TextRecords;
  readonly #log: Log;
  readonly #stored = new Map<string, { readonly stored: StoredText | undefined; readonly record: LaneRecord }>();
  readonly #loaded = new Set<string>();
  readonly #beginnings = new Map<string, { readonly stored: StoredText | undefined; readonly beginnings: Beginnings }>();

  constructor(records: TextRecords, log: Log) {
    this.#records = records;
    this.#log = log;
  }

  /** What is known without asking; undefined where there was no record, or it was written by somebody else since. */
  known(key: Key): LaneRecord | undefined {
    return this.#stored.get(toKeyText(key))?.record;
  }

  /** Reads all of a namespace once: after that what is not known is not there. */
  async load(namespace: string, signal: AbortSignal): Promise<void> {
    if (this.#loaded.has(namespace)) return;
    for (const [name, stored] of await this.#records.list(namespace, signal)) this.#keep({ namespace, name }, stored);
    this.#loaded.add(namespace);
  }

  #keep(key: Key, stored: StoredText | undefined): LaneRecord {
    if (!isRecordName(key.name)) return nothingTold;
    const parsed = stored === undefined ? nothingTold : parseRecord(stored.text);
    if (parsed === undefined && !key.name.startsWith(beginningsPrefix))
      this.#log.warn({ record: toKeyText(key) }, 'unreadable record of notifications');
    const record = parsed ?? nothingTold;
    this.#stored.set(toKeyText(key), { stored, record });
    return record;
  }

  /** The products that a sink of a source was told plans of which may still have to be taken back. */
  planned(namespace: string, source: string, sink: string): string[] {
    return [...this.#stored].flatMap(([text, { record }]) => {
      const key = fromKeyText(text);
      const [product, told] = placeOfRecord(key.name);
      return key.namespace === namespace && told === sink && openPlans(record).some((plan) => plan.source === source)
        ? [product]
        : [];
    });
  }

  async read(key: Key, signal: AbortSignal): Promise<LaneRecord> {
    const known = this.#stored.get(toKeyText(key));
    if (known !== undefined) return known.record;
    return this.#keep(key, await this.#records.read(key, signal));
  }

  /** Durable when it returns. After anything else the record is read anew. */
  async write(key: Key, record: LaneRecord, signal: AbortSignal): Promise<LaneRecord> {
    const text = toKeyText(key);
    const before = this.#stored.get(text)?.stored;
    this.#stored.delete(text);
    const stored = await this.#records.write(key, { before, text: JSON.stringify(record) }, signal);
    this.#stored.set(text, { stored, record });
    return record;
  }

  /** Since when the sinks and rules of a source count: what `change` gives is durable when it returns. */
  async begin(key: Key, change: (known: Beginnings) => Beginnings, signal: AbortSignal): Promise<Beginnings> {
    const text = toKeyText(key);
    const known = this.#beginnings.get(text) ?? (await this.#readBeginnings(key, signal));
    const beginnings = change(known.beginnings);
    if (beginnings === known.beginnings) {
      this.#beginnings.set(text, known);
      return beginnings;
    }
    this.#beginnings.delete(text);
    const stored = await this.#records.write(key, { before: known.stored, text: JSON.stringify(beginnings) }, signal);
    this.#beginnings.set(text, { stored, beginnings });
    return beginnings;
  }

  async #readBeginnings(key: Key, signal: AbortSignal) {
    const stored = await this.#records.read(key, signal);
    try {
      const beginnings = stored === undefined ? noBeginnings : { ...noBeginnings, ...(JSON.parse(stored.text) as Beginnings) };
      return { stored, beginnings };
    } catch {
      return { stored, beginnings: noBeginnings };
    }
  }

  /** Removes the records of a namespace that are not wanted. */
  async prune(namespace: string, isWanted: (name: string, record: LaneRecord) => boolean, signal: AbortSignal): Promise<void> {
    for (const [name, { text }] of await this.#records.list(namespace, signal)) {
      if (isWanted(name, parseRecord(text) ?? nothingTold)) continue;
      this.#stored.delete(toKeyText({ namespace, name }));
      await this.#records.remove({ namespace, name }, signal);
    }
  }
}

/** Where the record of one place and sink stands: `product.environment` or, for releases, `product`. */
export const recordName = (place: string, sink: string): string => `${recordPrefix}${place}.${sink}`;
/** The place and the sink of a record, by its name. */
export function placeOfRecord(name: string): [place: string, sink: string] {
  const at = name.lastIndexOf('.');
  return [name.slice(recordPrefix.length, at), name.slice(at + 1)];
}
export const beginningsName = (source: string): string => `${beginningsPrefix}${source}`;
export const isRecordName = (name: string): boolean => name.startsWith(recordPrefix) || name.startsWith(beginningsPrefix);

const recordPrefix = 'towpath-told-';
const beginningsPrefix = 'towpath-sinks-';

/** How long a request of a process that was killed may still be on its way. */
export const settleMs: Millis = 5_000;
