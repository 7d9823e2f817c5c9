import { describe, expect, it } from 'vitest';
import type { PlanView } from '../../controller/core/notify/due-plans.js';
import { dueOfReleases as dueWith } from '../../controller/core/notify/due-releases.js';
import {
  type LaneRecord,
  nothingTold,
  type PlanRecord,
  withTelling,
  withTold,
  withUntold,
} from '../../controller/core/notify/record.js';
import type { DeploymentRunResource, DeploymentRunStatus } from '../../controller/core/resources/deployment-run.js';
import type { ReleaseResource, ReleaseStatus } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { aRun, at } from '../support/facts.js';

const everything = { routes: [{ selector: {}, since: 0 }], now: at('12:00') };

/** Nothing was deployed, and git plans what the releases tell. */
const dueOfReleases = (
  releases: readonly ReleaseResource[],
  record: LaneRecord,
  looking: typeof everything,
  view: Partial<PlanView> = {},
) => {
  const isPlanned = () => false;
  const plans: PlanView = { product: 'shop', source: 'releases', releases, runsIn: () => [], isPlanned, ...view };
  return dueWith(releases, record, { ...looking, plans });
};

describe('what is due of plans', () => {
  const aRelease = (version: string, status: Partial<ReleaseStatus>): ReleaseResource => ({
    metadata: { name: `shop.${version}`, namespace: 'default', uid: 'r1' },
    spec: { product: 'shop', version, documented: true, source: 'releases' },
    status: { observedGeneration: 1, ...status },
  });
  const planned = (times: Readonly<Record<string, string>>): Partial<ReleaseStatus> => ({
    stages: Object.entries(times).map(([environment, time]) => {
      return { stage: 'production', client: environment, environment, state: 'pending', planned: toTime(at(time)) };
    }),
  });

  const plan = '2.0.0/acme';
  const told: PlanRecord = {
    state: 'told',
    number: 1,
    at: toTime(at('12:00')),
    planned: toTime(at('13:00')),
    until: toTime(at('13:00')),
    source: 'releases',
    stage: 'production',
    client: 'acme',
  };
  const knowing = (over: Partial<PlanRecord> = {}): LaneRecord => ({ ...nothingTold, plans: { [plan]: { ...told, ...over } } });
  const planning = (time: string) => [aRelease('2.0.0', planned({ acme: time }))];
  const unplanned = [aRelease('2.0.0', { stages: [{ stage: 'production', environment: 'acme', state: 'pending' }] })];
  /** A run of the plan, and when it ended. */
  const deployed = (clock: string, status: Partial<DeploymentRunStatus> = {}) =>
    aRun({ at: at(clock), spec: { version: '2.0.0', environment: 'acme' }, status });
  const later = { ...everything, now: at('12:30') };
  const withdrawnBy = (record: LaneRecord, releases = unplanned, view: Partial<PlanView> = {}, looking = later) =>
    dueOfReleases(releases, record, looking, view).due.map(({ event, isSilent }) => (isSilent ? 'silence' : event));

  it('is what is planned and ahead, once for each place and time, and again when the plan changes', () => {
    const releases = [aRelease('2.0.0', planned({ acme: '13:00', beta: '11:00' }))];
    const [due, ...others] = dueOfReleases(releases, nothingTold, everything).due;
    expect([due?.event, due?.place?.environment, others]).toEqual(['DeploymentPlanned', 'acme', []]);
    const record = due === undefined ? nothingTold : withTold(nothingTold, due.subject);
    expect(record).toEqual(knowing());
    expect(dueOfReleases(releases, record, everything).due).toEqual([]);
    const moved = dueOfReleases(planning('14:00'), record, later).due;
    const telling = {
      ...told,
      state: 'telling',
      number: 2,
      at: toTime(at('12:30')),
      planned: toTime(at('14:00')),
      until: toTime(at('14:00')),
    };
    expect(moved.map(({ event, subject }) => [event, subject])).toEqual([
      ['DeploymentPlanned', { kind: 'plan', plan, telling, told: { ...telling, state: 'told' } }],
    ]);
  });

  it('is that a plan was withdrawn, once, to whom it was told, and that it was made again', () => {
    const [due, ...others] = dueOfReleases(unplanned, knowing(), later).due;
    expect([due?.event, due?.withdrawn, others]).toEqual([
      'PlanWithdrawn',
      {
        product: 'shop',
        version: '2.0.0',
        environment: 'acme',
        stage: 'production',
        client: 'acme',
        planned: toTime(at('13:00')),
        tickets: [],
      },
      [],
    ]);
    const record = due === undefined ? nothingTold : withTold(knowing(), due.subject);
    const { planned: _, ...rest } = told;
    expect(record.plans).toEqual({ [plan]: { ...rest, state: 'over', number: 2, at: toTime(at('12:30')) } });
    expect(withdrawnBy(record)).toEqual([]);
    expect(withdrawnBy(nothingTold)).toEqual([]);
    const [again] = dueOfReleases(planning('13:00'), record, later).due;
    expect([again?.event, again?.subject]).toMatchObject(['DeploymentPlanned', { telling: { number: 3 } }]);
  });

  it('is no withdrawal while the plan stands, however late, in the release or in git, or while nobody can say', () => {
    const nextDay = { ...everything, now: at('13:00') + 20 * 3_600_000 };
    expect(withdrawnBy(knowing(), planning('13:00'), {}, nextDay)).toEqual([]);
    expect(withdrawnBy(knowing(), planning('11:00'))).toEqual([]);
    for (const answer of [true, undefined]) expect(withdrawnBy(knowing(), [], { isPlanned: () => answer })).toEqual([]);
    expect(withdrawnBy(knowing(), [], { releases: planning('13:00') })).toEqual([]);
    expect(withdrawnBy(knowing({ source: 'another' }))).toEqual([]);
    expect(withdrawnBy(knowing(), [], {}, nextDay)).toEqual(['PlanWithdrawn']);
  });

  it('is no withdrawal of what has begun, which is remembered in silence; an older build was not of the plan', () => {
    const seen = (...runs: readonly DeploymentRunResource[]) => withdrawnBy(knowing(), unplanned, { runsIn: () => runs });
    const succeeded = (clock: string) => deployed(clock, { timestamps: { Succeeded: toTime(at(clock)) } });
    expect([seen(succeeded('12:10')), seen(succeeded('11:50'))]).toEqual([['silence'], ['PlanWithdrawn']]);
    const run = { at: at('12:10'), spec: { version: '2.0.0', environment: 'acme' } };
    expect([seen(aRun({ ...run, phase: 'Running' })), seen(aRun({ ...run, phase: 'Pending' }))]).toEqual([['silence'], []]);
    const [due] = dueOfReleases(unplanned, knowing(), later, { runsIn: () => [aRun({ ...run, phase: 'Running' })] }).due;
    const record = due === undefined ? nothingTold : withTold(knowing(), due.subject);
    expect([record.plans?.[plan]?.state, withdrawnBy(record)]).toEqual(['over', []]);
    const goesOn = aRun({ at: at('11:40'), phase: 'Running', spec: { version: '2.0.0', environment: 'acme' } });
    expect(withdrawnBy(nothingTold, planning('13:00'), { runsIn: () => [goesOn] })).toEqual([]);
    // Another attempt at the same time is no other plan.
    expect(withdrawnBy(record, planning('13:00'))).toEqual([]);
  });

  it('is a withdrawal of what may have been told, not of what never was, and a plan anew of what may have been withdrawn', () => {
    const [due] = dueOfReleases(planning('13:00'), nothingTold, everything).due;
    if (due === undefined) throw new Error('nothing is due');
    const maybe = withTelling(nothingTold, due.subject);
    const [again] = dueOfReleases(planning('13:00'), maybe, later).due;
    expect(again?.subject).toMatchObject({ telling: { number: 1 } });
    expect(dueOfReleases(unplanned, maybe, later).due).toMatchObject([{ event: 'PlanWithdrawn', follows: at('12:00') }]);
    expect(withdrawnBy(withUntold(nothingTold, due.subject))).toEqual([]);
    const [withdrawal] = dueOfReleases(unplanned, knowing(), later).due;
    const perhaps = withdrawal === undefined ? nothingTold : withTelling(knowing(), withdrawal.subject);
    expect(dueOfReleases(unplanned, perhaps, later).due[0]?.subject).toMatchObject({ telling: { number: 2 } });
    expect(dueOfReleases(planning('13:00'), perhaps, later).due).toMatchObject([
      { event: 'DeploymentPlanned', follows: at('12:30'), subject: { telling: { number: 3 } } },
    ]);
  });

  it('forgets a plan that is over once its time is past, and one that nobody is to be told of a day later', () => {
    const nobody = { ...everything, routes: [] };
    const left = (record: LaneRecord, now: number, releases = unplanned) =>
      Object.keys(dueOfReleases(releases, record, { ...nobody, now }).record.plans ?? {}).length;
    expect([left(knowing({ state: 'over' }), at('12:59')), left(knowing({ state: 'over' }), at('13:00'))]).toEqual([1, 0]);
    const day = 24 * 3_600_000;
    expect([left(knowing(), at('13:00') + day - 1), left(knowing(), at('13:00') + day)]).toEqual([1, 0]);
    expect(left(knowing(), at('13:00') + day, planning('13:00'))).toBe(1);
  });
});
