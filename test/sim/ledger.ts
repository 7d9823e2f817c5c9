import type { Millis } from '../../controller/core/model.js';
import type { JobLedger } from './jenkins-state.js';

interface Entry {
  readonly build: number;
  readonly at: Millis;
  end?: string;
}

/** Claims of runs, in a place that outlives Jenkins: made at once or not at all, and never twice for one name. */
export class SimLedger implements JobLedger {
  /** Builds cannot reach it; whether controllers can is another thing. */
  isUnavailable = false;
  /** A Pipeline says NOT_BUILT, a freestyle job can only fail. */
  readonly refusal: string;
  readonly #entries = new Map<string, Entry>();
  readonly #wall: () => Millis;

  constructor(wall: () => Millis, refusal: string) {
    this.#wall = wall;
    this.refusal = refusal;
  }

  get(id: string): Readonly<Entry> | undefined {
    return this.#entries.get(id);
  }

  claim(id: string, build: number): 'granted' | 'taken' | 'unavailable' {
    if (this.isUnavailable) return 'unavailable';
    const known = this.#entries.get(id);
    if (known !== undefined) return known.build === build ? 'granted' : 'taken';
    this.#entries.set(id, { build, at: this.#wall() });
    return 'granted';
  }

  end(id: string, build: number, result: string): boolean {
    const entry = this.#entries.get(id);
    if (this.isUnavailable || entry === undefined || entry.build !== build) return false;
    entry.end = result;
    return true;
  }

  /** As `claim.sh` writes it into a bucket. */
  object(name: string): string | undefined {
    const isEnd = name.endsWith('.end');
    const entry = this.#entries.get(isEnd ? name.slice(0, -'.end'.length) : name);
    if (entry === undefined || (isEnd && entry.end === undefined)) return undefined;
    if (isEnd) return `${JSON.stringify({ result: entry.end })}\n`;
    return `${JSON.stringify({ towpathRun: name, build: entry.build, at: toTime(entry.at), nonce: 'ab' })}\n`;
  }

  /** As `claim.sh` writes it into a ConfigMap. */
  configMap(id: string): { readonly data: Readonly<Record<string, string>> } | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { build, at, end } = entry;
    const data = { towpathRun: id, build: String(build), at: toTime(at), nonce: 'ab' };
    return { data: end === undefined ? data : { ...data, end } };
  }
}

function toTime(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z/, 'Z');
}
