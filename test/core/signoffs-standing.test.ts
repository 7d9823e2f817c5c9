import { describe, expect, it } from 'vitest';
import { resolveDesired } from '../../controller/core/desired.js';
import { signoffQuestion } from '../../controller/core/gates/signoffs.js';
import type { Brought, Role, Signoff } from '../../controller/core/governance.js';
import { type SignoffQuestion, standingOfSignoffs } from '../../controller/core/signoffs/standing.js';
import { aCommit, aDesired, anEnvironment, aProduct, aStage, at, someFacts } from '../support/facts.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const hour = 3_600_000;
const by = (name: string): Brought => ({
  commit: 'd'.repeat(40),
  author: name,
  email: `${name.toLowerCase()}@shop.example`,
  time: at('08:00'),
});
const role = (name: string, ...people: string[]): Role => ({
  name,
  aliases: [],
  people: people.map((one) => ({ name: one, emails: [by(one).email], keys: [] })),
  quorum: 1,
  authorMaySign: false,
});
const signed = (name: string, over: Partial<Signoff> = {}): Signoff => ({
  role: 'tester',
  stage: 'uat',
  by: name,
  at: at('08:00'),
  digest,
  brought: by(name),
  ...over,
});

function question(signoffs: readonly Signoff[], over: Partial<SignoffQuestion> = {}): SignoffQuestion {
  const release = { product: 'shop', version: '1.1.0', class: 'hotfix', dependencies: {}, notes: {}, tickets: [] };
  const stage = aStage({
    name: 'uat',
    signoffs: [{ role: 'tester', expiresMs: 4 * hour }, { role: 'client' }, { role: 'boss' }],
  });
  const defers = [{ role: 'client', withinMs: 24 * hour }];
  return {
    now: at('10:00'),
    product: aProduct({
      stages: [stage],
      classes: [{ name: 'hotfix', priority: 1, skips: [], defers, followUps: [], changes: 'any' }],
    }),
    stage: 'uat',
    version: '1.1.0',
    releaseClass: 'hotfix',
    digest,
    governance: {
      releases: { '1.1.0': { ...release, schedule: [], checklist: [], signoffs } },
      roles: [role('tester', 'Ann', 'Bob'), role('client', 'Carl')],
      broken: [],
    },
    asked: { version: by('Eve') },
    verifies: false,
    ...over,
  };
}

describe('the standing of sign-offs', () => {
  it('tells of every demanded role who has signed, who has not, what may follow, and what does not count', () => {
    const evidence = 'https://tests.shop.example/1';
    const old = `sha256:${'cd'.repeat(32)}`;
    expect(standingOfSignoffs(question([signed('Bob', { digest: old }), signed('Ann', { evidence, comment: 'fine' })]))).toEqual([
      {
        role: 'tester',
        state: 'signed',
        quorum: 1,
        signed: [{ person: 'Ann', at: at('08:00'), expires: at('12:00'), evidence, comment: 'fine', commit: 'd'.repeat(40) }],
        rejected: [
          {
            by: 'Bob',
            at: at('08:00'),
            reason:
              "Bob's sign-off as tester is for another content (sha256:cdcdcdcdcdcd): settings or release changed since, or another environment was meant",
          },
        ],
        candidates: ['Bob'],
      },
      {
        role: 'client',
        state: 'missing',
        quorum: 1,
        deferredMs: 24 * hour,
        signed: [],
        rejected: [],
        candidates: ['Carl'],
      },
      { role: 'boss', state: 'unknown', quorum: 1, signed: [], rejected: [], candidates: [] },
    ]);
  });

  it('keeps the newest of several by one person', () => {
    const [tester] = standingOfSignoffs(question([signed('Ann', { at: at('09:00') }), signed('Ann'), signed('Bob')]));
    expect(tester?.signed.map(({ person, at: time }) => [person, time])).toEqual([
      ['Bob', at('08:00')],
      ['Ann', at('09:00')],
    ]);
  });

  it('is empty where the stage demands nothing, or is none', () => {
    expect(standingOfSignoffs(question([], { stage: 'qa' }))).toEqual([]);
  });

  it('names a broken Roles document only where the role is missing', () => {
    const broken = [{ kind: 'Roles', name: 'more', message: 'roles.yaml:4:3 should be an object' }] as const;
    const { governance } = question([signed('Ann')]);
    expect(
      standingOfSignoffs(question([], { governance: { ...governance, broken } })).map(({ state, broken: where }) => [
        state,
        where,
      ]),
    ).toEqual([
      ['signed', undefined],
      ['missing', undefined],
      ['broken', 'more: roles.yaml:4:3 should be an object'],
    ]);
  });
});

describe('who asks for what is to be signed', () => {
  const product = aProduct({ stages: [aStage({ signoffs: [{ role: 'tester' }] })] });
  const facts = someFacts({ desired: aDesired({ product }), commit: { ...aCommit(), author: 'Eve', email: 'eve@shop.example' } });

  it('stays in the status as the commit does, while the digest stays', () => {
    const first = resolveDesired(facts);
    const environment = anEnvironment({ observedGeneration: 1, ...(first && { desired: first }) });
    const later = resolveDesired({
      ...facts,
      environment,
      commit: { ...aCommit('e'.repeat(40)), author: 'Ada', email: 'a@b.c' },
    });
    expect([first?.commitAuthor, later?.commitAuthor, later?.commit]).toEqual([
      'Eve <eve@shop.example>',
      'Eve <eve@shop.example>',
      'c'.repeat(40),
    ]);
  });

  it('is whom the repository names, or else the author of the commit at which it was first seen', () => {
    const desired = resolveDesired(facts);
    const asked = { version: by('Ann') };
    const ask = (wanted = facts.desired) =>
      signoffQuestion({ facts, ...(wanted && { wanted }), ...(desired && { desired }) })?.asked;
    expect(ask()).toEqual({
      version: { commit: 'c'.repeat(40), author: 'Eve', email: 'eve@shop.example', time: at('09:00') },
    });
    expect(ask(aDesired({ product, asked }))).toEqual(asked);
  });
});
