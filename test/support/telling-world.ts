import { noGovernance, type Selector } from '../../controller/core/governance.js';
import type { NotificationEvent } from '../../controller/core/notify/events.js';
import type { ReleaseSourceSpec, SinkSpec, SinkStatus } from '../../controller/core/resources/release-source.js';
import { MemorySink, MemoryTelling } from './memory-telling.js';
import { MemoryWorld } from './memory-world.js';
import { aSink, type WrittenSink } from './sinks/opened.js';

const key = { namespace: 'default', name: 'releases' };

export interface Rule {
  readonly selector?: Selector;
  readonly events?: readonly NotificationEvent[];
  readonly sinks: readonly string[];
}

/** A world in memory whose source has sinks, and whose repository has a policy that leads everything to all of them. */
export class TellingWorld {
  readonly telling: MemoryTelling;
  readonly world: MemoryWorld;

  constructor(sinks: Readonly<Record<string, MemorySink>>) {
    this.telling = new MemoryTelling(sinks);
    this.world = new MemoryWorld(() => this.telling.ports());
  }

  /** The operator configures sinks, and everything else of the source that is given. */
  configure(changes: Readonly<Record<string, Partial<WrittenSink>>>, more: Partial<ReleaseSourceSpec> = {}): void {
    const { sources } = this.world.api;
    const source = sources.get(key);
    if (source === undefined) throw new Error('the world has a source');
    const sinks = Object.entries(changes).map(([name, change]): SinkSpec => aSink({ kind: 'webhook', ...change, name }));
    sources.apply(key, { spec: { ...source.spec, ...more, sinks } });
  }

  /** What the next commits say of who is told. */
  policy(...rules: readonly Rule[]): void {
    const named = rules.map(({ selector = {}, sinks, events }) => ({
      selector,
      sinks: sinks.map((name) => ({ name, file: 'notifications.yaml', line: 7, column: 15 })),
      ...(events === undefined ? {} : { events }),
    }));
    this.world.governance = { ...noGovernance, policies: [{ name: 'everybody', rules: named }] };
  }

  /** What a sink was told: `shop.qa.1 DeploymentStarted`, in order. */
  told(sink: string): string[] {
    return (this.telling.sinks[sink]?.keys ?? []).map((one) => {
      const [, place = '', event = ''] = one.split('/');
      return `${place.replace(/\.\d{8}$/, '')} ${event}`;
    });
  }

  statusOf(sink: string): SinkStatus | undefined {
    return this.world.api.sources.get(key)?.status?.sinks?.find(({ name }) => name === sink);
  }
}

/** One sink that honours keys, told of everything. */
export function aTellingWorld(): TellingWorld {
  const telling = new TellingWorld({ team: new MemorySink('key') });
  telling.configure({ team: {} });
  telling.policy({ sinks: ['team'] });
  return telling;
}
