import { describe, expect, it } from 'vitest';
import type { ReleaseDocument } from '../../controller/core/governance.js';
import { nextDue, type ReleaseInput, releaseStatus } from '../../controller/core/release/status.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ReleaseStatus } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { at } from '../support/facts.js';
import { aDocument, aPath, aPlace, aRelease } from '../support/release-worlds.js';

const old = aDocument({ version: '1.0.0' });
const young = aDocument({ version: '1.2.0', previous: '1.1.0' });

function tell(
  environments: readonly EnvironmentResource[],
  over: Partial<ReleaseInput> & { readonly before?: ReleaseStatus; readonly says?: Partial<ReleaseDocument> } = {},
): ReleaseStatus {
  const { before, says, ...rest } = over;
  const document = aDocument({ previous: '1.0.0', ...says });
  const documents = [old, document, young];
  return releaseStatus({
    now: at('12:00'),
    release: aRelease({ previous: '1.0.0' }, before),
    document,
    product: aPath({ name: 'minor' }),
    governance: { releases: Object.fromEntries(documents.map((one) => [one.version, one])), roles: [], broken: [] },
    verifies: false,
    environments,
    ...rest,
  });
}

const uat = (client: string) => ({ stage: 'uat', client });
const states = ({ stages = [] }: ReleaseStatus) => stages.map(({ environment, state }) => `${environment} ${state}`);

