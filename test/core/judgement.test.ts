import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../controller/core/decide.js';
import { sha256 } from '../../controller/core/digest.js';
import { isKept, replay } from '../../controller/core/judgement/judgement.js';
import { recordReads } from '../../controller/core/judgement/record-reads.js';
import type { Json } from '../../controller/core/model.js';
import { aDesired, aForeignBuild, aProduct, aRun, aStage, at, someFacts } from '../support/facts.js';
import { aRelease } from '../support/releases.js';

type Plain = { [key: string]: Json };

describe('what was looked at', () => {
  it('is all that is kept', () => {
    const data = { a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, { x: 3 }], other: 'not read' };
    const { found, record } = recordReads(data, ({ a, list }) => [a.b, list.map(({ x }) => x)]);
    expect({ found, record }).toEqual({ found: [1, [1, 3]], record: { a: { b: 1 }, list: [{ x: 1 }, { x: 3 }] } });
  });

  it('holds keys that were only listed or asked for, and none that are not there', () => {
    const data: Plain = { a: { long: 'text' }, b: 1 };
    const look = (seen: Plain) => [Object.keys(seen.a as Plain), 'b' in seen, 'c' in seen, seen.d];
    const { found, record } = recordReads(data, look);
    expect([record, look(record as Plain)]).toEqual([{ a: { long: null }, b: null }, found]);
  });

  it('can be frozen, spread, searched and written as text', () => {
    const data = Object.freeze({ list: Object.freeze([Object.freeze({ x: 1 }), Object.freeze({ x: 2 })]) });
    const look = ({ list }: typeof data) => [
      list.find(({ x }) => x === 2) === list[1],
      { ...list[0] },
      [...list].length,
      JSON.stringify(list),
    ];
    const { found, record } = recordReads(data, look);
    expect([found, look(record as unknown as typeof data)]).toEqual([
      [true, { x: 1 }, 2, '[{"x":1},{"x":2}]'],
      [true, { x: 1 }, 2, '[{"x":1},{"x":2}]'],
    ]);
  });

  it('gives the same again, whatever is looked at', () => {
    const look = (seen: Json, path: readonly number[]): Json => {
      if (typeof seen !== 'object' || seen === null) return seen;
      const keys = Object.keys(seen);
      const [step = 0, ...rest] = path;
      const key = keys[step % Math.max(1, keys.length)];
      return key === undefined ? keys.length : [keys.length, look((seen as Plain)[key] ?? null, rest)];
    };
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 4, withNullPrototype: false }),
        fc.array(fc.nat(20), { maxLength: 6 }),
        (object, path) => {
          const data = JSON.parse(JSON.stringify(object)) as Plain;
          const { found, record } = recordReads(data, (seen) => look(seen, path));
          expect(look(JSON.parse(JSON.stringify(record)) as Json, path)).toEqual(found);
          expect(found).toEqual(look(data, path));
        },
      ),
    );
  });
});

describe('a judgement', () => {
  const product = aProduct({
    releases: 'required',
    concurrency: 2,
    stages: [aStage(), aStage({ name: 'uat', after: [{ stage: 'qa', require: 'all' }], soakMs: 3_600_000 })],
  });
  const facts = someFacts({
    desired: aDesired({
      product,
      environment: 'uat-acme',
      stage: 'uat',
      client: 'acme',
      notBefore: at('11:00'),
      release: { class: 'minor' },
      settings: { crm: 'a setting' },
    }),
    path: [{ environment: 'qa', stage: 'qa', verified: [] }],
    holds: [{ metadata: { name: 'stop', namespace: 'default' }, spec: { reason: 'incident', by: 'Ann' } }],
    runs: [aRun()],
    history: [aForeignBuild({ building: true })],
  });

  it('follows from its record alone', () => {
    const { gates, record } = judge(facts);
    expect(replay(record)).toEqual(gates);
    expect(gates.length).toBeGreaterThan(8);
  });

  it('keeps nothing of what is said of other clients', () => {
    const completions = [
      { state: 'pending' as const },
      ...Array.from({ length: 1000 }, (_, at) => ({ client: `client-${at}`, state: 'done' as const })),
    ];
    const item = { id: 'rotate', kind: 'secret', title: 'Rotate', phase: 'pre' as const, reversible: true, completions };
    const release = aRelease('1.1.0', { checklist: [item] });
    const required = aProduct({ stages: [aStage({ name: 'uat', checklist: 'required' })] });
    const wanted = aDesired({ product: required, environment: 'uat-7', stage: 'uat', client: 'client-7' });
    const governance = { releases: { '1.1.0': release }, windows: [], roles: [], broken: [] };
    const { gates, record } = judge(someFacts({ desired: wanted, governance }));
    expect(gates.find(({ name }) => name === 'checklist')?.state).toBe('Passed');
    expect(replay(record)).toEqual(gates);
    expect(record.inputs).not.toContain('client-8');
  });

  it('says when it was made and by which commit, and keeps no settings', () => {
    const { record } = judge(facts);
    expect([record.at, record.commit]).toEqual(['2026-11-22T10:00:00Z', 'c'.repeat(40)]);
    expect(record.inputs).not.toContain('a setting');
  });

  it('keeps of the keys of people those alone that something is signed with', () => {
    const signed = aProduct({ stages: [aStage({ signoffs: [{ role: 'tester' }] })] });
    const own = 'ssh-ed25519 AAAAown ann';
    const people = Array.from({ length: 500 }, (_, nth) => ({
      name: `Person ${nth}`,
      emails: [`p${nth}@shop.example`],
      keys: nth === 2 ? [own] : [`-----BEGIN PGP PUBLIC KEY BLOCK-----${'k'.repeat(3000)}${nth}`],
    }));
    const roles = [{ name: 'tester', aliases: [], people, quorum: 1, authorMaySign: false }];
    const asked = {
      version: {
        commit: 'c',
        author: 'A',
        email: 'other@shop.example',
        time: 0,
        signature: { signedBy: 'SHA256:x', keys: [sha256(own)] },
      },
    };
    const { gates, record } = judge(
      someFacts({
        source: { name: 'releases', suspended: false, firstDeployment: 'confirm', verifies: true },
        desired: aDesired({ product: signed, asked }),
        governance: { releases: { '1.1.0': aRelease('1.1.0') }, windows: [], roles, broken: [] },
      }),
    );
    expect(gates.find(({ name }) => name === 'signoffs')?.who).not.toContain('Person 2 or');
    expect(replay(record)).toEqual(gates);
    expect([isKept(record), record.inputs.includes(own), record.inputs.includes('PGP')]).toEqual([true, true, false]);
  });

  it.each(['x', 'null', '[]', '{}', '5', '{"facts":{"__proto__":{}}}'])(
    'is not made up from a record that is none: %s',
    (inputs) => {
      expect(() => replay({ at: '', commit: '', inputs })).toThrow('its judgement cannot be judged again');
    },
  );
});
