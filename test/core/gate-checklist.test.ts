import { describe, expect, it } from 'vitest';
import { checklist } from '../../controller/core/gates/checklist.js';
import type { Verdict } from '../../controller/core/gates/verdict.js';
import type { ProductGovernance } from '../../controller/core/governance.js';
import { recordReads } from '../../controller/core/judgement/record-reads.js';
import type { DesiredEnvironment, Product } from '../../controller/core/model.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { RecordedState } from '../../controller/core/resources/environment.js';
import { aDesired, aProduct, aRun, aStage, at, someFacts } from '../support/facts.js';
import { anItem, aRelease, chained, doneItem, governed } from '../support/releases.js';

const here = { environment: 'production-acme', stage: 'production', client: 'acme' };
const shop = (over: Partial<Product> = {}): Product =>
  aProduct({ stages: [aStage(), aStage({ name: 'production', checklist: 'required' })], ...over });

const recordedAs = (version: string, over: Partial<RecordedState> = {}): RecordedState => ({
  version,
  certain: true,
  verified: true,
  since: '2026-11-21T10:00:00Z',
  ...over,
});

interface Case {
  readonly from?: string;
  readonly to?: string;
  readonly wanted?: Partial<DesiredEnvironment>;
  readonly recorded?: Partial<RecordedState>;
  readonly runs?: readonly DeploymentRunResource[];
}

function judge(
  governance: ProductGovernance,
  { from = '2.9.1', to = '2.9.4', wanted = {}, recorded = {}, runs = [] }: Case = {},
) {
  const asked = aDesired({ ...here, product: shop(), version: to, ...wanted });
  const known = from === '' ? {} : { recorded: recordedAs(from, recorded) };
  return checklist({ facts: someFacts({ now: at('10:00'), desired: asked, governance, runs }), wanted: asked, ...known });
}

const done = (message: string): Verdict => ({ state: 'Passed', reason: 'ChecklistDone', message });

const secret = anItem('rotate-crm-secret', { kind: 'secret', owner: 'operator' });
const index = anItem('build-index', { kind: 'index', owner: 'dba' });
const releases = (...items: Parameters<typeof aRelease>[1][]) =>
  chained(...items.map((over, at) => aRelease(`2.9.${at + 1}`, over)));

