import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environmentFiles, productDocument } from '../support/e2e/documents.js';
import { createPromotionWorld, type PromotionWorld, token, writeTo } from '../support/forge/promotion-world.js';
import type { DialectName } from '../support/forge/server.js';

const bom = Buffer.from([0xef, 0xbb, 0xbf]);
const uatFile = 'products/shop/environments/uat-acme/version.yaml';
/** As people write: comments, blank lines, columns, a mark at the beginning, line ends of Windows. */
const uat = `# Acme's UAT.   Ask Bob before you touch it!
apiVersion: towpath.dev/v1alpha1
kind:       MasterVersion

metadata: { name: uat-acme }   # the environment
spec:
    product:  shop
    version:  '1.0.0'      # 1.0.0 since October

    # notBefore: 2026-12-01T20:00:00+11:00
`.replaceAll('\n', '\r\n');
const globexFile = 'products/shop/environments/uat-globex/version.json';
const globex = JSON.stringify(
  {
    apiVersion: 'towpath.dev/v1alpha1',
    kind: 'MasterVersion',
    metadata: { name: 'uat-globex' },
    spec: { product: 'shop', version: '1.0.0' },
  },
  null,
  '\t',
);

const release = (version: string, more = '') =>
  `apiVersion: towpath.dev/v1alpha1\nkind: Release\nmetadata:\n  name: ${version}\nspec:\n  product: shop\n  class: minor\n${more}`;

function config(name: string, client: string): Record<string, string> {
  const files = environmentFiles(name, { stage: 'uat', version: '1.0.0' });
  const path = `products/shop/environments/${name}/config.yaml`;
  return { [path]: (files[path] ?? '').replace('  stage: uat\n', `  stage: uat\n  client: ${client}\n`) };
}

