import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { GitSpec } from '../../controller/core/resources/release-source.js';
import { entry, person, release, roles, signedProduct, version } from '../support/git/signoffs.js';
import { aSource, createWorld, failureOf, soon, versionsOf, type World } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
const folder = mkdtempSync(join(tmpdir(), 'towpath-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Key {
  readonly file: string;
  readonly line: string;
}

const none: Key = { file: '', line: '' };

function makeKey(name: string): Key {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() };
}

describe.skipIf(!keygen)('a source that verifies', () => {
  const keys = keygen ? { ann: makeKey('ann'), bob: makeKey('bob'), operator: makeKey('operator') } : undefined;
  const { ann, bob, operator } = keys ?? { ann: none, bob: none, operator: none };

  let world: World;
  afterEach(() => world.close());

  /** Makes the last commit once more, signed by git itself. */
  const sign = async (key: Key, author: string) => {
    const { git } = world.repository;
    const [name = '', email = ''] = person(author).split(/ <|>/);
    const who = ['-c', `user.name=${name}`, '-c', `user.email=${email}`];
    const how = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key.file}`];
    const parent = await git('rev-parse', 'main^');
    const sha = await git(...who, ...how, 'commit-tree', '-S', 'main^{tree}', '-p', parent, '-m', 'Signed');
    await git('update-ref', 'refs/heads/main', sha);
    return sha;
  };
  const latest = (verify: NonNullable<GitSpec['verify']>) =>
    world.repositories.latest(aSource({ url: world.url, verify }), soon());
  const signatureOf = async (mode: 'signoffs' | 'none') => {
    const { governance } = (await latest({ mode })).repository;
    return governance.releases[0]?.signoffs[0]?.brought?.signature;
  };
  const start = async (secrets: Record<string, Record<string, string>> = {}) => {
    world = await createWorld({ secrets });
    const files = { ...signedProduct, 'roles.yaml': roles({ Ann: ann.line, Bob: bob.line }), 'version.yaml': version('1.1.0') };
    return world.repository.commit({ files });
  };
  const annSigns = () => world.repository.commit({ files: { 'release.yaml': release(entry('Ann')) }, author: person('Ann') });

  it('tells who signed the commit that brought a sign-off, under whatever name it was made', async () => {
    await start();
    await annSigns();
    expect(await signatureOf('signoffs')).toEqual({ problem: 'is not signed' });
    await sign(bob, 'Ann');
    expect(await signatureOf('signoffs')).toMatchObject({ signedBy: expect.stringMatching(/^SHA256:/) });
    expect(await signatureOf('none')).toBeUndefined();
  });

  it('looks at the keys that Roles have now', async () => {
    await start();
    await annSigns();
    await sign(ann, 'Ann');
    expect(await signatureOf('signoffs')).toHaveProperty('signedBy');
    await world.repository.commit({ files: { 'roles.yaml': roles({ Bob: bob.line }) } });
    expect(await signatureOf('signoffs')).toEqual({ problem: expect.stringContaining('which is not known') });
  });

  it('keeps the last commit that the operator’s keys verify', async () => {
    await start({ keys: { authorizedKeys: `# people\nops@shop.example namespaces="git" ${operator.line}\n` } });
    await world.repository.commit({ files: { 'version.yaml': version('1.2.0') } });
    const good = await sign(operator, 'Ada');
    const head = { mode: 'head', secretRef: { name: 'keys' } } as const;
    expect((await latest(head)).commit.sha).toBe(good);
    const bad = await world.repository.commit({
      files: { 'version.yaml': version('6.6.6') },
      author: 'Mallory <m@evil.example>',
    });
    expect(await failureOf(latest(head))).toEqual({
      reason: 'CommitNotVerified',
      message: `Commit ${bad.slice(0, 12)} by Mallory is not signed; the last verified commit stays in force.`,
      retry: 'never',
    });
    await sign(ann, 'Ada');
    expect((await failureOf(latest(head))).message).toMatch(
      /is signed with the SSH key SHA256:\S+, which is not known; the last/,
    );
    const next = await sign(operator, 'Ada');
    const read = await latest(head);
    expect([read.commit.sha, versionsOf(read)]).toEqual([next, { uat: '6.6.6' }]);
  });

  it.each([
    ['has no Secret', undefined, 'verify.mode head needs verify.secretRef: the keys that commits are to be signed with.'],
    ['has an empty Secret', {}, 'The Secret of verify.secretRef has neither authorizedKeys nor pgp.asc.'],
    [
      'has what is no key',
      { authorizedKeys: '\nssh-ed25519 AAAA\n' },
      'Line 2 of authorizedKeys in the Secret of verify.secretRef holds no SSH public key of a supported kind.',
    ],
    [
      'has keys with options that it would overlook',
      { authorizedKeys: `* valid-before="20200101" ${operator.line}` },
      'Line 1 of authorizedKeys in the Secret of verify.secretRef has options that are not supported.',
    ],
    [
      'has no OpenPGP key',
      { 'pgp.asc': 'none' },
      'pgp.asc in the Secret of verify.secretRef holds no OpenPGP public key, armored.',
    ],
  ])('reads nothing where it %s', async (_, secret, message) => {
    await start(secret === undefined ? {} : { keys: secret });
    const verify = { mode: 'head', ...(secret === undefined ? {} : { secretRef: { name: 'keys' } }) } as const;
    expect(await failureOf(latest(verify))).toEqual({ reason: 'VerifyKeysInvalid', message, retry: 'never' });
  });
});
