import { describe, expect, it } from 'vitest';
import { releaseClass } from '../../controller/core/gates/class.js';
import type { BrokenDocument, ReleaseDocument } from '../../controller/core/governance.js';
import type { RecordedState } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aDescriptor, aDesired, anEnvironment, at, someFacts } from '../support/facts.js';
import { aDocument, aPath } from '../support/release-worlds.js';

type Components = Readonly<Record<string, string>>;

const path = aPath(
  { name: 'minor' },
  { name: 'hotfix', changes: 'claimed', skips: [{ stage: 'uat', owner: 'qa', withinMs: 1 }] },
);
const product = { ...path, descriptor: { bucket: 'rc', key: 'shop/${version}.json' } };
const wanted = aDesired({ product, version: '2.0.3', release: { class: 'hotfix' } });
const hotfix = (version: string, previous: string, components?: readonly string[]) =>
  aDocument({ version, class: 'hotfix', previous, ...(components === undefined ? {} : { components }) });
const minor = (version: string, components?: readonly string[]) =>
  aDocument({ version, ...(components === undefined ? {} : { components }) });

const before: Components = { cart: '1', billing: '1', search: '1' };

interface World {
  readonly documents?: readonly ReleaseDocument[];
  readonly recorded?: string | undefined;
  /** Absent: they cannot be read. */
  readonly from?: Components | undefined;
  readonly to?: Components | undefined;
  readonly broken?: readonly BrokenDocument[];
  readonly asked?: typeof wanted;
}

function judge(world: World = {}) {
  const { documents = [hotfix('2.0.3', '2.0.2', ['cart'])], recorded: version, broken = [], asked = wanted } = world;
  const recorded: RecordedState | undefined =
    version === undefined ? undefined : { version, certain: true, verified: true, since: toTime(at('08:00')) };
  const components = { ...(world.from === undefined ? {} : { recordedComponents: world.from }) };
  const descriptor =
    world.to === undefined ? {} : { descriptor: { state: 'found' as const, descriptor: aDescriptor({ components: world.to }) } };
  const releases = Object.fromEntries(documents.map((document) => [document.version, document]));
  const facts = someFacts({
    governance: { releases, windows: [], roles: [], broken },
    environment: anEnvironment(recorded === undefined ? undefined : { observedGeneration: 1, recorded }),
    ...components,
    ...descriptor,
  });
  return releaseClass({ facts, wanted: asked, ...(recorded === undefined ? {} : { recorded }) });
}

const step = { recorded: '2.0.2', from: before };

describe('class', () => {
  it('opens where the release changes what it claims, and tells its path', () => {
    expect(judge({ ...step, to: { ...before, cart: '2' } })).toEqual({
      state: 'Passed',
      reason: 'ClassKnown',
      message: '2.0.3 is hotfix, and may skip uat; it changes what it claims',
    });
  });

  it('opens where nothing is recorded, or the release itself is', () => {
    expect(judge()?.state).toBe('Passed');
    expect(judge({ recorded: '2.0.3' })?.state).toBe('Passed');
  });

  it('opens for a class that may change anything', () => {
    const asked = { ...wanted, release: { class: 'minor' } };
    expect(judge({ ...step, to: { cart: '9' }, asked })).toEqual({
      state: 'Passed',
      reason: 'ClassKnown',
      message: '2.0.3 is minor',
    });
  });

  it('opens over several releases for what any of them claims', () => {
    const documents = [hotfix('2.0.3', '2.0.2', ['cart']), hotfix('2.0.2', '2.0.1', ['billing']), minor('2.0.1')];
    const to = { ...before, cart: '2', billing: '2' };
    expect(judge({ documents, recorded: '2.0.1', from: before, to })?.state).toBe('Passed');
    expect(judge({ documents, recorded: '2.0.1', from: before, to: { ...to, search: '2' } })?.message).toBe(
      '2.0.3 is hotfix and claims cart, billing, 2.0.2 on the way; against 2.0.1 it changes also search',
    );
  });

  it('opens over a release on the way that lists nothing: that one may change anything', () => {
    const documents = [hotfix('2.0.3', '2.0.2', ['cart']), { ...minor('2.0.2'), previous: '2.0.1' }, minor('2.0.1')];
    expect(judge({ documents, recorded: '2.0.1', from: before, to: { ...before, search: '2' } })?.state).toBe('Passed');
  });

  it('closes for a component that is not claimed, be it changed, added or removed', () => {
    for (const to of [
      { ...before, billing: '2' },
      { ...before, extra: '1' },
      { cart: '1', billing: '1' },
    ])
      expect(judge({ ...step, to })?.reason).toBe('UnclaimedChanges');
  });

  it('closes for a class that the product does not define', () => {
    expect(judge({ asked: { ...wanted, release: { class: 'patch' } } })).toEqual({
      state: 'Failed',
      reason: 'ClassUnknown',
      message: '2.0.3 is patch, which is no class of shop (minor, hotfix)',
      who: 'a release manager, by a commit',
    });
  });

  it('explains the first five, and how many more there are', () => {
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [name, '1']));
    expect(judge({ ...step, to: { ...before, ...many } })).toEqual({
      state: 'Failed',
      reason: 'UnclaimedChanges',
      message: '2.0.3 is hotfix and claims cart; against 2.0.2 it changes also a, b, c, d, e and 2 more',
      who: 'a release manager, by a commit',
    });
  });

  it('next change: has none, because it takes a commit', () => {
    expect(judge({ ...step, to: { ...before, billing: '2' } })?.nextChange).toBeUndefined();
  });

  it('fails closed where the release lists nothing although its class has to', () => {
    expect(judge({ documents: [hotfix('2.0.3', '2.0.2')], ...step, to: before })?.message).toBe(
      '2.0.3 is hotfix, and has to list the components that it changes',
    );
  });

  it('fails closed while one of the descriptors is not known', () => {
    expect(judge({ ...step })).toMatchObject({ state: 'Waiting', reason: 'ChangesUnknown' });
    expect(judge({ recorded: '2.0.2', to: before })).toMatchObject({ state: 'Waiting', reason: 'ChangesUnknown' });
  });

  it('fails closed where no descriptor can ever tell', () => {
    expect(judge({ recorded: '2.0.2', asked: { ...wanted, product: path } })).toMatchObject({
      state: 'Failed',
      reason: 'ChangesUnknown',
    });
  });

  it('fails closed where a release on the way has no document', () => {
    const verdict = judge({ recorded: '2.0.1', from: before, to: { ...before, search: '2' } });
    expect(verdict?.reason).toBe('UnclaimedChanges');
    expect(verdict?.message).toContain('2.0.2, on the way to 2.0.3, has no Release document');
  });

  it('fails closed where the Release document is not valid', () => {
    const { release: _, ...asked } = wanted;
    const broken = [{ kind: 'Release' as const, name: '2.0.3', product: 'shop', message: 'a.yaml:1:1 no class' }];
    expect(judge({ broken, asked })).toMatchObject({ state: 'Failed', reason: 'ReleaseInvalid' });
  });

  it('is not there where the product defines no classes, or the version has no document', () => {
    expect(judge({ asked: { ...wanted, product: { ...product, classes: [] } } })).toBeUndefined();
    const { release: _, ...asked } = wanted;
    expect(judge({ asked })).toBeUndefined();
  });
});
