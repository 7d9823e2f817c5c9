import { noGovernance } from '../../controller/core/governance.js';
import type { NotificationEvent } from '../../controller/core/notify/events.js';
import { MemorySink, MemoryTelling } from './memory-telling.js';
import { MemoryWorld } from './memory-world.js';
import { aSink } from './sinks/opened.js';

export interface Mortal {
  readonly world: MemoryWorld;
  readonly telling: MemoryTelling;
  readonly killed: () => number;
}

/** One of each kind of sink, by what it promises. */
export const mortalSinks = ['keyed', 'looked', 'repeating', 'skipping'];

/** Four kinds of sinks that are told these events, or all; `kills` decides at each effect outside whether the process dies there. */
export function mortal(kills: (effect: number, what: string) => boolean, events?: readonly NotificationEvent[]): Mortal {
  const telling = new MemoryTelling({
    keyed: new MemorySink('key'),
    looked: new MemorySink('lookup'),
    repeating: new MemorySink('none'),
    skipping: new MemorySink('none'),
  });
  const world = new MemoryWorld(() => telling.ports());
  const key = { namespace: 'default', name: 'releases' };
  const source = world.api.sources.get(key);
  if (source === undefined) throw new Error('the world has a source');
  const sinks = mortalSinks.map((name) =>
    aSink({ name, kind: 'webhook', ...(name === 'skipping' ? { whenInDoubt: 'skip' as const } : {}) }),
  );
  world.api.sources.apply(key, { spec: { ...source.spec, sinks } });
  const named = mortalSinks.map((name) => ({ name, file: 'notifications.yaml', line: 7, column: 1 }));
  const rule = { selector: {}, sinks: named, ...(events === undefined ? {} : { events }) };
  world.governance = { ...noGovernance, policies: [{ name: 'everybody', rules: [rule] }] };
  let effects = 0;
  let killed = 0;
  telling.onEffect = (what) => {
    effects += 1;
    if (!kills(effects, what)) return;
    killed += 1;
    world.kill();
  };
  world.start();
  return { world, telling, killed: () => killed };
}
