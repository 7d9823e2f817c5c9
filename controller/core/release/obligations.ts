import type { Millis } from '../model.js';
import type { ReleaseObligation } from '../resources/release.js';
import { fromTime, toTime } from '../time.js';
import { ownItems, reviews } from './follow-ups.js';
import { lateSignoffs } from './late-signoffs.js';
import { lateVerifications } from './late-verifications.js';
import type { Deployed, ObligationsInput, Owed } from './owed.js';

/** What the path of the release left to be done, once it was deployed: overdue ones first, then open ones by their time, then what was done. */
export function obligationsOf(input: ObligationsInput): ReleaseObligation[] {
  const deployed = input.places.flatMap((place): Deployed[] => {
    const since = fromTime(place.since);
    return since === undefined ? [] : [{ ...place, at: since }];
  });
  const owed = [
    ...lateVerifications(input, deployed),
    ...lateSignoffs(input, deployed),
    ...reviews(input, deployed),
    ...ownItems(input, deployed),
  ];
  const text = remembered(toTime);
  return owed
    .map((one) => settled(one, input.now))
    .sort(compare)
    .map((one) => told(one, text));
}

/** Of many environments most have the same times: each is written out once. */
function remembered(write: (at: Millis) => string): (at: Millis) => string {
  const known = new Map<Millis, string>();
  return (at) => {
    const found = known.get(at) ?? write(at);
    known.set(at, found);
    return found;
  };
}

interface Settled {
  readonly owed: Owed;
  readonly due: Millis | undefined;
  readonly state: ReleaseObligation['state'];
}

function settled(owed: Owed, now: Millis): Settled {
  const due = owed.withinMs === undefined ? undefined : owed.since + owed.withinMs;
  return { owed, due, state: owed.met ? 'met' : due !== undefined && due <= now ? 'overdue' : 'open' };
}

/** There may be hundreds of thousands: written field by field. */
function told({ owed, due, state }: Settled, text: (at: Millis) => string): ReleaseObligation {
  const { id, kind, title, stage, client, environment, owner, since } = owed;
  return {
    id,
    kind,
    title,
    ...(stage === undefined ? {} : { stage }),
    ...(client === undefined ? {} : { client }),
    ...(environment === undefined ? {} : { environment }),
    ...(owner === undefined ? {} : { owner }),
    since: text(since),
    ...(due === undefined ? {} : { due: text(due) }),
    state,
  };
}

const ranks = { overdue: 0, open: 1, met: 2 } as const;

/** Times as they are told, to the second; what is due at no time comes last. */
const second = (due: Millis | undefined): number => (due === undefined ? Number.POSITIVE_INFINITY : Math.floor(due / 1000));

function compare(a: Settled, b: Settled): number {
  if (a.state !== b.state) return ranks[a.state] - ranks[b.state];
  const [first, other] = [second(a.due), second(b.due)];
  if (first !== other) return first < other ? -1 : 1;
  return a.owed.id < b.owed.id ? -1 : a.owed.id > b.owed.id ? 1 : 0;
}
