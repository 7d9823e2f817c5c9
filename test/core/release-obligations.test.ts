import { describe, expect, it } from 'vitest';
import type { ChecklistItem, ReleaseClass, ReleaseDocument, Role } from '../../controller/core/governance.js';
import { releaseEvents } from '../../controller/core/release/events.js';
import { nextDue, releaseStatus } from '../../controller/core/release/status.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseStatus } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { aStage, at } from '../support/facts.js';
import { aDocument, aPath, aPlace, aRelease } from '../support/release-worlds.js';

const hour = 3_600_000;
const analyst: Role = {
  name: 'quality-analyst',
  aliases: [],
  quorum: 1,
  authorMaySign: true,
  people: [{ name: 'Quinn', emails: ['quinn@example.com'], keys: [] }],
};

const skipsUat: Partial<ReleaseClass> = {
  name: 'hotfix',
  skips: [{ stage: 'uat', owner: 'quality-analyst', withinMs: 2 * hour }],
};

interface World {
  readonly path?: Partial<ReleaseClass>;
  readonly places: readonly EnvironmentResource[];
  readonly says?: Partial<ReleaseDocument>;
  readonly clock?: string;
  readonly before?: ReleaseStatus | undefined;
}

function tell({ path = skipsUat, places, says = {}, clock = '11:00', before }: World): ReleaseStatus {
  const document = aDocument({ class: 'hotfix', previous: '1.0.0', ...says });
  const product = aPath(path);
  const stages = product.stages.map((stage) =>
    stage.name === 'production' ? aStage({ ...stage, signoffs: [{ role: 'quality-analyst' }] }) : stage,
  );
  return releaseStatus({
    now: at(clock),
    release: aRelease({ class: 'hotfix', previous: '1.0.0' }, before),
    document,
    product: { ...product, stages },
    governance: {
      releases: { '1.1.0': document, '1.2.0': aDocument({ version: '1.2.0', previous: '1.1.0' }) },
      roles: [analyst],
      broken: [],
    },
    verifies: false,
    environments: places,
  });
}

const production = (client: string, deployed: readonly [string, string] = ['1.1.0', '10:00']) =>
  aPlace(`production-${client}`, { stage: 'production', client, deployed });
const uat = (client: string, deployed: readonly [string, string]) => aPlace(`uat-${client}`, { stage: 'uat', client, deployed });
const owed = ({ obligations = [] }: ReleaseStatus) => obligations.map(({ id, state }) => `${id} ${state}`);

describe('a stage that the class skips', () => {
  it('is owed, for each client that got the release behind it, with an owner and a time', () => {
    const status = tell({ places: [production('acme'), uat('acme', ['1.0.0', '08:00'])] });
    expect(status.obligations).toEqual([
      {
        id: 'verification/uat/acme',
        kind: 'verification',
        title: 'verify 1.1.0, or a later release, in uat for acme: production did not wait for it',
        stage: 'uat',
        client: 'acme',
        owner: 'quality-analyst',
        since: toTime(at('10:00')),
        due: toTime(at('12:00')),
        state: 'open',
      },
    ]);
    expect(status.open).toBe('1 obligation');
    expect(nextDue(status)).toBe(toTime(at('12:00')));
    expect(status.progress).toBe('uat skipped, production 1/1');
  });

  it('is owed by nobody before the release is behind it', () => {
    expect(owed(tell({ places: [aPlace('qa', { deployed: ['1.1.0', '10:00'] })] }))).toEqual([]);
  });

  it('is owed by nobody where the release was verified there in time', () => {
    expect(owed(tell({ places: [production('acme'), uat('acme', ['1.1.0', '09:00'])] }))).toEqual([]);
  });

  it('is met by a late verification of the same digest, there or in an environment of all clients', () => {
    expect(owed(tell({ places: [production('acme'), uat('acme', ['1.1.0', '10:30'])] }))).toEqual(['verification/uat/acme met']);
    const shared = aPlace('uat', { stage: 'uat', deployed: ['1.1.0', '10:30'] });
    expect(owed(tell({ places: [production('acme'), shared] }))).toEqual(['verification/uat/acme met']);
  });

  it('is not met by another client, by a failed verification, or by another digest of the version', () => {
    const late = uat('acme', ['1.1.0', '10:30']);
    const verified = (over: object) => ({
      ...late,
      status: {
        ...late.status,
        observedGeneration: 1,
        verified: late.status?.verified?.map((one) => ({ ...one, ...over })) ?? [],
      },
    });
    for (const one of [
      uat('globex', ['1.1.0', '10:30']),
      verified({ result: 'Failed' }),
      verified({ releaseDigest: 'sha256:other' }),
    ])
      expect(owed(tell({ places: [production('acme'), one] }))).toEqual(['verification/uat/acme open']);
  });

  it('is met by a later release of the client that is verified after, not by one from before or by an earlier release', () => {
    expect(owed(tell({ places: [production('acme'), uat('acme', ['1.2.0', '10:30'])] }))).toEqual(['verification/uat/acme met']);
    for (const deployed of [['1.2.0', '09:00'] as const, ['1.0.0', '10:30'] as const])
      expect(owed(tell({ places: [production('acme'), uat('acme', deployed)] }))).toEqual(['verification/uat/acme open']);
  });

  it('is overdue at the very moment, with one event, and stays met once it was', () => {
    const places = [production('acme')];
    const open = tell({ places, clock: '11:59' });
    const overdue = tell({ places, clock: '12:00', before: open });
    expect(owed(overdue)).toEqual(['verification/uat/acme overdue']);
    expect(overdue.open).toBe('1 obligation overdue');
    expect(releaseEvents(aRelease({}, open), overdue).map(({ reason, message }) => [reason, message])).toEqual([
      [
        'ObligationOverdue',
        'verify 1.1.0, or a later release, in uat for acme: production did not wait for it: quality-analyst owes it, and it was due at 2026-11-22T12:00:00Z',
      ],
    ]);
    expect(releaseEvents(aRelease({}, overdue), tell({ places, clock: '12:01', before: overdue }))).toEqual([]);
    const met = tell({ places: [...places, uat('acme', ['1.1.0', '12:30'])], clock: '13:00', before: overdue });
    expect(owed(met)).toEqual(['verification/uat/acme met']);
    expect(owed(tell({ places, clock: '13:00', before: met }))).toEqual(['verification/uat/acme met']);
  });

  it('is counted in full, however many are listed', () => {
    const places = Array.from({ length: 300 }, (_, index) => production(`client-${index}`));
    const status = tell({ places });
    expect(status.obligations).toHaveLength(200);
    expect(status.owed).toEqual([{ kind: 'verification', owner: 'quality-analyst', state: 'open', count: 300 }]);
  });
});

