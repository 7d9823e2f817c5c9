import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPromotionWorld, type PromotionWorld, token } from '../support/forge/promotion-world.js';
import { files, uat, uatFile } from '../support/forge/shop.js';

describe('towpath promote and rollback, where they refuse', () => {
  let world: PromotionWorld;
  beforeEach(async () => {
    world = await createPromotionWorld(files);
  });
  afterEach(() => world.close());

  const untouched = async () => [
    await world.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    await world.git('status', '--porcelain'),
    await world.remote.git('for-each-ref', '--format=%(refname)', 'refs/heads'),
    world.host.state.pullRequests.length,
  ];
  const nothing = ['refs/heads/main', '', 'refs/heads/main', 0];

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
});
