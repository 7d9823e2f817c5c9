import { describe, expect, it } from 'vitest';
import { settingsDigest } from '../../controller/core/digest.js';
import { hasChanges } from '../../controller/core/plan/plan.js';
import { planChanges } from '../../controller/core/plan/plan-changes.js';
import { load } from './documents-fixture.js';
import { config, context, freeze, only, planOf, productText, release, version, withFiles, world } from './plan-fixture.js';

const acmeDigest = settingsDigest({ url: 'https://acme.example' });

describe('a plan', () => {
  it('says all that a jump over a release brings, holds and cannot take back', () => {
    const plan = planOf({ 'acme/version.yaml': version('acme', '2.9.4', 'reason: Sprint 41') });
    const { from, to, ...rest } = only(plan);
    expect(rest).toEqual({
      product: 'shop',
      environment: 'acme',
      change: 'changed',
      deploys: true,
      settings: [],
      findings: [],
      gates: [
        {
          name: 'order',
          state: 'Unknown',
          reason: 'NotVerifiedUpstream',
          message: '2.9.4 has to be verified first in uat, of acme or of all clients',
        },
        {
          name: 'checklist',
          state: 'Blocked',
          reason: 'ChecklistOpen',
          message: '1 of 2 items open: callback (2.9.4, cognito-app)',
          who: 'operations, by a commit that says that it is done',
        },
      ],
      waitingFor: 'checklist',
      jump: {
        direction: 'forward',
        over: ['2.9.3', '2.9.4'],
        undone: [],
        items: [
          {
            id: 'rotate',
            release: '2.9.3',
            kind: 'secret',
            title: 'Rotate the secret',
            phase: 'pre',
            state: 'done',
            reversible: true,
          },
          {
            id: 'drop',
            release: '2.9.3',
            kind: 'data-migration',
            title: 'Drop the table',
            phase: 'during',
            state: 'pending',
            reversible: false,
          },
          {
            ...{
              id: 'callback',
              release: '2.9.4',
              kind: 'cognito-app',
              title: 'Allow the address',
              phase: 'pre',
              state: 'pending',
            },
            owner: 'operations',
            reversible: true,
          },
        ],
        notes: [{ version: '2.9.3', user: 'https://notes.example/2.9.3' }],
        tickets: [
          { id: 'SH-1', state: 'reopened' },
          { id: 'SH-2', state: 'resolved' },
        ],
      },
      reversible: {
        possible: false,
        to: '2.9.3',
        because: ['drop (2.9.3, data-migration)'],
        how: ['drop (2.9.3): Restore the snapshot'],
        crosses: [],
      },
    });
    expect(from).toMatchObject({ version: '2.9.2', stage: 'production', client: 'acme', settingsDigest: acmeDigest });
    expect(to).toMatchObject({ version: '2.9.4', reason: 'Sprint 41', settingsDigest: acmeDigest });
    expect(to?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(to?.digest).not.toBe(from?.digest);
  });

  it('of nothing is empty', () => {
    const plan = planOf({});
    expect(plan).toEqual({
      base: { name: 'main' },
      head: { name: 'working tree' },
      at: '2026-12-01T10:00:00Z',
      judgedBy: 'git',
      valid: true,
      environments: [],
      governing: [],
      findings: [],
      unknown: [expect.stringMatching(/^Judged from git alone: /)],
    });
    expect(hasChanges(plan)).toBe(false);
  });

  it('tells environments that come, go and move', () => {
    const plan = planOf({
      'beta/version.yaml': version('beta', '2.9.2'),
      'beta/config.yaml': config('beta', 'uat'),
      'qa/version.yaml': undefined,
      'qa/config.yaml': undefined,
      'acme/config.yaml': config('acme', 'uat', 'client: acme\nsettings: {url: "https://acme.example"}'),
    });
    const told = plan.environments.map(({ environment, change, deploys }) => [environment, change, deploys]);
    // Where it stands is not what is deployed: the digest is the same, so nothing is.
    expect(told).toEqual([
      ['qa', 'removed', false],
      ['acme', 'moved', false],
      ['beta', 'added', true],
    ]);
    expect(plan.environments[2]?.gates[0]).toMatchObject({ name: 'first-deployment', state: 'Unknown' });
  });

  it('says that a reason alone deploys nothing', () => {
    const { change, deploys, gates } = only(planOf({ 'qa/version.yaml': version('qa', '2.9.2', 'reason: Tidied up') }));
    expect({ change, deploys, gates }).toEqual({ change: 'changed', deploys: false, gates: [] });
  });

  it('names what goes back over what cannot be taken back', () => {
    const base = withFiles({ 'acme/version.yaml': version('acme', '2.9.4') });
    const { jump, reversible, waitingFor } = only(planChanges(base, load(world), context));
    expect({ direction: jump?.direction, undone: jump?.undone, crosses: reversible?.crosses, waitingFor }).toEqual({
      direction: 'back',
      undone: ['2.9.4', '2.9.3'],
      crosses: ['drop (2.9.3, data-migration)'],
      waitingFor: 'checklist',
    });
  });

  it.each([
    ['back', '2.9.1'],
    ['forward', '2.10.0'],
    ['forward', 'nightly'],
  ])('goes %s to %s by the numbers where a product writes no Release documents', (direction, wanted) => {
    const files = Object.fromEntries(Object.entries(world).filter(([path]) => !path.startsWith('releases/')));
    const head = load({ ...files, 'qa/version.yaml': version('qa', wanted) });
    expect(only(planChanges(load(files), head, context)).jump).toMatchObject({ direction, over: [], undone: [] });
    expect(only(planChanges(load(files), head, context)).jump).not.toHaveProperty('gap');
  });

  it('says when a gate opens by itself, and when all would be open', () => {
    const plan = planOf(
      { 'freeze.yaml': freeze, 'acme/version.yaml': version('acme', '2.9.3', 'notBefore: 2026-12-20T00:00:00Z') },
      { now: Date.parse('2026-12-19T10:00:00Z') },
    );
    const { gates, opensAt, waitingFor } = only(plan);
    expect(gates.filter(({ state }) => state === 'Waiting').map(({ name, nextChange }) => [name, nextChange])).toEqual([
      ['not-before', '2026-12-20T00:00:00Z'],
      ['window', '2027-01-05T00:00:00Z'],
    ]);
    expect({ opensAt, waitingFor }).toEqual({ opensAt: '2027-01-05T00:00:00Z', waitingFor: 'not-before' });
    expect(plan.governing).toEqual([
      {
        kind: 'DeploymentWindow',
        name: 'freeze',
        change: 'added',
        text: 'nothing may start from 2026-12-18T00:00:00 to 2027-01-05T00:00:00 (UTC) in stages production: Retail peak',
      },
    ]);
  });

  it('tells changes of what governs, in few words', () => {
    const plan = planOf({
      'product.yaml': productText('concurrency: 2'),
      'releases/2.9.2.yaml': undefined,
      'releases/2.9.5.yaml': release('2.9.5', 'previous: 2.9.4'),
    });
    expect(plan.environments).toEqual([]);
    expect(plan.governing).toEqual([
      { kind: 'Product', name: 'shop', change: 'changed', text: 'how many deployments go on at a time' },
      { kind: 'Release', name: '2.9.2', product: 'shop', change: 'removed', text: 'minor' },
      { kind: 'Release', name: '2.9.5', product: 'shop', change: 'added', text: 'minor, builds on 2.9.4' },
    ]);
    expect(hasChanges(plan)).toBe(true);
  });

  it('keeps an environment whose documents are no longer valid, and says what is wrong and where', () => {
    const plan = planOf({ 'acme/config.yaml': config('acme', 'uta', 'client: acme') });
    const { change, deploys, to, findings } = only(plan);
    expect({ change, deploys, to }).toEqual({ change: 'invalid', deploys: false, to: undefined });
    expect(findings.map(({ file, line, column, rule }) => [file, line, column, rule])).toEqual([
      ['acme/config.yaml', 6, 10, 'unknown-stage'],
    ]);
    expect(plan).toMatchObject({ valid: false, findings });
  });

  it('does not blame a change for what was wrong before it', () => {
    const broken = { 'beta/version.yaml': version('beta', '2.9.2') };
    const head = withFiles({ ...broken, 'qa/version.yaml': version('qa', '2.9.3') });
    const plan = planChanges(withFiles(broken), head, context);
    expect({ valid: plan.valid, findings: plan.findings, changed: only(plan).environment }).toEqual({
      valid: true,
      findings: [],
      changed: 'qa',
    });
  });

  it('says that documents are valid again', () => {
    const plan = planChanges(withFiles({ 'acme/config.yaml': config('acme', 'uta') }), load(world), context);
    expect(only(plan)).toMatchObject({ change: 'repaired', deploys: true, to: { version: '2.9.2' } });
    expect(plan.valid).toBe(true);
  });
});
