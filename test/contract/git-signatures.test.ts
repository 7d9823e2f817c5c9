import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../controller/core/digest.js';
import { splitSignedCommit } from '../../controller/git/signatures/signed-commit.js';
import { Verifier } from '../../controller/git/signatures/verifier.js';

/** Keys and signatures that GnuPG 2.2 and OpenSSH 9.2 made, all over the same commit. */
const made = JSON.parse(readFileSync(new URL('../support/git/signed-commits.json', import.meta.url), 'utf8')) as {
  payload: string;
  signatures: Record<string, string>;
  keys: Record<string, string>;
};
const key = (name: string): string => made.keys[name] ?? '';
const everyKey = new Verifier(Object.values(made.keys));

/** A commit as git writes it: the signature in a header, its lines indented. */
function commit(signature: string, payload = made.payload): Buffer {
  const [header = '', ...message] = payload.split('\n\n');
  const lines = signature.trimEnd().replaceAll('\n', '\n ');
  return Buffer.from([`${header}\ngpgsig ${lines}`, ...message].join('\n\n'));
}
const signedBy = (name: string, payload?: string): Buffer => commit(made.signatures[name] ?? '', payload);

describe('the signature of a commit', () => {
  it.each([
    ['ssh-ed25519', 'ssh-ed25519'],
    ['ssh-sha256', 'ssh-ed25519'],
    ['ssh-ecdsa256', 'ssh-ecdsa256'],
    ['ssh-ecdsa384', 'ssh-ecdsa384'],
    ['ssh-ecdsa521', 'ssh-ecdsa521'],
    ['ssh-rsa3072', 'ssh-rsa3072'],
    ['pgp-ann', 'pgp-ann'],
    ['pgp-bob', 'pgp-bob'],
  ])('%s is good, and tells whose key it is', async (signature, owner) => {
    expect(await everyKey.verify(signedBy(signature))).toEqual({
      signedBy: expect.stringMatching(/^(SHA256:[A-Za-z0-9+/]{43}|[0-9A-F]{40})$/),
      keys: [sha256(key(owner).trim())],
    });
  });

  it.each([
    ['ssh-ed25519', 'has a signature that does not fit its content'],
    ['ssh-ecdsa384', 'has a signature that does not fit its content'],
    ['ssh-rsa3072', 'has a signature that does not fit its content'],
    ['pgp-ann', 'has a signature that does not fit its content'],
    ['pgp-bob', 'has a signature that does not fit its content'],
  ])('%s is not good any more when the commit was changed', async (signature, problem) => {
    expect(await everyKey.verify(signedBy(signature, made.payload.replace('1.1.0', '1.2.0')))).toEqual({ problem });
    expect(await everyKey.verify(signedBy(signature, made.payload.replace('author Ann', 'author Bob')))).toEqual({ problem });
  });

  it.each([
    ['pgp-old', 'is signed with an OpenPGP key that has expired, or was revoked'],
    ['pgp-rev', 'is signed with an OpenPGP key that has expired, or was revoked'],
    ['pgp-sha1', 'has a signature that does not fit its content'],
    ['ssh-file', 'was signed for "file" and not for git'],
    ['ssh-rsa1024', 'has an SSH signature that is not well-formed, or of a kind that is not supported'],
  ])('%s is not good', async (signature, problem) => {
    expect(await everyKey.verify(signedBy(signature))).toEqual({ problem });
  });

  it('counts for no key that is not known', async () => {
    const others = new Verifier([key('ssh-ecdsa256'), key('pgp-bob'), 'no key at all', '']);
    expect(await others.verify(signedBy('ssh-ed25519'))).toEqual({
      problem: expect.stringMatching(/^is signed with the SSH key SHA256:\S+, which is not known$/),
    });
    expect(await others.verify(signedBy('pgp-ann'))).toEqual({
      problem: expect.stringMatching(/^is signed with the OpenPGP key [0-9a-f]{16}, which is not known$/),
    });
  });

  it('is that of the key in every form in which somebody wrote it down', async () => {
    const [type = '', text = ''] = key('ssh-ed25519').split(' ');
    const forms = [`${type} ${text}`, `${type}  ${text} ann@laptop`];
    expect(await new Verifier(forms).verify(signedBy('ssh-ed25519'))).toEqual({
      signedBy: expect.stringMatching(/^SHA256:/),
      keys: forms.map((form) => sha256(form)),
    });
  });

  it('is missing, doubled, or of another kind', async () => {
    expect(await everyKey.verify(Buffer.from(made.payload))).toEqual({ problem: 'is not signed' });
    const twice = signedBy('ssh-ed25519').toString().replace('\n\n', `\ngpgsig ${'-----BEGIN SSH SIGNATURE-----'}\n\n`);
    expect(await everyKey.verify(Buffer.from(twice))).toEqual({ problem: 'has more than one signature' });
    expect(await everyKey.verify(commit('-----BEGIN SIGNED MESSAGE-----\nabc\n'))).toEqual({
      problem: 'is signed in a way that is not supported; use SSH or OpenPGP',
    });
  });

  it('in the message is none', async () => {
    const inMessage = Buffer.from(`${made.payload}\ngpgsig ${made.signatures['ssh-ed25519']}`);
    expect(await everyKey.verify(inMessage)).toEqual({ problem: 'is not signed' });
  });

  it.each(['ssh-ed25519', 'ssh-ecdsa256', 'ssh-rsa3072'])('%s survives neither a changed bit nor a cut', async (name) => {
    const good = Buffer.from((made.signatures[name] ?? '').replaceAll(/-----.*-----|\n/g, ''), 'base64');
    const armored = (bytes: Buffer) =>
      commit(`-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----\n`);
    expect(await everyKey.verify(armored(good))).toHaveProperty('signedBy');
    for (let at = 0; at < good.length; at++) {
      const changed = Buffer.from(good);
      changed.writeUInt8((good[at] ?? 0) ^ (1 << (at % 8)), at);
      expect(await everyKey.verify(armored(changed)), `byte ${at}`).toHaveProperty('problem');
      expect(await everyKey.verify(armored(good.subarray(0, at))), `the first ${at} bytes`).toHaveProperty('problem');
    }
  });

  it('by OpenPGP does not survive a cut', async () => {
    const good = made.signatures['pgp-ann'] ?? '';
    for (let length = 30; length < good.length - 60; length += 7)
      expect(await everyKey.verify(commit(`${good.slice(0, length)}\n-----END PGP SIGNATURE-----\n`))).toHaveProperty('problem');
  });

  it('that is nothing but bytes is told as a problem', async () => {
    const head = Buffer.concat([Buffer.from('SSHSIG'), Buffer.from([0, 0, 0, 1])]);
    const kinds = fc.constantFrom('SSH', 'PGP');
    await fc.assert(
      fc.asyncProperty(kinds, fc.boolean(), fc.uint8Array({ maxLength: 200 }), async (kind, begun, bytes) => {
        const body = Buffer.concat([begun ? head : Buffer.alloc(0), bytes]).toString('base64');
        const signature = `-----BEGIN ${kind} SIGNATURE-----\n${kind === 'PGP' ? '\n' : ''}${body}\n-----END ${kind} SIGNATURE-----\n`;
        expect(await everyKey.verify(commit(signature))).toHaveProperty('problem');
        expect(await everyKey.verify(Buffer.from(bytes))).toEqual({ problem: expect.any(String) });
      }),
      { numRuns: 300 },
    );
  });

  it('is taken out of the commit as it was put in', () => {
    const signature = made.signatures['pgp-ann'] ?? '';
    expect(splitSignedCommit(commit(signature))).toEqual({ payload: Buffer.from(made.payload), signature });
    const merge = made.payload.replace('\n\n', `\nmergetag object ${'1'.repeat(40)}\n type commit\n tag v1\n\n`);
    expect(splitSignedCommit(commit(signature, merge))).toEqual({ payload: Buffer.from(merge), signature });
  });
});
