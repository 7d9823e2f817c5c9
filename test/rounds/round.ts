import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import { createFaultMaker } from './faults.js';
import { losses, outOfOrder, strangers, whyNotAtRest } from './judge.js';
import { createMoments } from './moments.js';
import { createPerson, type Person, type Settled } from './person.js';
import { nameOf, promotionFiles } from './places.js';
import type { RoundPlan } from './plan.js';
import type { Site } from './site.js';
import { doubles, repetitions } from './witness.js';

/** What git asks for, over all rounds; each promotion takes the next version. */
export interface Desires {
  readonly wanted: Map<string, string>;
  promotions: number;
}

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly seconds: number;
  readonly builds: number;
  /** How often Jenkins itself ran something again. */
  readonly repetitions: number;
  readonly settled: readonly Settled[];
  readonly doubles: readonly string[];
  readonly losses: readonly string[];
}

const restMs = 180_000;
const calmMs = 1_300;
const pollMs = 300;

/** Commits, brings the faults about, waits for rest with a person who answers, and judges. */
export async function playRound(site: Site, plan: RoundPlan, desires: Desires): Promise<RoundResult> {
  const startedAt = performance.now();
  const { effects } = site.jenkins;
  const before = { effects: effects.length, doubles: doubles(effects).length, repetitions: repetitions(effects).length };
  const person = createPerson(site);
  const story = Promise.all([promote(site, plan, desires), strikeAll(site, plan)]);
  const why = await untilRest({ site, person, desires, story });
  await story;
  const seconds = (performance.now() - startedAt) / 1_000;
  const runs = await listRuns(site);
  const odd = site.replicas.flatMap(({ oddEnds }) => oddEnds.splice(0));
  const unexplained = person.settled.filter(({ cause }) => cause === undefined);
  return {
    plan,
    seconds,
    builds: effects.length - before.effects,
    repetitions: repetitions(effects).length - before.repetitions,
    settled: person.settled,
    doubles: doubles(effects).slice(before.doubles),
    losses: [
      ...(why === undefined ? losses(site, runs, desires.wanted) : [`not at rest after ${restMs / 1_000} s: ${why}`]),
      ...strangers(site, runs, before.effects),
      ...outOfOrder(site, runs, before.effects),
      ...unexplained.map(({ name, reason, message }) => `${name} waited for a person for no reason: ${reason}: ${message}`),
      ...odd,
    ],
  };
}

async function promote(site: Site, { promotions }: RoundPlan, desires: Desires): Promise<void> {
  const startedAt = performance.now();
  for (const { afterMs, places, failing } of promotions) {
    await sleep(Math.max(0, startedAt + afterMs - performance.now()), undefined, { signal: site.closing });
    desires.promotions += 1;
    const version = `1.${desires.promotions}.0`;
    for (const name of failing) site.failures.set(name, 1);
    for (const place of places) desires.wanted.set(nameOf(place), version);
    await site.repository.commit({ files: promotionFiles(places, version), message: `Promote ${version}` });
  }
}

async function strikeAll(site: Site, { faults }: RoundPlan): Promise<void> {
  const maker = createFaultMaker(site);
  const moments = createMoments(site);
  try {
    await Promise.all(
      faults.map(async (fault) => {
        await moments.until(fault.moment);
        await maker.strike(fault);
      }),
    );
  } finally {
    moments.close();
  }
}

interface Waiting {
  readonly site: Site;
  readonly person: Person;
  readonly desires: Desires;
  readonly story: Promise<unknown>;
}

/** Until everything has been at rest for a while; else, when the time is over, why it is not. */
async function untilRest({ site, person, desires, story }: Waiting): Promise<string | undefined> {
  let toldAt: number | undefined;
  let calmSince: number | undefined;
  let why: string | undefined = 'the faults go on';
  let isBroken = false;
  story.then(
    () => {
      toldAt = performance.now();
    },
    () => {
      isBroken = true;
    },
  );
  while (!isBroken && (toldAt === undefined || performance.now() - toldAt < restMs)) {
    why = await person
      .look()
      .then(async () => whyNotAtRest(site, await site.api.list('environments'), desires.wanted))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (why !== undefined || toldAt === undefined) calmSince = undefined;
    else calmSince ??= performance.now();
    if (calmSince !== undefined && performance.now() - calmSince >= calmMs) return undefined;
    await sleep(pollMs, undefined, { signal: site.closing });
  }
  return why;
}

async function listRuns({ api }: Site): Promise<DeploymentRunResource[]> {
  return api.list('deploymentruns');
}
