import { compact } from '../compact.js';
import { formatDuration } from '../duration.js';
import type { ReleasePlace } from '../resources/release.js';
import { fromTime, readableTime, toTime } from '../time.js';
import type { Due, WithdrawnPlan } from './due.js';
import { resolvedTickets } from './due-plans.js';
import type { Message, Surroundings } from './message.js';
import { changesOf, clientOf, linksOf, planOf, type Told } from './parts.js';

/** A release that is planned for a place. */
export function ofPlan({ release, subject }: Due, place: ReleasePlace, around: Surroundings): Told {
  const { product = '', version = '', previous } = release?.spec ?? {};
  const { environment, stage, client } = place;
  const from = fromTime(place.planned) ?? 0;
  const plan = planOf({ product, version, environment }, around);
  const steps = (around.schedule ?? []).filter((step) => step.stage === stage && (step.client ?? client) === client);
  const downtimeMs = (steps.find((step) => step.client === client) ?? steps[0])?.plannedDowntimeMs;
  const number = subject.kind === 'plan' ? subject.told.number : 1;
  return {
    ...commonOf(around),
    // A time may be told again, once it was another or none meanwhile: that is another message.
    key: `${plan}/${toTime(from)}${number === 1 ? '' : `/${number}`}`,
    thread: plan,
    product,
    version,
    previousVersion: previous,
    environment,
    stage,
    client,
    title: `${product} ${version} is planned for ${environment}${clientOf(client)} at ${readableTime(from)}`,
    details: downtimeMs === undefined ? [] : [`planned downtime: ${formatDuration(downtimeMs)}`],
    changes: changesOf(release?.status?.delta),
    tickets: release === undefined ? [] : resolvedTickets(release),
    planned: compact<NonNullable<Message['planned']>>({ from, to: downtimeMs === undefined ? undefined : from + downtimeMs }),
    plan,
  };
}

/** What was planned for a place, and is not any more. Release and environment may be gone: it tells what was told. */
export function ofWithdrawn({ subject }: Due, withdrawn: WithdrawnPlan, around: Surroundings): Told {
  const { product, version, environment, stage, client, tickets } = withdrawn;
  const from = fromTime(withdrawn.planned) ?? 0;
  const plan = planOf({ product, version, environment }, around);
  const number = subject.kind === 'plan' ? subject.told.number : 1;
  return {
    ...commonOf(around),
    key: `${plan}/withdrawn/${number}`,
    thread: plan,
    product,
    version,
    previousVersion: undefined,
    environment,
    stage,
    client,
    title: `${product} ${version} is not planned for ${environment}${clientOf(client)} any more`,
    details: [`it was planned for ${readableTime(from)}`],
    changes: undefined,
    tickets,
    planned: { from },
    plan,
  };
}

/** Nobody and no commit is named: a plan is of the document, whoever wrote it last. */
function commonOf(around: Surroundings) {
  const links = linksOf({ build: undefined, commit: around.commit?.sha }, around);
  return { run: undefined, who: undefined, why: undefined, links, commit: undefined, estimatedEnd: undefined };
}
