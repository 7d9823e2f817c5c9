import { Value } from '@sinclair/typebox/value';
import type { SinkSpec } from '../../../controller/core/resources/release-source.js';
import { ReleaseSourceSpec } from '../../../controller/core/resources/release-source-spec.js';
import { createSinks } from '../../../controller/notify/sinks.js';
import type { Sink } from '../../../controller/reconcile/ports.js';

export type WrittenSink = Pick<SinkSpec, 'kind'> & Partial<SinkSpec>;

/** A sink as the API server would complete it, with its defaults. */
export function aSink(written: WrittenSink): SinkSpec {
  const type = ReleaseSourceSpec.properties.sinks.items;
  return Value.Default(type, { name: 'team', secretRef: { name: 'team' }, ...written }) as SinkSpec;
}

export interface OpenedSink {
  readonly sink: Sink;
  close(): Promise<void>;
}

/** The real adapter of a sink with that Secret. */
export async function openSink(written: WrittenSink, secret: Readonly<Record<string, string>>): Promise<OpenedSink> {
  const sinks = createSinks({ readSecret: async () => ({ ...secret }), now: Date.now });
  const sink = await sinks.open('default', aSink(written), new AbortController().signal);
  return { sink, close: () => sinks.close() };
}

export const never = new AbortController().signal;
