import { describe, expect, it } from 'vitest';
import { sha256 } from '../../controller/core/digest.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { signoffs as gate } from '../../controller/core/gates/signoffs.js';
import type { GateInput } from '../../controller/core/gates/verdict.js';
import type { Asked, Brought, DemandedSignoff, Person, ReleaseClass, Role, Signoff } from '../../controller/core/governance.js';
import { recordReads } from '../../controller/core/judgement/record-reads.js';
import type { DesiredEnvironment } from '../../controller/core/model.js';
import type { DesiredStatus } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aDesired, aProduct, aStage, at, someFacts } from '../support/facts.js';
import { aRelease } from '../support/releases.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const day = 86_400_000;

const brought = (name: string, over: Partial<Brought> = {}): Brought => ({
  commit: 'd'.repeat(40),
  author: name,
  email: `${name.toLowerCase()}@shop.example`,
  time: at('08:00'),
  ...over,
});
const person = (name: string, over: Partial<Person> = {}): Person => ({
  name,
  emails: [`${name.toLowerCase()}@shop.example`],
  keys: [],
  ...over,
});
const role = (name: string, people: readonly Person[], over: Partial<Role> = {}): Role => ({
  name,
  aliases: [],
  people,
  quorum: 1,
  authorMaySign: false,
  ...over,
});
const tester = role('tester', [person('Ann'), person('Bob')], { aliases: ['qa'] });
const signed = (by: string, over: Partial<Signoff> = {}): Signoff => ({
  role: 'tester',
  stage: 'uat',
  by,
  at: at('08:00'),
  digest,
  brought: brought(by),
  ...over,
});

interface Place {
  readonly demands?: readonly DemandedSignoff[];
  readonly roles?: readonly Role[];
  readonly signoffs?: readonly Signoff[];
  readonly client?: string;
  readonly classes?: readonly ReleaseClass[];
  readonly facts?: Partial<EnvironmentFacts>;
  readonly asked?: Asked;
  readonly desired?: Partial<DesiredStatus>;
}

/** Eve asks for 1.1.0 in an environment of the stage uat, which demands a tester. */
function inputOf(place: Place = {}): GateInput {
  const { demands = [{ role: 'tester' }], roles = [tester], client, facts, asked = { version: brought('Eve') } } = place;
  const wanted: DesiredEnvironment = aDesired({
    stage: 'uat',
    environment: 'uat-acme',
    ...(client === undefined ? {} : { client }),
    release: { class: 'minor' },
    asked,
    product: aProduct({ classes: place.classes ?? [], stages: [aStage({ name: 'uat', signoffs: demands })] }),
  });
  const release = aRelease('1.1.0', { signoffs: place.signoffs ?? [] });
  const governance = { releases: { '1.1.0': release }, windows: [], roles, broken: [] };
  const desired: DesiredStatus = {
    version: '1.1.0',
    digest,
    settingsDigest: 's',
    commit: 'c'.repeat(40),
    since: toTime(at('07:00')),
    ...place.desired,
  };
  return { facts: someFacts({ governance, ...facts }), wanted, desired };
}

const judge = (place: Place = {}) => gate(inputOf(place));

/** The sentences of a message that say why sign-offs do not count. */
const why = (place: Place) => judge(place)?.message.split('; ').slice(2, -1);

