import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../controller/core/promote/diff.js';
import { branchName, commitMessage, type PromotionChange, subjectOf } from '../../controller/core/promote/names.js';
import { isSameRemote, readRemote } from '../../controller/forge/remote.js';

describe('the names of a change', () => {
  const change: PromotionChange = {
    kind: 'promote',
    product: 'loyalty',
    version: '2.9.4',
    places: [{ environment: 'uat-acme', version: '2.9.1' }],
    warnings: [],
  };

  it('say product, version and target', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ environment: name, version: '1' }));
    expect([
      branchName(change),
      branchName({ ...change, stage: 'uat' }),
      branchName({ ...change, stage: 'uat', client: 'acme' }),
      branchName({ ...change, places: many }),
      branchName({ ...change, version: '1..2+b' }),
    ]).toEqual([
      'towpath/loyalty-2.9.4-uat-acme',
      'towpath/loyalty-2.9.4-uat',
      'towpath/loyalty-2.9.4-uat-acme',
      'towpath/loyalty-2.9.4-a-b-c-and-2-more',
      'towpath/loyalty-1.2+b-uat-acme',
    ]);
  });

  it('fit into the first line of a message', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ environment: `uat-client-${index}`, version: '1' }));
    expect([
      subjectOf(change),
      subjectOf({ ...change, places: many, stage: 'uat' }),
      subjectOf({ ...change, kind: 'rollback' }),
    ]).toEqual([
      'chore(loyalty): promote 2.9.4 to uat-acme',
      'chore(loyalty): promote 2.9.4 to 30 environments at uat',
      'revert(loyalty): roll uat-acme back to 2.9.4',
    ]);
  });

  it('make a whole message', () => {
    const over = new Map([['uat-acme', ['2.9.2', '2.9.3', '2.9.4']]]);
    const reason = 'Sprint 42 is accepted by the client, who wants it\nbefore the campaign of next week';
    expect(commitMessage({ ...change, reason, over, warnings: ['a is not certain'] })).toBe(
      `chore(loyalty): promote 2.9.4 to uat-acme

Asks for loyalty 2.9.4 in uat-acme.

Why: Sprint 42 is accepted by the client, who wants it before the
campaign of next week

Warnings:
- a is not certain

Change summary:
- uat-acme: 2.9.1 -> 2.9.4 (over 2.9.2, 2.9.3)
`,
    );
  });
});

describe('the diff of an edit', () => {
  it('has three lines around the change, and says where a line end is missing', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh';
    expect(unifiedDiff([{ path: 'x/y.yaml', before, after: before.replace('e\n', 'E\n') }])).toBe(
      'diff --git a/x/y.yaml b/x/y.yaml\n--- a/x/y.yaml\n+++ b/x/y.yaml\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff([{ path: 'z', before: 'a', after: 'b' }])).toBe(
      'diff --git a/z b/z\n--- a/z\n+++ b/z\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff([{ path: 'z', before: 'a', after: 'a' }])).toBe('');
    expect(unifiedDiff([{ path: 'z', before: 'a\na\n', after: 'a\na\na\n' }])).toBe(
      'diff --git a/z b/z\n--- a/z\n+++ b/z\n@@ -1,2 +1,3 @@\n a\n a\n+a\n',
    );
  });
});

describe('the address of a remote', () => {
  it.each([
    ['https://ann:secret@git.example.com:8443/acme/releases.git', 'git@git.example.com:acme/releases', true],
    ['https://bitbucket.example.com/scm/acme/releases.git', 'ssh://git@bitbucket.example.com:7999/acme/releases.git', true],
    ['file:///srv/releases', 'file:///srv/releases/', true],
    ['https://git.example.com/acme/releases', 'https://git.example.com/acme/others', false],
    ['https://git.example.com/acme/releases', 'https://other.example.com/acme/releases', false],
  ])('%s and %s name one repository: %s', (one, other, same) => {
    expect([isSameRemote(one, other), isSameRemote(other, one)]).toEqual([same, same]);
  });

  it.each([
    ['https://github.com/acme/releases.git', { kind: 'github', project: 'acme/releases' }],
    ['git@github.com:acme/releases.git', { kind: 'github', project: 'acme/releases' }],
    ['ssh://git@ssh.github.com:443/acme/releases.git', { kind: 'github', project: 'acme/releases' }],
    [
      'https://ann:secret@github.example.com/acme/releases',
      { kind: 'github', url: 'https://github.example.com', project: 'acme/releases' },
    ],
    ['git@gitlab.com:acme/platform/team/releases.git', { kind: 'gitlab', project: 'acme/platform/team/releases' }],
    [
      'https://gitlab.example.com:8443/acme/releases.git',
      { kind: 'gitlab', url: 'https://gitlab.example.com:8443', project: 'acme/releases' },
    ],
    [
      'ssh://git@gitlab.example.com:2222/acme/releases.git',
      { kind: 'gitlab', url: 'https://gitlab.example.com', project: 'acme/releases' },
    ],
    ['https://codeberg.org/acme/releases', { kind: 'gitea', url: 'https://codeberg.org', project: 'acme/releases' }],
    ['https://bitbucket.org/acme/releases.git', { kind: 'bitbucket', project: 'acme/releases' }],
    [
      'https://bitbucket.example.com/scm/ACME/releases.git',
      { kind: 'bitbucket', url: 'https://bitbucket.example.com', project: 'ACME/releases' },
    ],
    [
      'ssh://git@bitbucket.example.com:7999/acme/releases.git',
      { kind: 'bitbucket', url: 'https://bitbucket.example.com', project: 'acme/releases' },
    ],
    ['https://git.example.com/acme/releases.git', { url: 'https://git.example.com', project: 'acme/releases' }],
    ['https://notgithub.com/acme/releases', { url: 'https://notgithub.com', project: 'acme/releases' }],
    ['/srv/git/releases.git', undefined],
    ['file:///srv/git/acme/releases.git', undefined],
    ['C:\\releases', undefined],
    ['https://github.com/acme', undefined],
  ])('%s tells the code host and the project', (address, place) => {
    expect(readRemote(address)).toEqual(place);
  });
});
