import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EnvironmentResource, environment } from '../../controller/core/resources/environment.js';
import { type RawObject, ResourceCache } from '../../controller/kube/resource-cache.js';
import { anEnvironment } from './kube-suite/objects.js';

const namespace = 'default';

const anObject = (name: string, version: number | string, changes: { uid?: string; stage?: string } = {}): RawObject => {
  const { uid = `uid-${name}`, stage = 'qa' } = changes;
  const metadata = { name, namespace, uid, resourceVersion: String(version), managedFields: [] };
  return { metadata, spec: anEnvironment({ stage }) } as RawObject;
};

function aCache() {
  const changes: string[] = [];
  const cache = new ResourceCache<EnvironmentResource>({
    definition: environment,
    groupsOf: ({ spec }) => [spec.stage],
    onChange: ({ name }) => changes.push(name),
  });
  const held = () => cache.list().map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
  const group = (name: string) => cache.inGroup(name).map(({ metadata }) => metadata.name);
  return { cache, changes, held, group };
}

describe('the cache of a kind', () => {
  it('keeps the newer of two versions, by number and not by letter', () => {
    const { cache, held, changes } = aCache();
    for (const version of [9, 100, 20, 100]) cache.observe(anObject('a', version));
    expect([held(), changes]).toEqual([['a@100'], ['a', 'a']]);
  });

  it('tells what was written here from what others wrote', () => {
    const told: [string, boolean][] = [];
    const cache = new ResourceCache<EnvironmentResource>({
      definition: environment,
      onChange: ({ name }, byOthers) => told.push([name, byOthers]),
    });
    cache.accept(anObject('a', 1));
    cache.observe(anObject('a', 1));
    cache.observe(anObject('a', 2));
    cache.startReplacing();
    cache.replace([anObject('a', 3)]);
    expect(told).toEqual([
      ['a', false],
      ['a', true],
      ['a', true],
    ]);
  });

  it('is not thrown back by an event that was under way during an own write', () => {
    const { cache, held } = aCache();
    cache.accept(anObject('a', 12));
    cache.observe(anObject('a', 11));
    cache.observeDeleted(anObject('a', 10, { uid: 'an older one' }));
    expect(held()).toEqual(['a@12']);
  });

  it('takes a full list as it is, even from a server that was restored and counts from an earlier number', () => {
    const { cache, held, changes } = aCache();
    cache.observe(anObject('a', 900));
    cache.observe(anObject('b', 901));
    cache.observe(anObject('same', 7));
    changes.length = 0;
    cache.startReplacing();
    cache.replace([anObject('a', 50), anObject('same', 7)]);
    expect([held().sort(), changes.sort()]).toEqual([
      ['a@50', 'same@7'],
      ['a', 'b'],
    ]);
  });

  it('keeps what was written here while a list was under way', () => {
    const { cache, held } = aCache();
    cache.observe(anObject('removed', 3));
    cache.observe(anObject('changed', 4));
    cache.startReplacing();
    cache.accept(anObject('created', 21));
    cache.accept(anObject('changed', 22));
    cache.acceptDeleted({ namespace, name: 'removed' }, 'uid-removed');
    cache.replace([anObject('removed', 3), anObject('changed', 4), anObject('other', 5)]);
    expect(held().sort()).toEqual(['changed@22', 'created@21', 'other@5']);
  });

  it('lets nothing bring back what was deleted here, but takes a new object of the same name', () => {
    const { cache, held } = aCache();
    cache.accept(anObject('a', 5));
    cache.acceptDeleted({ namespace, name: 'a' }, 'uid-a');
    cache.observe(anObject('a', 6));
    cache.startReplacing();
    cache.replace([anObject('a', 6)]);
    expect(held()).toEqual([]);
    cache.observe(anObject('a', 9, { uid: 'a new one' }));
    cache.observeDeleted(anObject('a', 8));
    expect(held()).toEqual(['a@9']);
  });

  it('finds objects by group, by the newest version of them', () => {
    const { cache, group } = aCache();
    cache.observe(anObject('a', 1, { stage: 'qa' }));
    cache.observe(anObject('b', 2, { stage: 'qa' }));
    cache.observe(anObject('a', 3, { stage: 'uat' }));
    expect([group('qa'), group('uat'), group('production')]).toEqual([['b'], ['a'], []]);
  });

  it('takes an object out that does not fit any more, and back in when it does', () => {
    const { cache, held, changes } = aCache();
    cache.observe(anObject('a', 1));
    const poison = anObject('a', 2);
    Object.assign(poison, { status: { observedGeneration: 'one' } });
    cache.observe(poison);
    expect([held(), cache.quarantined()]).toEqual([
      [],
      [
        {
          kind: 'Environment',
          key: { namespace, name: 'a' },
          message: 'status.observedGeneration is not a number',
          uid: 'uid-a',
        },
      ],
    ]);
    cache.observe(anObject('a', 3));
    expect([held(), cache.quarantined(), changes]).toEqual([['a@3'], [], ['a', 'a', 'a']]);
  });

  it('ends with what the server has, in whatever order events and own writes come', () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(versions, fc.infiniteStream(fc.boolean()), (order, own) => {
        const { cache, held } = aCache();
        for (const version of order) {
          if (own.next().value) cache.accept(anObject('a', version));
          else cache.observe(anObject('a', version));
        }
        expect(held()).toEqual([`a@${Math.max(...order)}`]);
      }),
    );
  });
});