const files: Record<string, string | Buffer> = {
  'products/shop/product.yaml': productDocument(),
  'products/shop/releases/1.0.0.yaml': release('1.0.0'),
  'products/shop/releases/1.1.0.yaml': release(
    '1.1.0',
    '  previous: 1.0.0\n  checklist:\n    - {id: move-points, kind: data-migration, title: Move the points, reversible: false, rollback: Restore the backup}\n',
  ),
  ...environmentFiles('qa', { version: '1.1.0' }),
  ...config('uat-acme', 'acme'),
  ...config('uat-globex', 'globex'),
  [uatFile]: Buffer.concat([bom, Buffer.from(uat)]),
  [globexFile]: globex,
};

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

  const untouched = async () => [
    await world.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    await world.git('status', '--porcelain'),
    await world.remote.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    world.host.state.pullRequests.length,
  ];
  const nothing = ['refs/heads/main', '', 'refs/heads/main', 0];

  it('prints with --dry-run a diff that git takes, and does nothing', async () => {
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

  it('says what a hook says that refuses, and leaves nothing behind', async () => {
    const script = '#!/bin/sh\necho "no releases on Fridays" >&2\nexit 1\n';
    await writeFile(join(world.clone, '.git/hooks/pre-commit'), script, { mode: 0o755 });
    const { code, stderr } = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')]);
    expect([code, stderr]).toEqual([1, 'towpath: git commit failed:\n  no releases on Fridays\n']);
    expect([await untouched(), await world.git('worktree', 'list', '--porcelain')]).toEqual([
      nothing,
      expect.not.stringContaining('towpath-promote'),
    ]);
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

  it.each([
    [['promote', 'shp', '1.1.0', 'uat-acme'], 1, 'there is no product "shp" (shop); did you mean "shop"?'],
    [
      ['promote', 'shop', '1.1.0', 'uat-acne'],
      1,
      'there is no environment "uat-acne" of shop (qa, uat-acme, uat-globex); did you mean "uat-acme"?',
    ],
    [
      ['promote', 'shop', '1.1.1', 'uat-acme'],
      1,
      'there is no Release document of version 1.1.1 (1.0.0, 1.1.0); did you mean "1.1.0"?; --undocumented asks for it all the same',
    ],
    [['promote', 'shop', 'not a version', 'uat-acme', '--undocumented'], 1, '"not a version" is no version'],
    [['promote', 'shop', '1.1.0'], 2, 'name environments, or all of a stage with --stage'],
    [['promote', 'shop', '1.1.0', 'qa', '--stage', 'uat'], 2, 'name environments, or all of a stage with --stage'],
    [['promote', 'shop', '--from', 'qa'], 2, '--from and --to go together'],
    [['promote', 'shop', '1.1.0', '--from', 'qa', '--to', 'uat'], 2, '--from takes the version that is verified there'],
    [['rollback', 'uat-acme'], 2, "required option '--reason <text>' not specified"],
    [['rollback', 'nowhere', '--to', '1.0.0', '--reason', 'x'], 1, 'there is no environment "nowhere" here'],
    [
      ['rollback', 'uat-acme', '--to', '1.0.0', '--reason', 'x'],
      1,
      'uat-acme asks for 1.0.0 already: there is nothing to go back to',
    ],
  ])('refuses %j with nothing done', async (args, code, message) => {
    const usual = args.includes('--from') || code === 2 ? args : [...args, ...world.forge('github')];
    expect(await world.towpath(usual)).toMatchObject({ code, stderr: expect.stringContaining(message) });
    expect(await untouched()).toEqual(nothing);
  });

  it('refuses what would not be valid, and says where', async () => {
    await world.remote.commit({
      files: {
        [uatFile.replace('version', 'config')]:
          'apiVersion: towpath.dev/v1alpha1\nkind: EnvironmentConfig\nmetadata: {name: uat-acme}\nspec: {product: shop, stage: uta}\n',
      },
    });
    const { code, stderr } = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^towpath: the documents would not be valid:\n {2}products\/shop\/environments\/uat-acme\/config\.yaml:4:\d+ spec\.stage: "uta" is not a stage of product shop/,
      ),
    ]);
    expect(await untouched()).toEqual(nothing);
  });

  it('refuses to edit a file that is not as it was committed', async () => {
    await writeFile(join(world.clone, uatFile), uat.replace('1.0.0', '0.9.0'));
    const { code, stderr } = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')]);
    expect([code, stderr]).toEqual([1, `towpath: ${uatFile} has changes that are not committed: commit or undo them first\n`]);
  });

  it('asks for a token before it does anything, and shows none', async () => {
    const args = ['promote', 'shop', '1.1.0', 'uat-acme', ...world.forge('github')];
    expect(await world.towpath(args, {})).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'towpath: a pull request needs a token of github: GITHUB_TOKEN or GH_TOKEN, or --token-file; --no-pull-request stops before\n',
    });
    expect(await untouched()).toEqual(nothing);
    const file = join(world.clone, '..', 'token');
    await writeFile(file, 'a-wrong-token\n');
    const refused = await world.towpath([...args, '--token-file', file], {});
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/acme\/releases at 127\.0\.0\.1:\d+ does not accept the credentials/),
    ]);
    expect(JSON.stringify(refused)).not.toContain('a-wrong-token');
    await writeFile(file, `${token}\n`);
    expect((await world.towpath([...args, '--token-file', file], {})).stdout).toMatch(
      /has this change already[\s\S]*Pull request 1: /,
    );
  });

  it('says what git says where it cannot push, without the password', async () => {
    await world.git(
      'remote',
      'set-url',
      '--push',
      'origin',
      `${world.server.url.replace('://', '://ann:wrong-password@')}/repository.git`,
    );
    const { code, stderr } = await world.towpath(['promote', 'shop', '1.1.0', 'uat-acme', '--no-pull-request']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^towpath: git push failed:/)]);
    expect(stderr).not.toContain('wrong-password');
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
