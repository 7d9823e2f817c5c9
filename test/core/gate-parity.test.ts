import { describe, expect, it } from 'vitest';
import { parity } from '../../controller/core/gates/parity.js';
import type { DesiredEnvironment, JsonObject } from '../../controller/core/model.js';
import { type ParityFacts, parityFacts } from '../../controller/core/parity/facts.js';
import { aDesired, aProduct, aStage, someFacts } from '../support/facts.js';

const product = aProduct({
  stages: [aStage({ name: 'uat' }), aStage({ name: 'production', parity: { with: 'uat', allow: ['integrations.*.url'] } })],
});
const production = (settings: JsonObject = {}): DesiredEnvironment =>
  aDesired({ product, stage: 'production', environment: 'production-acme', client: 'acme', settings });
const uat = (settings: JsonObject) => aDesired({ product, stage: 'uat', environment: 'uat-acme', client: 'acme', settings });

function judge(found: ParityFacts | undefined, wanted = production()) {
  const known = found === undefined ? {} : { parity: found };
  return parity({ facts: someFacts({ desired: wanted, ...known }), wanted });
}
const compare = (here: JsonObject, ...there: JsonObject[]) => judge(parityFacts(production(here), there.map(uat)));

describe('parity', () => {
  it('opens where the settings are as they were tested, but for what may differ', () => {
    expect(compare({ integrations: { crm: { url: 'a' } }, on: true }, { integrations: { crm: {} }, on: true })).toEqual({
      state: 'Passed',
      reason: 'SettingsTested',
      message: 'the settings keep to those of uat-acme',
    });
  });

  it('opens where one environment of several had them', () => {
    expect(compare({ a: 1 }, {}, { a: 1 })?.state).toBe('Passed');
  });

  it('closes for a toggle that the client did not test', () => {
    expect(compare({ featureToggles: { genai: true } }, { featureToggles: { genai: false } })).toEqual({
      state: 'Failed',
      reason: 'SettingsUntested',
      message: '1 setting was not tested in uat-acme: featureToggles.genai (switched otherwise in uat-acme)',
      who: 'an author, by a commit: the settings, or what stage production of product shop allows to differ',
    });
  });

  it('closes for what is missing here', () => {
    expect(compare({}, { dataPipelines: { nightly: true } })?.message).toBe(
      '1 setting was not tested in uat-acme: dataPipelines (only in uat-acme)',
    );
  });

  it('explains the first five, and how many more there are', () => {
    const settings = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, 'hunter2']));
    expect(compare(settings, {})?.message).toBe(
      '7 settings were not tested in uat-acme: a (not in uat-acme), b (not in uat-acme), c (not in uat-acme), d (not in uat-acme), e (not in uat-acme), and 2 more',
    );
  });

  it('next change: has none, because it takes a commit', () => {
    expect(compare({ a: 1 }, {})?.nextChange).toBeUndefined();
  });

  it('is not there where the stage does not ask for it', () => {
    expect(judge(undefined, uat({}))).toBeUndefined();
  });

  it('fails closed where there is nothing that the settings could have been tested in', () => {
    expect(compare({})).toEqual({
      state: 'Blocked',
      reason: 'ParityUntested',
      message: 'no environment of stage uat for acme: the settings were tested nowhere',
      who: 'an author, by a commit',
    });
  });

  it('fails closed where nothing was compared', () => {
    expect(judge(undefined)).toEqual({
      state: 'Waiting',
      reason: 'ParityUnknown',
      message: 'the settings have not been compared with those of stage uat yet',
    });
  });
});
