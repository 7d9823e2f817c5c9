import { describe, expect, it } from 'vitest';
import { notBefore } from '../../controller/core/gates/not-before.js';
import { aDesired, at, someFacts } from '../support/facts.js';

const judge = (clock: string, due?: number) =>
  notBefore({ facts: someFacts({ now: at(clock) }), wanted: aDesired(due === undefined ? {} : { notBefore: due }) });

describe('not-before', () => {
  it('is not there where the documents name no time', () => {
    expect(judge('10:00')).toBeUndefined();
  });

  it('opens at the very moment that the documents name', () => {
    expect(judge('10:00', at('10:00'))).toEqual({ state: 'Passed', reason: 'Due', message: 'due since 2026-11-22 10:00 UTC' });
  });

  it('closes, explains and names as its next change the time before which nothing starts', () => {
    expect(judge('09:59:59', at('10:00'))).toEqual({
      state: 'Waiting',
      reason: 'NotBefore',
      message: 'not before 2026-11-22 10:00 UTC',
      who: 'an author, by a commit',
      nextChange: at('10:00'),
    });
  });

  it('fails closed where the time cannot be told', () => {
    expect(judge('10:00', Number.NaN)).toEqual({
      state: 'Failed',
      reason: 'Invalid',
      message: 'notBefore is no time',
      who: 'an author, by a commit',
    });
  });
});
