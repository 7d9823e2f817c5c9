import { compact } from '../compact.js';
import type { Findings } from '../findings.js';
import type { JumpStatus } from '../resources/environment.js';
import { isSettled } from './items.js';
import { type JumpPlan, planOf } from './plan.js';
import type { ReversibleVerdict } from './reversible.js';

const shownVersions = 50;
const shownNotes = 20;
const shownReasons = 10;

/**
 * What people are told before a promotion: what it goes over, what it brings and demands, and whether one can go back. Only while
 * something else is wanted than is recorded; while the documents cannot be read, what was told of the same way stays.
 */
export function jumpStatus({
  facts,
  desired,
  recorded,
}: Pick<Findings, 'facts' | 'desired' | 'recorded'>): JumpStatus | undefined {
  if (desired === undefined || desired.version === recorded?.version) return undefined;
  const before = facts.environment.status?.jump;
  if (facts.desired === undefined)
    return before?.to === desired.version && before.from === recorded?.version ? before : undefined;
  const found = planOf(facts.governance, facts.desired, recorded?.version);
  const { over, undone } = found.jump;
  return over.length + undone.length === 0 ? undefined : toStatus(found);
}

function toStatus({ jump, items, notes, tickets, migrations, reversible }: JumpPlan): JumpStatus {
  const pre = items.filter(({ phase }) => phase === 'pre');
  const open = pre.filter((item) => !isSettled(item)).length;
  const versions = (releases: typeof jump.over) => releases.slice(0, shownVersions).map(({ version }) => version);
  return compact<JumpStatus>({
    from: jump.from,
    to: jump.to,
    over: versions(jump.over),
    undone: jump.undone.length === 0 ? undefined : versions(jump.undone),
    gap: jump.gap,
    items: { open, done: pre.length - open, later: items.length - pre.length },
    tickets: tickets.length,
    migrations: migrations.length,
    notes: notes.length === 0 ? undefined : notes.slice(0, shownNotes),
    reversible: jump.from === undefined ? undefined : toReversible(reversible),
  });
}

function toReversible({ possible, to, how, because, crossed }: ReversibleVerdict): JumpStatus['reversible'] {
  const some = (texts: readonly string[]) => (texts.length === 0 ? undefined : texts.slice(0, shownReasons));
  return compact<NonNullable<JumpStatus['reversible']>>({
    possible,
    to,
    how: some(how),
    because: some(because),
    crosses: some(crossed.map(({ id, release, kind }) => `${id} (${release}, ${kind})`)),
  });
}
