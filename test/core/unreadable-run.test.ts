import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { anEnvironment, aRun, someFacts } from '../support/facts.js';

const unreadableRun = { name: 'shop.qa.2', message: 'spec.number is not a number' };
const wantsMore = { runs: [aRun({ number: 1, phase: 'Succeeded', spec: { digest: 'sha256:old' } })] };

describe('a record of the newest run that cannot be read', () => {
  it('stops every start, because that run may be under way', () => {
    expect(decide(someFacts(wantsMore)).decision.do).toBe('start');
    expect(decide(someFacts({ ...wantsMore, unreadableRun })).decision).toEqual({ do: 'idle' });
  });

  it('stops a verification as well', () => {
    const environment = anEnvironment(undefined, { 'towpath.dev/verifyRequestedAt': '1', 'towpath.dev/retryRequestedAt': '1' });
    expect(decide(someFacts({ ...wantsMore, environment, unreadableRun })).decision).toEqual({ do: 'idle' });
  });

  it('does not keep a run that can be read from being driven to its end', () => {
    const run = aRun({ number: 3, phase: 'Running' });
    expect(decide(someFacts({ runs: [run], unreadableRun })).decision).toMatchObject({ do: 'advance', run });
  });

  it('is named in the status, which also remembers its number, so that it is never used again', () => {
    const { status } = decide(someFacts({ ...wantsMore, unreadableRun }));
    expect(status.run).toBe('shop.qa.2');
    const shown = status.conditions?.filter(({ type }) => type === 'Ready' || type === 'Stalled');
    expect(shown?.map(({ type, status: state, reason }) => [type, state, reason])).toEqual([
      ['Ready', 'False', 'Quarantined'],
      ['Stalled', 'True', 'Quarantined'],
    ]);
  });
});
