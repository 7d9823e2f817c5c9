import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import type { ChecklistCompletion, ReleaseDocument } from '../../controller/core/governance.js';
import { planOf } from '../../controller/core/jump/plan.js';
import type { EnvironmentStatus } from '../../controller/core/resources/environment.js';
import { aDesired, anEnvironment, someFacts } from '../support/facts.js';
import { anItem, aRelease, chained, doneItem, governed } from '../support/releases.js';

const place = { environment: 'production-acme', stage: 'production', client: 'acme' };

function planned(releases: readonly ReleaseDocument[], from = '2.9.1', to = '2.9.4', where: object = {}) {
  return planOf(governed(releases), { ...place, ...where, version: to }, from);
}

const line = (...over: Parameters<typeof aRelease>[1][]) => chained(...over.map((one, at) => aRelease(`2.9.${at + 1}`, one)));

describe('the plan of a jump', () => {
  it('has the items of all releases in their order, also those of the same name', () => {
    const releases = line(
      { checklist: [anItem('before')] },
      { checklist: [anItem('b'), anItem('rotate')] },
      {},
      { checklist: [anItem('rotate'), anItem('a')] },
    );
    expect(planned(releases).items.map(({ release, id }) => `${release} ${id}`)).toEqual([
      '2.9.2 b',
      '2.9.2 rotate',
      '2.9.4 rotate',
      '2.9.4 a',
    ]);
  });

  it('has the notes in order, each ticket once as it was left, and the migrations', () => {
    const releases = line(
      {},
      {
        notes: { user: 'https://n/2' },
        tickets: [
          { id: 'LB-1', state: 'resolved' },
          { id: 'LB-2', state: 'resolved' },
        ],
      },
      { checklist: [anItem('copy', { kind: 'data-migration', phase: 'during' }), anItem('call')] },
      { notes: { technical: 'https://n/4' }, tickets: [{ id: 'LB-1', state: 'reopened' }] },
    );
    const { notes, tickets, migrations } = planned(releases);
    expect({ notes, tickets, migrations: migrations.map(({ id }) => id) }).toEqual({
      notes: [
        { version: '2.9.2', user: 'https://n/2' },
        { version: '2.9.4', technical: 'https://n/4' },
      ],
      tickets: [
        { id: 'LB-1', state: 'reopened' },
        { id: 'LB-2', state: 'resolved' },
      ],
      migrations: ['copy'],
    });
  });

  it.each<[string, object, string[]]>([
    ['a client', { clients: ['acme'] }, ['item']],
    ['another client', { clients: ['globex'] }, []],
    ['a stage', { stages: ['production', 'uat'] }, ['item']],
    ['another stage', { stages: ['uat'] }, []],
    ['an environment', { environments: ['production-acme'] }, ['item']],
    ['another environment', { environments: ['production-globex'] }, []],
    ['a client, and another stage', { clients: ['acme'], stages: ['uat'] }, []],
  ])('has items for %s', (_, filter, ids) => {
    const { items } = planned(line({}, { checklist: [anItem('item', filter)] }), '2.9.1', '2.9.2');
    expect(items.map(({ id }) => id)).toEqual(ids);
  });

  it('has no items for clients in an environment that belongs to none', () => {
    const known = governed(line({}, { checklist: [anItem('item', { clients: ['acme'] })] }));
    expect(planOf(known, { environment: 'qa', stage: 'qa', version: '2.9.2' }, '2.9.1').items).toEqual([]);
  });

  const everywhere: ChecklistCompletion = { state: 'pending', by: 'everywhere' };
  const stage: ChecklistCompletion = { stage: 'production', state: 'done', by: 'stage' };
  const client: ChecklistCompletion = { client: 'acme', state: 'pending', by: 'client' };
  const both: ChecklistCompletion = { stage: 'production', client: 'acme', state: 'done', by: 'client and stage' };
  const environment: ChecklistCompletion = { environment: 'production-acme', state: 'pending', by: 'environment' };
  const elsewhere: ChecklistCompletion = { environment: 'uat-acme', client: 'acme', state: 'done', by: 'elsewhere' };
  const theirs: ChecklistCompletion = { client: 'globex', stage: 'production', state: 'done', by: 'globex' };

  it.each<[string, ChecklistCompletion[]]>([
    ['everywhere', [everywhere, elsewhere, theirs]],
    ['stage', [stage, everywhere]],
    ['client', [client, everywhere, stage]],
    ['client and stage', [both, client, stage, everywhere]],
    ['environment', [environment, both, client, stage, everywhere, elsewhere]],
  ])('takes the most special word on an item: that for %s', (by, completions) => {
    const { items } = planned(line({}, { checklist: [anItem('item', { completions })] }), '2.9.1', '2.9.2');
    expect(items.map(({ completion }) => completion.by)).toEqual([by]);
  });
});