describe('signoffs', () => {
  it('opens when a person of the demanded role has signed what is asked for', () => {
    expect(judge({ signoffs: [signed('Ann')] })).toEqual({
      state: 'Passed',
      reason: 'Signed',
      message: 'signed by tester: Ann on 2026-11-22',
    });
  });

  it('opens by e-mail in any case, and by an alias of the role', () => {
    expect(judge({ signoffs: [signed('ANN@Shop.example', { role: 'qa', brought: brought('ann') })] })?.state).toBe('Passed');
    expect(judge({ demands: [{ role: 'qa' }], signoffs: [signed('Ann')] })?.state).toBe('Passed');
  });

  it('opens by a sign-off without a client, and by one for the client', () => {
    expect(judge({ client: 'acme', signoffs: [signed('Ann')] })?.state).toBe('Passed');
    expect(judge({ client: 'acme', signoffs: [signed('Ann', { client: 'acme' })] })?.state).toBe('Passed');
  });

  it('opens when as many different people have signed as the stage demands', () => {
    const demands = [{ role: 'tester', quorum: 2 }];
    expect(judge({ demands, signoffs: [signed('Ann'), signed('Bob', { at: at('08:30') })] })?.message).toBe(
      'signed by tester: Ann on 2026-11-22, Bob on 2026-11-22',
    );
  });

  it('opens for the author of the commit that asks, where the role allows it', () => {
    const roles = [role('tester', [person('Eve')], { authorMaySign: true })];
    expect(judge({ roles, signoffs: [signed('Eve')] })?.state).toBe('Passed');
  });

  it('opens without the sign-offs that the class of the release defers, and says that they are owed', () => {
    const classes: ReleaseClass[] = [
      { name: 'minor', priority: 0, skips: [], defers: [{ role: 'qa', withinMs: day }], followUps: [], changes: 'any' },
    ];
    expect(judge({ classes })).toEqual({ state: 'Passed', reason: 'Signed', message: 'tester may sign after the deployment' });
  });

  it('opens where commits are verified, by the signature of a key of the person, whoever the author says to be', () => {
    const key = 'ssh-ed25519 AAAA ann';
    const signature = { signedBy: 'SHA256:abc', keys: [sha256(key)] };
    const roles = [role('tester', [person('Ann', { keys: [`${key}\n`] })])];
    const facts = { source: { name: 'releases', suspended: false, firstDeployment: 'confirm', verifies: true } } as const;
    expect(judge({ roles, facts, signoffs: [signed('Ann', { brought: brought('Mallory', { signature }) })] })?.state).toBe(
      'Passed',
    );
  });

  it('closes until every role has signed', () => {
    const roles = [tester, role('client', [person('Carl')])];
    const demands = [{ role: 'tester' }, { role: 'client' }];
    expect(judge({ roles, demands, client: 'acme', signoffs: [signed('Ann')] })).toEqual({
      state: 'Blocked',
      reason: 'SignoffMissing',
      message:
        'waiting for sign-off by client (acme) of 1.1.0; asked since 2026-11-22; tester: Ann on 2026-11-22; to sign: sha256:abababababab',
      who: 'Carl as client, by a commit',
    });
  });

  it('closes until as many different people have signed: one person counts once', () => {
    const verdict = judge({
      demands: [{ role: 'tester', quorum: 2 }],
      signoffs: [signed('Ann'), signed('ann@shop.example', { brought: brought('Ann') })],
    });
    expect([verdict?.state, verdict?.message, verdict?.who]).toEqual([
      'Blocked',
      'waiting for sign-off by tester (1 of 2) of 1.1.0; asked since 2026-11-22; tester: Ann on 2026-11-22; to sign: sha256:abababababab',
      'Bob as tester, by a commit',
    ]);
  });

  it('closes when what was signed has lapsed, been asked for by the signer, or was brought by somebody else', () => {
    const other = `sha256:${'cd'.repeat(32)}`;
    expect(why({ signoffs: [signed('Ann', { digest: other })] })).toEqual([
      "Ann's sign-off as tester is for another content (sha256:cdcdcdcdcdcd): settings or release changed since, or another environment was meant",
    ]);
    expect(why({ demands: [{ role: 'tester', expiresMs: 3_600_000 }], signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester expired on 2026-11-22 09:00 UTC",
    ]);
    expect(why({ roles: [{ ...tester, expiresMs: 7_200_000 }], signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester expired on 2026-11-22 10:00 UTC",
    ]);
    expect(why({ asked: { version: brought('Ann') }, signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester does not count: Ann asked for it, and the role may not sign its own releases",
    ]);
    expect(why({ asked: { version: brought('Eve'), settings: brought('Ann') }, signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester does not count: Ann asked for it, and the role may not sign its own releases",
    ]);
    expect(why({ signoffs: [signed('Ann', { brought: brought('Bob') })] })).toEqual([
      "Ann's sign-off as tester was brought by a commit of Bob <bob@shop.example> (dddddddddddd)",
    ]);
  });

  it('closes for somebody who asks under another name, with a key that tells', () => {
    const roles = [role('tester', [person('Ann', { keys: ['ann'] })])];
    const signature = { signedBy: 'SHA256:ann', keys: [sha256('ann')] };
    expect(why({ roles, asked: { version: brought('Eve', { signature }) }, signoffs: [signed('Ann')] })?.at(-1)).toBe(
      "Ann's sign-off as tester does not count: Ann asked for it, and the role may not sign its own releases",
    );
  });

  it('closes for somebody who is not of the role, or signs for other clients only', () => {
    expect(why({ signoffs: [signed('Mallory')] })).toEqual([
      "Mallory's sign-off as tester does not count: Roles names nobody of that name or e-mail as tester",
    ]);
    const roles = [role('tester', [person('Ann', { clients: ['globex'] }), person('Bob')])];
    expect(why({ roles, client: 'acme', signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester does not count: Roles lets Ann sign for globex only",
    ]);
    expect(why({ roles, signoffs: [signed('Ann')] })).toHaveLength(1);
  });

  it('closes for sign-offs of other stages, clients, roles and versions, without a word about them', () => {
    const others = [
      signed('Ann', { stage: 'production' }),
      signed('Ann', { client: 'globex' }),
      signed('Ann', { role: 'client' }),
    ];
    expect(why({ client: 'acme', signoffs: others })).toEqual([]);
  });

  it.each([
    [undefined, 'which was not verified yet'],
    [{ problem: 'is not signed' }, 'which is not signed'],
    [{ signedBy: 'SHA256:bob', keys: [sha256('bob')] }, 'which is signed with SHA256:bob, no key of Ann'],
  ])('closes where commits are verified and the signature is %j', (signature, text) => {
    const facts = { source: { name: 'releases', suspended: false, firstDeployment: 'confirm', verifies: true } } as const;
    const roles = [role('tester', [person('Ann', { keys: ['ann'] })])];
    const by = brought('Ann', signature === undefined ? {} : { signature });
    expect(why({ roles, facts, signoffs: [signed('Ann', { brought: by })] })).toEqual([
      `Ann's sign-off as tester was brought by commit dddddddddddd, ${text}`,
    ]);
  });

  it('explains who may sign, leaving out the author', () => {
    expect(judge({ asked: { version: brought('Bob') } })?.who).toBe('Ann as tester, by a commit');
  });

  it('explains that too few people may sign', () => {
    const verdict = judge({ demands: [{ role: 'tester', quorum: 2 }], asked: { version: brought('Bob') } });
    expect([verdict?.state, verdict?.reason, verdict?.who]).toEqual([
      'Failed',
      'SignersMissing',
      'an author, by a commit that names more people for tester in a Roles document',
    ]);
    expect(verdict?.message).toContain('2 people have to sign as tester, and only 1 may');
  });

  it('explains at most three that do not count, the newest first', () => {
    const many = ['08:00', '08:01', '08:02', '08:03'].map((time) => signed('Mallory', { by: `M${time}`, at: at(time) }));
    expect(why({ signoffs: many })?.map((text) => text.slice(0, 8))).toEqual(["M08:03's", "M08:02's", "M08:01's", '1 more d']);
  });

  it('explains that there is no Release document', () => {
    const facts = { governance: { releases: {}, windows: [], roles: [tester], broken: [] } };
    expect(why({ facts })).toEqual(['there is no Release document of 1.1.0 that could hold it']);
  });

  it('next change is when a sign-off that is dated ahead begins to count', () => {
    const ahead = signed('Ann', { at: at('11:00') });
    expect(judge({ signoffs: [ahead] })?.nextChange).toBe(at('10:55'));
    expect(judge({ signoffs: [ahead], facts: { now: at('10:55') } })?.state).toBe('Passed');
    expect(judge()).not.toHaveProperty('nextChange');
  });

  it('next change is when a sign-off that counts expires, whether the gate is open or not', () => {
    const signoffs = [signed('Ann'), signed('Bob', { at: at('07:30') })];
    const demands = [{ role: 'tester', expiresMs: 3 * 3_600_000 }];
    expect(judge({ demands, signoffs })?.nextChange).toBe(at('10:30'));
    expect(judge({ demands: [{ role: 'tester', expiresMs: day, quorum: 2 }], signoffs })?.nextChange).toBe(at('07:30') + day);
    expect(judge({ demands: [{ role: 'tester', expiresMs: day, quorum: 3 }], signoffs })?.nextChange).toBe(at('07:30') + day);
    expect(judge({ signoffs })).not.toHaveProperty('nextChange');
  });

  it('fails closed while the digest is not known', () => {
    const verdict = gate({
      facts: someFacts(),
      wanted: aDesired({ product: aProduct({ stages: [aStage({ signoffs: [{ role: 'x' }] })] }) }),
    });
    expect(verdict?.reason).toBe('DigestUnknown');
  });

  it('fails closed where nobody says who the role is, or more than one document does', () => {
    expect(judge({ roles: [], signoffs: [signed('Ann')] })).toEqual({
      state: 'Failed',
      reason: 'RoleUnknown',
      message: 'no Roles document says who may sign as tester',
      who: 'an author, by a commit that says in a Roles document who it is',
    });
    const broken = [{ kind: 'Roles', name: 'people', message: 'roles.yaml:4:3 should be an object' }] as const;
    const governance = { releases: {}, windows: [], roles: [], broken };
    expect(judge({ facts: { governance } })?.message).toBe(
      'nobody knows who may sign as tester: people: roles.yaml:4:3 should be an object',
    );
    expect(judge({ roles: [tester, tester], signoffs: [signed('Ann')] })?.reason).toBe('RolesInvalid');
  });

  it('fails closed where it is not known who asked, or which commit brought the sign-off', () => {
    expect(why({ asked: { unknown: 'the history is too long' }, signoffs: [signed('Ann')] })).toEqual([
      "Ann's sign-off as tester does not count: nobody knows who asked for it (the history is too long), and the role may not sign its own releases",
    ]);
    const { brought: _, ...unknown } = signed('Ann');
    expect(why({ signoffs: [{ ...unknown, unbrought: 'the history is too long' }] })).toEqual([
      "Ann's sign-off as tester does not count: nobody knows which commit brought it (the history is too long)",
    ]);
  });

  it('follows again from what it looked at', () => {
    for (const signoffs of [[], [signed('Ann')], [signed('Mallory'), signed('Bob', { brought: brought('Eve') })]]) {
      const { found, record } = recordReads(inputOf({ signoffs }), gate);
      expect(gate(JSON.parse(JSON.stringify(record)) as GateInput)).toEqual(found);
    }
  });

  it('does not exist where the stage demands none', () => {
    expect(judge({ demands: [] })).toBeUndefined();
  });
});
