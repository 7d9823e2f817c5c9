import type { Millis } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Key, Log, SourceRecords } from './ports.js';
import { toKeyText } from './published.js';
import type { Wanted, WebhookWakes } from './webhook-wakes.js';

/** A Secret as it is now; undefined where there is none. */
type ReadSecret = (namespace: string, name: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>> | undefined>;

export interface WebhookOptions {
  readonly sources: Pick<SourceRecords, 'get'>;
  readonly readSecret: ReadSecret;
  readonly wakes: WebhookWakes;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicNow: () => Millis;
  readonly log: Log;
}

/** A source that takes webhooks, as the endpoint sees it. */
export interface WebhookTarget {
  readonly branch: string;
  secrets(): Promise<readonly string[]>;
  wake(wanted: Wanted): Promise<void>;
}

/** A Secret that is replaced is known after so long; a flood of requests asks the API no more often. */
const cachedMs: Millis = 10_000;
const readDeadlineMs: Millis = 5_000;
/** Each costs a digest of every body. */
const mostSecrets = 10;

interface Cached {
  readonly from: string;
  readonly until: Millis;
  readonly secrets: Promise<readonly string[]>;
}

/** The sources that take webhooks, with the secrets of their hosts. */
export class WebhookTargets {
  readonly #options: WebhookOptions;
  readonly #cached = new Map<string, Cached>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** Undefined where there is no such source, or none that takes webhooks. */
  find(namespace: string, name: string): WebhookTarget | undefined {
    const { sources, wakes } = this.#options;
    const key = { namespace, name };
    const source = sources.get(key);
    if (source?.spec.webhook === undefined) {
      this.#cached.delete(toKeyText(key));
      return undefined;
    }
    return {
      branch: source.spec.git.ref?.branch ?? 'main',
      secrets: () => this.#secretsOf(source),
      wake: (wanted) => wakes.wake(key, wanted),
    };
  }

  #secretsOf({ metadata, spec }: ReleaseSourceResource): Promise<readonly string[]> {
    const { namespace } = metadata;
    const text = toKeyText(metadata);
    const now = this.#options.monotonicNow();
    const secret = spec.webhook?.secretRef.name ?? '';
    const known = this.#cached.get(text);
    if (known !== undefined && known.from === secret && now < known.until) return known.secrets;
    const secrets = this.#read({ namespace, name: secret }, text);
    this.#cached.set(text, { from: secret, until: now + cachedMs, secrets });
    return secrets;
  }

  /** None where they cannot be read: then nobody is let in. */
  async #read({ namespace, name }: Key, source: string): Promise<readonly string[]> {
    const { readSecret, log } = this.#options;
    try {
      const found = await readSecret(namespace, name, AbortSignal.timeout(readDeadlineMs));
      const secrets = Object.values(found ?? {})
        .map((value) => value.trim())
        .filter((value) => value !== '');
      if (secrets.length === 0) log.warn({ source, secret: name }, 'no secret for webhooks');
      return secrets.slice(0, mostSecrets);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ source, secret: name, error: problem }, 'secret for webhooks cannot be read');
      return [];
    }
  }
}