describe('a sign-off that the class defers', () => {
  const path: Partial<ReleaseClass> = { name: 'hotfix', defers: [{ role: 'quality-analyst', withinMs: hour }] };
  const brought = { commit: 'd'.repeat(40), author: 'Quinn', email: 'quinn@example.com', time: at('10:30') };
  const signed = (clock: string, digest = 'sha256:1.1.0-here', by = 'Quinn') => ({
    signoffs: [{ role: 'quality-analyst', stage: 'production', client: 'acme', by, at: at(clock), digest, brought }],
  });

  it('is owed in each place that demands it, and met by one that counts', () => {
    const id = 'signoff/quality-analyst/production-acme';
    expect(owed(tell({ path, places: [production('acme')] }))).toEqual([`${id} overdue`]);
    expect(owed(tell({ path, places: [production('acme')], says: signed('10:30') }))).toEqual([`${id} met`]);
  });

  it('is not met by somebody else, or for another digest', () => {
    for (const says of [signed('10:30', undefined, 'Mallory'), signed('10:30', 'sha256:other')])
      expect(owed(tell({ path, places: [production('acme')], says, clock: '10:59' }))).toEqual([
        'signoff/quality-analyst/production-acme open',
      ]);
  });

  it('is owed by nobody where it was given before, or where the stage does not demand it', () => {
    expect(owed(tell({ path, places: [production('acme')], says: signed('09:00') }))).toEqual([]);
    expect(owed(tell({ path, places: [uat('acme', ['1.1.0', '10:00'])] }))).toEqual([]);
  });
});

describe('what follows a release', () => {
  const item = (id: string, over: Partial<ChecklistItem> = {}): ChecklistItem => ({
    id,
    kind: 'manual',
    title: `do ${id}`,
    phase: 'post',
    reversible: true,
    owner: 'operations',
    withinMs: hour,
    completions: [{ state: 'pending' }],
    ...over,
  });
  const path: Partial<ReleaseClass> = {
    name: 'hotfix',
    followUps: [{ id: 'review', title: 'Review the incident', owner: 'release-manager', withinMs: 2 * hour }],
  };

  it('is due once the release is in a last stage, and met by its item of the checklist', () => {
    expect(owed(tell({ path, places: [uat('acme', ['1.1.0', '09:00'])] }))).toEqual([]);
    expect(owed(tell({ path, places: [production('acme'), production('globex')] }))).toEqual(['review/review open']);
    const done = { checklist: [item('review', { completions: [{ state: 'done' }] })] };
    expect(owed(tell({ path, places: [production('acme')], says: done }))).toEqual(['review/review met']);
  });

  it('are the items for after the deployment, in each place that they are for', () => {
    const checklist = [
      item('warm-cache', { stages: ['production'], completions: [{ state: 'pending' }, { client: 'acme', state: 'done' }] }),
      item('before', { phase: 'pre' }),
    ];
    const places = [uat('acme', ['1.1.0', '09:00']), production('acme'), production('globex')];
    const status = tell({ path: { name: 'hotfix' }, places, says: { checklist } });
    expect(owed(status)).toEqual(['checklist/warm-cache/production-globex overdue', 'checklist/warm-cache/production-acme met']);
    expect(status.owed).toEqual([
      { kind: 'checklist', owner: 'operations', state: 'met', count: 1 },
      { kind: 'checklist', owner: 'operations', state: 'overdue', count: 1 },
    ]);
  });

  it('has no time where the item has none', () => {
    const { withinMs: _, ...endless } = item('tidy-up');
    const status = tell({
      path: { name: 'hotfix' },
      places: [production('acme')],
      says: { checklist: [endless] },
      clock: '23:00',
    });
    expect(status.obligations).toMatchObject([{ id: 'checklist/tidy-up/production-acme', state: 'open' }]);
    expect(status.obligations?.[0]?.due).toBeUndefined();
  });
});