describe('checklist', () => {
  it('opens once every item of all releases on the way is done', () => {
    const governance = governed(
      releases({ checklist: [secret] }, { checklist: [doneItem('a')] }, {}, { checklist: [doneItem('b'), doneItem('c')] }),
    );
    expect(judge(governance)).toEqual(done('3 items done, over 2.9.2, 2.9.3, 2.9.4'));
  });

  it('opens where what is open does not apply, with a reason', () => {
    const item = anItem('lambda', {
      completions: [{ state: 'pending' }, { client: 'acme', state: 'not-applicable', reason: 'none' }],
    });
    expect(judge(governed(releases({}, {}, {}, { checklist: [item] })))).toEqual(done('1 item done, over 2.9.2, 2.9.3, 2.9.4'));
  });

  it('opens for items of other places, and for those that come during or after the deployment', () => {
    const items = [
      anItem('theirs', { clients: ['globex'] }),
      anItem('elsewhere', { environments: ['uat-acme'] }),
      anItem('before', { stages: ['qa'] }),
      anItem('meanwhile', { phase: 'during' }),
      anItem('later', { phase: 'post' }),
    ];
    expect(judge(governed(releases({}, {}, {}, { checklist: items })))).toEqual(done('nothing to do, over 2.9.2, 2.9.3, 2.9.4'));
  });

  it('opens for a rollback over releases that can be taken back', () => {
    const governance = governed(
      releases({ checklist: [secret] }, { checklist: [doneItem('a')] }, { checklist: [doneItem('b')] }),
    );
    expect(judge(governance, { from: '2.9.3', to: '2.9.1' })).toEqual(done('nothing to do, back over 2.9.3, 2.9.2'));
  });

  it('opens for a rollback over what was taken back by hand, and says so', () => {
    const completions = [{ state: 'done' as const }, { environment: 'production-acme', state: 'pending' as const }];
    const items = (['pre', 'during', 'post'] as const).map((phase) => anItem(phase, { phase, reversible: false, completions }));
    expect(judge(governed(releases({}, { checklist: items })), { from: '2.9.2', to: '2.9.1' })?.state).toBe('Passed');
  });

  it('looks at no more than it needs, and is judged the same from that alone', () => {
    const theirs = Array.from({ length: 100 }, (_, at) => ({
      client: `c${at}`,
      state: 'done' as const,
      evidence: 'https://e'.padEnd(200, 'x'),
    }));
    const long = anItem('later', { phase: 'post', completions: theirs });
    const item = { ...secret, title: 'x'.repeat(500), completions: [...secret.completions, ...theirs] };
    const governance = governed([...releases({}, { checklist: [item, long] }, {}), aRelease('2.9.5', { tickets: [] })]);
    const wanted = aDesired({ ...here, product: shop(), version: '2.9.5' });
    const input = { facts: someFacts({ desired: wanted, governance }), wanted, recorded: recordedAs('2.9.1') };
    const { found, record } = recordReads(input, checklist);
    expect(found?.reason).toBe('ChecklistOpen');
    expect(checklist(record as unknown as typeof input)).toEqual(found);
    expect(JSON.stringify(record).length).toBeLessThan(3_000);
  });

  it('opens for the same version with other settings', () => {
    expect(judge(governed(releases({ checklist: [secret] })), { from: '2.9.1', to: '2.9.1' })).toEqual(done('nothing to do'));
  });

  it('opens over a version without a Release document where the product does not demand them', () => {
    const governance = governed([aRelease('2.9.4', { previous: '2.9.3' })]);
    expect(judge(governance)).toEqual(
      done(
        'nothing to do, over 2.9.4 (2.9.3, on the way to 2.9.4, has no Release document: the order of the version numbers counts)',
      ),
    );
  });

  it('opens a first deployment where the repository begins at a later release than the product', () => {
    const governance = governed([aRelease('2.9.4', { previous: '2.9.3' })]);
    expect(judge(governance, { from: '', wanted: { product: shop({ releases: 'required' }) } })?.state).toBe('Passed');
  });

  it('closes while an item of a release that is jumped over is open, and names it', () => {
    const governance = governed(
      releases({}, { checklist: [index, doneItem('a')] }, { checklist: [secret] }, { checklist: [doneItem('b')] }),
    );
    expect(judge(governance)).toEqual({
      state: 'Blocked',
      reason: 'ChecklistOpen',
      message: '2 of 4 items open: build-index (2.9.2, index), rotate-crm-secret (2.9.3, secret)',
      who: 'dba, operator, by a commit that says that it is done',
    });
  });

  it('closes for the item that is done everywhere but here', () => {
    const item = doneItem('secret', { completions: [{ state: 'done' }, { environment: 'production-acme', state: 'pending' }] });
    expect(judge(governed(releases({}, {}, {}, { checklist: [item] })))?.message).toBe(
      '1 of 1 item open: secret (2.9.4, manual)',
    );
  });

  it('closes over what an uncertain deployment may have begun, from what is recorded', () => {
    const governance = governed(releases({}, { checklist: [secret] }, {}, {}));
    expect(judge(governance, { recorded: { certain: false } })?.message).toBe(
      '1 of 1 item open: rotate-crm-secret (2.9.2, secret)',
    );
  });

  it('closes a first deployment until what all releases before demanded is done', () => {
    const governance = governed(releases({ checklist: [secret] }, {}));
    expect(judge(governance, { from: '', to: '2.9.2' })?.message).toBe('1 of 1 item open: rotate-crm-secret (2.9.1, secret)');
  });

  it('closes a way back over something that was done and cannot be taken back', () => {
    const drop = doneItem('drop-columns', { kind: 'data-migration', reversible: false, rollback: 'restore the snapshot' });
    const governance = governed(releases({}, {}, { checklist: [drop] }, {}));
    expect(judge(governance, { from: '2.9.4', to: '2.9.2' })).toEqual({
      state: 'Blocked',
      reason: 'Irreversible',
      message:
        '2.9.4 cannot go back to 2.9.2: drop-columns (2.9.3, data-migration) cannot be taken back; one can go back as far as 2.9.3 (drop-columns: restore the snapshot)',
      who: 'an author, by a commit that asks for another version, or that says that they are pending here, once they were taken back by hand',
    });
  });

  it('closes a way back from a deployment that failed and may have done what cannot be taken back', () => {
    const drop = anItem('drop-columns', { phase: 'during', reversible: false });
    const governance = governed(releases({}, {}, { checklist: [drop] }));
    const runs = [
      aRun({ number: 1, spec: { version: '2.9.2' } }),
      aRun({ number: 2, phase: 'Failed', spec: { version: '2.9.3' } }),
      aRun({ number: 3, phase: 'Superseded', spec: { version: '2.9.1' } }),
    ];
    const back = { from: '2.9.2', to: '2.9.2', runs };
    expect(judge(governance, { ...back, recorded: { certain: false } })?.message).toBe(
      '2.9.3 cannot go back to 2.9.2: drop-columns (2.9.3, manual) cannot be taken back',
    );
    expect(judge(governance, back)?.state).toBe('Passed');
    expect(judge(governance, { ...back, to: '2.9.3', recorded: { certain: false } })?.state).toBe('Passed');
  });

  it('explains that one cannot go back at all over what was done last', () => {
    const drop = doneItem('drop-columns', { reversible: false });
    expect(judge(governed(releases({}, {}, { checklist: [drop] })), { from: '2.9.3', to: '2.9.2' })?.message).toBe(
      '2.9.3 cannot go back to 2.9.2: drop-columns (2.9.3, manual) cannot be taken back',
    );
  });

  it('explains who has to act, also where an item has no owner, and shows no more than five', () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => anItem(id));
    expect(judge(governed(releases({}, {}, {}, { checklist: [secret, ...items] })))).toEqual({
      state: 'Blocked',
      reason: 'ChecklistOpen',
      message:
        '7 of 7 items open: rotate-crm-secret (2.9.4, secret), a (2.9.4, manual), b (2.9.4, manual), c (2.9.4, manual), d (2.9.4, manual), and 2 more',
      who: 'operator, whoever does it, by a commit that says that it is done',
    });
  });

  it('explains that the chain of releases has a gap', () => {
    const governance = governed([aRelease('2.9.3'), aRelease('2.9.4', { checklist: [doneItem('a')] })]);
    expect(judge(governance)).toEqual(
      done(
        '1 item done, over 2.9.3, 2.9.4 (2.9.4 does not tell that it builds on 2.9.1: the order of the version numbers counts)',
      ),
    );
  });

  it('next change: has none, because time alone does nothing', () => {
    expect(judge(governed(releases({}, { checklist: [secret] }, {}, {})))?.nextChange).toBeUndefined();
  });

  it('is not there where the stage does not demand it', () => {
    const wanted = { product: aProduct({ stages: [aStage({ name: 'production' })] }) };
    expect(judge(governed(releases({}, { checklist: [secret] }, {}, {})), { wanted })).toBeUndefined();
  });

  it('fails closed where a Release document on the way is broken', () => {
    const governance = governed([...releases({}), aRelease('2.9.4', { previous: '2.9.3' })], '2.9.3');
    expect(judge(governance)).toEqual({
      state: 'Failed',
      reason: 'ChecklistUnknown',
      message: 'what 2.9.3 demands is not known: releases/2.9.3.yaml:6:10 is wrong',
      who: 'an author, by a commit',
    });
  });

  it('fails closed where the version has no Release document', () => {
    expect(judge(governed(releases({})))).toEqual({
      state: 'Failed',
      reason: 'ChecklistUnknown',
      message: 'what 2.9.4 demands is not known: shop has no Release document for it',
      who: 'a release manager, by a commit',
    });
  });

  it('fails closed for the first deployment of a version without a Release document', () => {
    expect(judge(governed([]), { from: '' })?.reason).toBe('ChecklistUnknown');
  });

  it('fails closed where the product demands Release documents and one on the way is missing', () => {
    const governance = governed([aRelease('2.9.4', { previous: '2.9.3' })]);
    expect(judge(governance, { wanted: { product: shop({ releases: 'required' }) } })?.message).toBe(
      'what 2.9.3 demands is not known: shop has no Release document for it',
    );
  });

  it('fails closed for what does not apply without a reason', () => {
    const item = anItem('lambda', { completions: [{ state: 'not-applicable' }] });
    expect(judge(governed(releases({}, {}, {}, { checklist: [item] })))?.reason).toBe('ChecklistOpen');
  });
});
