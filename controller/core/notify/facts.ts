import { readableTime } from '../time.js';
import type { Message } from './message.js';

/** What a message tells beside its title, as label and value: every sink shows the same. */
export function factsOf(message: Message): readonly (readonly [label: string, value: string])[] {
  const { product, version, previousVersion, environment, stage, client, changes, who, why, run, tickets, at } = message;
  const from = previousVersion === undefined ? '' : ` (was ${previousVersion})`;
  const place = [environment, stage === environment ? undefined : stage, client].filter((one) => one !== undefined).join(', ');
  const facts: [string, string | undefined][] = [
    ['Release', `${product}${version === undefined ? '' : ` ${version}`}${from}`],
    ['Environment', place === '' ? undefined : place],
    ['Changes', changes?.summary],
    ['By', who],
    ['Why', why],
    ['Tickets', tickets.length === 0 ? undefined : listed(tickets)],
    ['Run', run],
    ['At', readableTime(at)],
  ];
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const]));
}

const shown = 20;

function listed(items: readonly string[]): string {
  const more = items.length - shown;
  return more > 0 ? `${items.slice(0, shown).join(', ')} and ${more} more` : items.join(', ');
}

/** The lines below that: components and what is the matter. */
export function linesOf({ changes, details }: Message): readonly string[] {
  return [...details, ...(changes?.components ?? [])];
}
