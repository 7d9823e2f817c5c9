import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPromotionWorld, type PromotionWorld, token, writeTo } from '../support/forge/promotion-world.js';
import type { DialectName } from '../support/forge/server.js';
import { bom, files, globex, globexFile, release, uat, uatFile } from '../support/forge/shop.js';

describe('towpath promote', () => {
  let world: PromotionWorld;
  beforeEach(async () => {
    world = await createPromotionWorld(files);
  });
  afterEach(() => world.close());
  const inRemote = (revision: string, file: string) =>
    execFileSync('git', ['-C', world.remote.folder, 'cat-file', 'blob', `${revision}:${file}`]);

  it('changes the version and not another byte, on a branch of the remote, with a pull request that holds the plan', async () => {
    const answer = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')]);
    expect(answer).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(
        /^shop\.uat-acme {2}1\.0\.0 → 1\.1\.0\nCommitted [0-9a-f]{12} on towpath\/shop-1\.1\.0-uat-acme\.\nIt is on origin, for main\.\nPull request 1: http:.*\/acme\/releases\/pull\/1\n$/,
      ),
    });
    const branch = 'towpath/shop-1.1.0-uat-acme';
    expect(inRemote(branch, uatFile)).toEqual(Buffer.concat([bom, Buffer.from(uat.replace("'1.0.0'", "'1.1.0'"))]));
    expect(await world.remote.git('diff', '--name-only', 'main', branch)).toBe(uatFile);
    expect(await world.remote.git('log', '-1', '--format=%an <%ae>%n%B', branch)).toBe(
      'Ann <ann@example.com>\nchore(shop): promote 1.1.0 to uat-acme\n\nAsks for shop 1.1.0 in uat-acme.\n\nChange summary:\n- uat-acme: 1.0.0 -> 1.1.0',
    );
    expect(world.host.state.pullRequests).toMatchObject([
      {
        head: branch,
        base: 'main',
        title: 'chore(shop): promote 1.1.0 to uat-acme',
        sha: await world.remote.git('rev-parse', branch),
      },
    ]);
    expect(world.host.state.pullRequests[0]?.body).toMatch(
      /### Towpath plan: 1 environment changes: 1 would be deployed[\s\S]*1\.0\.0 → 1\.1\.0[\s\S]*move-points/,
    );
  });

  it('keeps bytes that attributes, or settings of the user, would change', async () => {
    await world.remote.commit({ files: { '.gitattributes': '*.yaml text eol=lf\n' } });
    await world.git('config', 'core.autocrlf', 'input');
    expect((await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', '--no-pull-request'])).code).toBe(0);
    expect(inRemote('towpath/shop-1.1.0-uat-acme', uatFile)).toEqual(
      Buffer.concat([bom, Buffer.from(uat.replace("'1.0.0'", "'1.1.0'"))]),
    );
  });

  it('leaves the working copy, its index and its branch as they are', async () => {
    await world.git('switch', '--quiet', '--create', 'my-work');
    await writeTo(world.clone, 'notes.txt', 'not committed');
    await world.git('add', 'notes.txt');
    const before = [await world.git('status', '--porcelain', '--branch'), await world.git('worktree', 'list')];
    expect((await world.towpath(['promote', 'shop', '1.1.0', '--stage', 'uat', ...world.forge('github')])).code).toBe(0);
    expect([await world.git('status', '--porcelain', '--branch'), await world.git('worktree', 'list')]).toEqual(before);
    expect(await world.remote.git('diff', '--name-only', 'main', 'towpath/shop-1.1.0-uat')).toBe(`${uatFile}\n${globexFile}`);
    expect(inRemote('towpath/shop-1.1.0-uat', globexFile).toString()).toBe(globex.replace('"1.0.0"', '"1.1.0"'));
  });

  it('starts from what the remote has now, not from what was fetched once', async () => {
    await world.remote.commit({ files: { 'products/shop/releases/1.2.0.yaml': release('1.2.0', '  previous: 1.1.0\n') } });
    expect((await world.towpath(['promote', 'shop', '1.2.0', 'uat-acme', ...world.forge('github')])).code).toBe(0);
    expect(await world.remote.git('rev-parse', 'towpath/shop-1.2.0-uat-acme^')).toBe(await world.remote.git('rev-parse', 'main'));
  });

  it('finds its own branch and pull request when it is run again, from here or from elsewhere', async () => {
    const args = ['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')];
    const first = await world.towpath(args);
    const tip = await world.remote.git('rev-parse', 'towpath/shop-1.1.0-uat-acme');
    const again = await world.towpath(args);
    await world.git('branch', '--quiet', '-D', 'towpath/shop-1.1.0-uat-acme');
    const elsewhere = await world.towpath(args);
    for (const { code, stdout } of [again, elsewhere])
      expect([code, stdout.split('\n').slice(1)]).toEqual([
        0,
        [`towpath/shop-1.1.0-uat-acme has this change already (${tip.slice(0, 12)}).`, ...first.stdout.split('\n').slice(2)],
      ]);
    expect([
      await world.remote.git('for-each-ref', '--format=%(refname:short)', 'refs/heads'),
      world.host.state.pullRequests.length,
    ]).toEqual(['main\ntowpath/shop-1.1.0-uat-acme', 1]);
  });

  it('finds its branch in a shallow clone, also where a reviewer has added to it and the main branch has moved', async () => {
    const args = ['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')];
    await world.towpath(args);
    await world.remote.commit({ branch: 'towpath/shop-1.1.0-uat-acme', files: { 'notes.md': 'Reviewed' } });
    await world.remote.commit({ files: { 'readme.md': 'Meanwhile' } });
    const shallow = `${world.clone}-shallow`;
    await world.git(
      'clone',
      '--quiet',
      '--depth=1',
      '-c',
      `credential.helper=${await world.git('config', 'credential.helper')}`,
      `${world.server.url}/repository.git`,
      shallow,
    );
    for (const where of ['.', shallow])
      expect((await world.towpath([...args, '--repository', where])).stdout).toContain('has this change already');
    expect(world.host.state.pullRequests).toHaveLength(1);
  });

  it('says that nothing is to be done once it is merged, and takes another name where the old branch is still there', async () => {
    const args = ['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')];
    await world.towpath(args);
    await world.remote.git('update-ref', 'refs/heads/main', 'refs/heads/towpath/shop-1.1.0-uat-acme');
    expect(await world.towpath(args)).toEqual({
      code: 0,
      stderr: '',
      stdout: 'shop.uat-acme asks for 1.1.0 already\nNothing to change.\n',
    });
    await world.remote.commit({ files: { [uatFile]: uat } });
    expect((await world.towpath(args)).stdout).toContain('on towpath/shop-1.1.0-uat-acme-2.');
    expect(world.host.state.pullRequests.map(({ head }) => head)).toEqual([
      'towpath/shop-1.1.0-uat-acme',
      'towpath/shop-1.1.0-uat-acme-2',
    ]);
  });

  it.each<[DialectName, Record<string, string>]>([
    ['gitlab', { GITLAB_TOKEN: token }],
    ['gitea', { GITEA_TOKEN: token }],
    ['bitbucket-cloud', { BITBUCKET_TOKEN: token, BITBUCKET_USERNAME: 'ann@example.com' }],
    ['bitbucket-data-center', { BITBUCKET_TOKEN: token }],
  ])('opens the pull request at %s', async (dialect, env) => {
    const { code, stdout } = await world.towpath(
      ['promote', 'shop', '1.1.0', 'uat-acme', '-o', 'json', ...world.forge(dialect)],
      env,
    );
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        kind: 'promote',
        environments: [{ environment: 'uat-acme', from: '1.0.0', to: '1.1.0' }],
        branch: 'towpath/shop-1.1.0-uat-acme',
        commit: await world.remote.git('rev-parse', 'towpath/shop-1.1.0-uat-acme'),
        isPushed: true,
        pullRequest: { number: 1 },
      },
    ]);
    expect(world.host.state.pullRequests).toMatchObject([{ author: 'ann', base: 'main' }]);
    expect(world.host.state.pullRequests[0]?.body.includes('<details>')).toBe(!dialect.startsWith('bitbucket'));
  });

  it('is told of the code host by the settings of git as well', async () => {
    const [kind = '', url = '', project = ''] = world.forge('gitea').filter((_, index) => index % 2 === 1);
    for (const [name, value] of Object.entries({ forge: kind, forgeUrl: url, project }))
      await world.git('config', `towpath.${name}`, value);
    const { stdout } = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme'], { GITEA_TOKEN: token });
    expect(stdout).toMatch(/Pull request 1: http.*\/acme\/releases\/pulls\/1\n$/);
    await world.git('config', 'towpath.forge', 'gitear');
    expect((await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme'])).stderr).toBe(
      'towpath: towpath.forge gitear is none of github, gitlab, gitea, bitbucket\n',
    );
  });

  const untouched = async () => [
    await world.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    await world.git('status', '--porcelain'),
    await world.remote.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    world.host.state.pullRequests.length,
  ];
  const nothing = ['refs/heads/main', '', 'refs/heads/main', 0];

  it('prints with --dry-run a diff that git takes, and does nothing', async () => {
    // As in clones of build servers: the remote would have to be asked for its main branch.
    await world.git('symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
    world.server.forget();
    const { code, stdout, stderr } = await world.towpath([
      'promote',
      'shop',
      '1.1.0',
      '--stage',
      'uat',
      '--reason',
      'Sprint 42',
      '--dry-run',
    ]);
    expect([code, stderr]).toEqual([0, 'shop.uat-acme    1.0.0 → 1.1.0\nshop.uat-globex  1.0.0 → 1.1.0\nNothing was done.\n']);
    expect([await untouched(), world.server.seen]).toEqual([nothing, []]);
    execFileSync('git', ['-C', world.clone, 'apply', '-'], { input: stdout });
    expect(await readFile(join(world.clone, uatFile))).toEqual(
      Buffer.concat([
        bom,
        Buffer.from(
          uat.replace(
            "'1.0.0'      # 1.0.0 since October\r\n",
            '\'1.1.0\'      # 1.0.0 since October\r\n    reason: "Sprint 42"\r\n',
          ),
        ),
      ]),
    );
  });

  it('commits as their git does: signed, and through their hooks, which see all files', async () => {
    const key = join(world.clone, '..', 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    for (const setting of ['gpg.format=ssh', `user.signingkey=${key}.pub`, 'commit.gpgsign=true'])
      await world.git('config', ...(setting.split('=') as [string, string]));
    const hook = (name: string, script: string) =>
      writeFile(join(world.clone, '.git/hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await hook('pre-commit', 'test -f products/shop/product.yaml || exit 1');
    await hook('commit-msg', 'echo "Change-Id: I123" >> "$1"');
    expect(await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', '--no-pull-request'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const commit = await world.remote.git('cat-file', 'commit', 'towpath/shop-1.1.0-uat-acme');
    expect([commit.includes('-----BEGIN SSH SIGNATURE-----'), commit.endsWith('Change-Id: I123')]).toEqual([true, true]);
  });

  it('stops after the commit, or after the push, where that is asked', async () => {
    const args = ['promote', 'shop', '1.1.0', 'uat-acme'];
    expect((await world.towpath([...args, '--no-push'], {})).stdout).toMatch(
      /Committed [0-9a-f]{12} on towpath\/shop-1\.1\.0-uat-acme\.\n$/,
    );
    expect(await world.remote.git('for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/main');
    expect((await world.towpath([...args, '--no-pull-request'], {})).stdout).toMatch(
      /has this change already.*\nIt is on origin, for main\.\n$/,
    );
    expect([await world.remote.git('rev-parse', 'towpath/shop-1.1.0-uat-acme'), world.host.seen]).toEqual([
      await world.git('rev-parse', 'towpath/shop-1.1.0-uat-acme'),
      [],
    ]);
  });

  it('goes back with the reason, and warns of what cannot be taken back', async () => {
    const file = 'products/shop/environments/qa/version.yaml';
    const done = String(files['products/shop/releases/1.1.0.yaml']).replace(
      'reversible: false,',
      'reversible: false, state: done,',
    );
    await world.remote.commit({ files: { 'products/shop/releases/1.1.0.yaml': done } });
    const { code, stdout } = await world.towpath([
      'rollback',
      'qa',
      '--to',
      '1.0.0',
      '--reason',
      'Points are credited twice',
      ...world.forge('github'),
    ]);
    const warning = 'move-points of 1.1.0 (Move the points) was done and cannot be taken back; Restore the backup';
    expect([code, stdout.split('\n').slice(0, 2)]).toEqual([0, ['shop.qa  1.1.0 → 1.0.0', `beware: ${warning}`]]);
    expect(inRemote('towpath/shop-1.0.0-qa', file).toString()).toBe(
      `${String(files[file]).replace('"1.1.0"', '"1.0.0"')}  reason: "Points are credited twice"\n`,
    );
    expect(await world.remote.git('log', '-1', '--format=%B', 'towpath/shop-1.0.0-qa')).toMatch(
      /^revert\(shop\): roll qa back to 1\.0\.0\n\nGoes back to shop 1\.0\.0 in qa\.\n\nWhy: Points are credited twice\n\nWarnings:\n- move-points/,
    );
    expect(world.host.state.pullRequests[0]?.body).toMatch(
      /^\*\*Rolled back because:\*\* Points are credited twice\n\n\*\*Beware:\*\*\n\n- move-points/,
    );
  });
});