describe('the status of a release', () => {
  it('tells how far it is by stage, and what comes next', () => {
    const status = tell([
      aPlace('qa', { deployed: ['1.1.0', '09:00'] }),
      aPlace('uat-acme', { ...uat('acme'), deployed: ['1.1.0', '10:00'] }),
      aPlace('uat-globex', { ...uat('globex'), deployed: ['1.0.0', '08:00'] }),
      aPlace('production', { deployed: ['1.0.0', '08:00'] }),
    ]);
    expect(status.progress).toBe('qa 1/1, uat 1/2, production 0/1');
    expect(status.open).toBe('still to come: uat 1, production 1');
    expect(status.stages).toEqual([
      { stage: 'qa', environment: 'qa', state: 'verified', since: toTime(at('09:00')) },
      { stage: 'uat', client: 'acme', environment: 'uat-acme', state: 'verified', since: toTime(at('10:00')) },
      { stage: 'uat', client: 'globex', environment: 'uat-globex', state: 'pending' },
      { stage: 'production', environment: 'production', state: 'pending' },
    ]);
  });

  it('tells for what it waits, what goes on and what went wrong', () => {
    const wanted = { version: '1.1.0', settingsDigest: 's', commit: 'c', since: toTime(at('11:00')) };
    const condition = (type: string, reason: string) => ({
      conditions: [
        { type, status: 'True' as const, reason, message: 'm', lastTransitionTime: toTime(at('11:00')), observedGeneration: 1 },
      ],
    });
    const status = tell([
      aPlace('uat-acme', { ...uat('acme'), deployed: ['1.0.0', '08:00'] }, { desired: wanted, waitingFor: 'signoffs' }),
      aPlace('uat-globex', { ...uat('globex') }, { desired: wanted, ...condition('Reconciling', 'Deploying') }),
      aPlace('uat-initech', { ...uat('initech') }, { desired: wanted, ...condition('Stalled', 'DeploymentFailed') }),
    ]);
    expect(states(status)).toEqual(['uat-acme waiting', 'uat-globex deploying', 'uat-initech failed']);
    expect(status.open).toBe('uat initech failed; uat acme waits for signoffs');
    expect(status.stages?.map(({ waitingFor }) => waitingFor)).toEqual(['signoffs', undefined, 'DeploymentFailed']);
    expect(status.conditions).toMatchObject([{ type: 'Complete', status: 'False', reason: 'Open' }]);
  });

  it('counts drift, and a run that failed on top, as not verified any more', () => {
    const observed = { version: '0.9.0', by: 'bob', at: toTime(at('11:30')) };
    const status = tell([aPlace('qa', { deployed: ['1.1.0', '09:00'] }, { observed })]);
    expect(states(status)).toEqual(['qa deployed']);
    expect(status.open).toBe('qa has drifted');
  });

  it('remembers where it was when the environments do not any more', () => {
    const first = tell([aPlace('qa', { deployed: ['1.1.0', '09:00'] })]);
    const replaced = aPlace('qa', { deployed: ['1.2.0', '10:00'] });
    const then = tell([replaced], { before: first });
    const expected = {
      stage: 'qa',
      environment: 'qa',
      state: 'replaced',
      since: toTime(at('09:00')),
      until: toTime(at('10:00')),
    };
    expect(then.stages).toEqual([expected]);
    const later = tell([aPlace('qa', { deployed: ['1.3.0', '11:00'] })], { before: then });
    expect(later.stages).toEqual([expected]);
    expect(later.progress).toBe('qa 1/1');
    expect(later.conditions).toMatchObject([{ type: 'Complete', status: 'True' }]);
  });

  it('is not to come where a later one is, or is asked for', () => {
    const wanted = { version: '1.2.0', settingsDigest: 's', commit: 'c', since: toTime(at('11:00')) };
    const status = tell([
      aPlace('qa', { deployed: ['1.2.0', '09:00'] }),
      aPlace('production', { deployed: ['1.0.0', '08:00'] }, { desired: wanted }),
    ]);
    expect(states(status)).toEqual([]);
  });

  it('says when it is planned to be where, for a client before for all', () => {
    const schedule = [
      { stage: 'uat', planned: at('13:00') },
      { stage: 'uat', client: 'acme', planned: at('14:00') },
    ];
    const places = [aPlace('uat-acme', uat('acme')), aPlace('uat-globex', uat('globex'))].map((one) => ({
      ...one,
      status: {
        observedGeneration: 1,
        recorded: { version: '1.0.0', certain: true, verified: true, since: toTime(at('08:00')) },
      },
    }));
    expect(tell(places, { says: { schedule } }).stages?.map(({ planned }) => planned)).toEqual([
      toTime(at('14:00')),
      toTime(at('13:00')),
    ]);
  });

  it('tells what the document says, and how far its checklist is', () => {
    const item = (id: string, ...found: ('pending' | 'done' | 'not-applicable')[]) => ({
      id,
      kind: 'manual',
      title: id,
      phase: 'pre' as const,
      reversible: true,
      completions: found.map((state) => ({ state })),
    });
    const status = tell([], {
      says: {
        notes: { user: 'https://notes.example/1.1.0' },
        tickets: [{ id: 'SHOP-1', state: 'reopened' }],
        dependencies: { analytics: '>=5.1' },
        announced: at('08:00'),
        checklist: [item('a', 'pending'), item('b', 'done'), item('c', 'not-applicable'), item('d', 'pending', 'done')],
        signoffs: [{ role: 'client', stage: 'production', client: 'acme', by: 'Ada', at: at('09:00'), digest: 'sha256:x' }],
      },
    });
    expect(status).toMatchObject({
      notes: { user: 'https://notes.example/1.1.0' },
      tickets: [{ id: 'SHOP-1', state: 'reopened' }],
      dependencies: [{ product: 'analytics', range: '>=5.1' }],
      announced: toTime(at('08:00')),
      checklist: { open: 1, done: 2, notApplicable: 1 },
      signoffs: [{ role: 'client', stage: 'production', client: 'acme', by: 'Ada', at: toTime(at('09:00')) }],
    });
  });

  it('keeps the delta to the release before from the environment that went that step', () => {
    const delta = { added: 0, removed: 0, upgraded: 1, downgraded: 0, changed: 0, components: [] };
    const wanted = { version: '1.1.0', settingsDigest: 's', commit: 'c', since: toTime(at('11:00')) };
    const first = tell([aPlace('qa', { deployed: ['1.0.0', '08:00'] }, { desired: wanted, delta })]);
    expect(first.delta).toEqual(delta);
    expect(tell([aPlace('qa', { deployed: ['1.1.0', '11:30'] })], { before: first }).delta).toEqual(delta);
  });

  it('lists the first 200 places, those where it is before those where it is to come, and counts all', () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      aPlace(`uat-${String(index).padStart(3, '0')}`, {
        stage: 'uat',
        deployed: [index < 250 ? '1.0.0' : '1.1.0', '08:00'],
      }),
    );
    const status = tell(many);
    expect([status.stages?.length, status.places, status.progress]).toEqual([200, 300, 'uat 50/300']);
    expect(status.stages?.filter(({ state }) => state === 'verified')).toHaveLength(50);
  });

  it('is told for a version without a document by what is recorded and asked for', () => {
    const { document: _, ...input } = {
      ...{ now: at('12:00'), governance: { releases: {}, roles: [], broken: [] }, verifies: false },
      release: aRelease({ documented: false }),
      document: undefined,
    };
    const status = releaseStatus({
      ...input,
      environments: [aPlace('qa', { deployed: ['1.1.0', '09:00'] }), aPlace('uat', { deployed: ['1.0.0', '09:00'] })],
    });
    expect([states(status), status.progress, status.open]).toEqual([['qa verified'], 'qa 1/1, uat 0/1', undefined]);
  });

  it('is the same again when nothing changed, whatever the time', () => {
    const places = [aPlace('qa', { deployed: ['1.1.0', '09:00'] }), aPlace('production', { deployed: ['1.0.0', '08:00'] })];
    const first = tell(places);
    expect(tell(places, { before: first, now: at('13:00') })).toEqual(first);
    expect(nextDue(first)).toBeUndefined();
  });
});
