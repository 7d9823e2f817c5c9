import type { SinkSpec } from '../core/resources/release-source.js';
import type { Exchanging } from './exchange.js';

/** What an adapter gets to work with. */
export interface OpenSink {
  readonly spec: SinkSpec;
  /** The values of its Secret; empty where it has none. */
  readonly secret: Readonly<Record<string, string>>;
  readonly exchanging: Exchanging;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}
