import { compact } from '../compact.js';
import type { EventRecord } from '../events.js';
import type { ReleaseResource, ReleaseStatus } from '../resources/release.js';

const most = 10;

/** What changed between two statuses of a release and is worth an event: each obligation once, when it becomes overdue. */
export function releaseEvents({ metadata, status: before }: ReleaseResource, after: ReleaseStatus): EventRecord[] {
  const known = new Set(before?.obligations?.flatMap(({ id, state }) => (state === 'overdue' ? [id] : [])));
  const { namespace, name, uid } = metadata;
  const regarding = compact<EventRecord['regarding']>({ kind: 'Release', key: { namespace, name }, uid });
  const overdue = (after.obligations ?? []).filter(({ id, state }) => state === 'overdue' && !known.has(id));
  return overdue.slice(0, most).map(({ title, owner, due }) => ({
    regarding,
    type: 'Warning',
    reason: 'ObligationOverdue',
    message: `${title}: ${owner === undefined ? 'it' : `${owner} owes it, and it`} was due at ${due}`,
  }));
}