describe('whether one can go back', () => {
  const drop = (over: object = {}) =>
    doneItem('drop', { kind: 'data-migration', reversible: false, rollback: 'restore the snapshot', ...over });

  it('it can, where every item can be taken back', () => {
    expect(planned(line({ checklist: [drop()] }, { checklist: [anItem('a')] }, {}, {})).reversible).toEqual({
      possible: true,
      to: '2.9.1',
      how: [],
      because: [],
      crossed: [],
    });
  });

  it('only as far as the newest release that cannot be taken back', () => {
    const releases = line({}, { checklist: [drop()] }, { checklist: [anItem('fill', { reversible: false })] }, {});
    expect(planned(releases).reversible).toEqual({
      possible: false,
      to: '2.9.3',
      how: ['drop (2.9.2): restore the snapshot'],
      because: ['drop (2.9.2, data-migration)', 'fill (2.9.3, manual)'],
      crossed: [],
    });
  });

  it('not at all, where the wanted release itself cannot be taken back', () => {
    expect(planned(line({}, {}, {}, { checklist: [drop()] })).reversible).toMatchObject({ possible: false });
    expect(planned(line({}, {}, {}, { checklist: [drop()] })).reversible.to).toBeUndefined();
  });

  it('it can, where what cannot be taken back does not apply', () => {
    const item = drop({ completions: [{ state: 'not-applicable', reason: 'no such data' }] });
    expect(planned(line({}, {}, {}, { checklist: [item] })).reversible.possible).toBe(true);
  });

  it('a way back tells what it crosses: what was done, or ran with the deployment, but nothing that is still to be done', () => {
    const pending = { completions: [{ state: 'pending' as const }] };
    const items = [drop(), drop({ id: 'ran', phase: 'during', ...pending }), drop({ id: 'never', ...pending })];
    const { reversible } = planned(line({}, {}, { checklist: items }), '2.9.3', '2.9.1');
    expect(reversible.crossed.map(({ id }) => id)).toEqual(['drop', 'ran']);
  });
});

describe('what the status tells of a jump', () => {
  const recorded = (version: string) => ({
    version,
    digest: 'sha256:old',
    certain: true,
    verified: true,
    since: '2026-11-20T00:00:00Z',
  });
  const status = (version: string): EnvironmentStatus => ({ observedGeneration: 1, recorded: recorded(version) });
  const releases = line(
    {},
    {
      checklist: [doneItem('a', { reversible: false, rollback: 'restore' }), anItem('b', { phase: 'post' })],
      tickets: [{ id: 'LB-1', state: 'resolved' }],
    },
    { checklist: [anItem('c', { kind: 'index' })], notes: { user: 'https://n/3' } },
  );
  const told = (from: string, over: object = {}) =>
    decide(
      someFacts({
        environment: anEnvironment(status(from)),
        desired: aDesired({ version: '2.9.3' }),
        governance: governed(releases),
        ...over,
      }),
    ).status.jump;

  it('is what it goes over, and whether one can go back', () => {
    expect(told('2.9.1')).toEqual({
      from: '2.9.1',
      to: '2.9.3',
      over: ['2.9.2', '2.9.3'],
      items: { open: 1, done: 1, later: 1 },
      tickets: 1,
      migrations: 1,
      notes: [{ version: '2.9.3', user: 'https://n/3' }],
      reversible: { possible: false, to: '2.9.2', how: ['a (2.9.2): restore'], because: ['a (2.9.2, manual)'] },
    });
  });

  it('is nothing where the wanted version is recorded, or has no releases on its way', () => {
    expect(told('2.9.3')).toBeUndefined();
    expect(told('2.9.1', { governance: governed([]) })).toBeUndefined();
  });

  it('stays while the repository cannot be read', () => {
    const before = told('2.9.1');
    const desired = { version: '2.9.3', settingsDigest: 's', commit: 'c', since: '2026-11-20T00:00:00Z' };
    const known = { ...status('2.9.1'), desired, ...(before === undefined ? {} : { jump: before }) };
    const { desired: _, commit: __, ...unread } = someFacts({ environment: anEnvironment(known), unread: true });
    expect(decide(unread).status.jump).toEqual(before);
  });
});
