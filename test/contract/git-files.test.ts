import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '../../controller/core/model.js';
import { manyEnvironments, masterVersion } from '../support/git/environments.js';
import { aSource, createWorld, failureOf, soon, versionsOf, type World, type WorldOptions } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

const start = async (options: WorldOptions = {}) => {
  world = await createWorld(options);
};
const latest = () => world.repositories.latest(aSource({ url: world.repository.url }), soon());
const findings = ({ repository }: Snapshot) =>
  repository.findings.map(({ file, message, severity }) => `${severity} ${file}: ${message}`);
const both = { 'uat-client-00000': '2.9.0', 'uat-client-00001': '2.9.1' };

const settings = (text: string) => `apiVersion: towpath.dev/v1alpha1
kind: EnvironmentConfig
metadata: {name: x}
spec:
  product: loyalty
  stage: uat
  settings:
${text}`;
const worker = 'test/support/git/weighted-worker.js';
const endless = (seed: number) => `# endless ${seed}\n`;

/** A commit over a tree that no well-behaved program would write. */
async function commitTree(entries: readonly { mode: string; name: string | Buffer; oid: string }[]): Promise<void> {
  const raw = entries.flatMap(({ mode, name, oid }) => [
    Buffer.from(`${mode} `),
    Buffer.from(name),
    Buffer.from([0]),
    Buffer.from(oid, 'hex'),
  ]);
  const args = ['-C', world.repository.folder, 'hash-object', '-t', 'tree', '--literally', '-w', '--stdin'];
  const tree = spawnSync('git', args, { input: Buffer.concat(raw) })
    .stdout.toString()
    .trim();
  const { git } = world.repository;
  const commit = await git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit-tree', '-m', 'Odd', tree);
  await git('update-ref', 'refs/heads/main', commit);
}

describe('what stands in a repository beside documents', () => {
  it('is ignored where its name is not that of a document', async () => {
    await start();
    const files = { ...manyEnvironments(2), 'README.md': masterVersion('a', '1'), 'run.sh': 'exit', 'values.yaml.gotmpl': '{{' };
    await world.repository.commit({ files, links: { current: 'products' }, submodules: { vendor: 'a'.repeat(40) } });
    const snapshot = await latest();
    expect([versionsOf(snapshot), findings(snapshot)]).toEqual([both, []]);
  });

  it('is named and not followed: symbolic links, submodules, pointers of Git LFS', async () => {
    await start();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
    await world.repository.commit({
      files: { ...manyEnvironments(2), 'large.json': pointer },
      links: { 'passwd.yaml': '/etc/passwd', 'up.yml': '../../secret.yaml' },
      submodules: { 'module.yaml': 'a'.repeat(40) },
    });
    const snapshot = await latest();
    expect([versionsOf(snapshot), findings(snapshot)]).toEqual([
      both,
      [
        'error large.json: is a pointer of Git LFS: its content is not in the repository',
        'error module.yaml: is a submodule: submodules are not read',
        'error passwd.yaml: is a symbolic link: links are not followed',
        'error up.yml: is a symbolic link: links are not followed',
      ],
    ]);
  });

  it.each(['loose', 'packed'])('is not read where it is too large (%s)', async (form) => {
    await start();
    const line = Buffer.from('# nothing but a comment\n'.repeat(50_000));
    await world.repository.commit({ files: { ...manyEnvironments(2), 'large.yaml': line } });
    await world.repository.commit({ files: { 'large.yaml': Buffer.concat([line, Buffer.from('# more\n')]) } });
    if (form === 'packed') await world.repository.git('gc', '--quiet');
    const snapshot = await latest();
    expect([versionsOf(snapshot), findings(snapshot)]).toEqual([
      both,
      ['error large.yaml: is larger than 1,048,576 bytes: it is not read'],
    ]);
  });

  it('is refused where its name could lead elsewhere', async () => {
    await start();
    await world.repository.commit({ files: manyEnvironments(2) });
    const oid = await world.repository.git('rev-parse', 'main:products/loyalty/product.yaml');
    const products = await world.repository.git('rev-parse', 'main:products');
    const named = ['..\\up.yaml', 'a\nb.yaml', 'a/b.yaml', Buffer.from([0x61, 0xff, ...Buffer.from('.yaml')])];
    await commitTree([
      ...named.map((name) => ({ mode: '100644', name, oid })),
      ...['..', '.', '.git', '.GIT'].map((name) => ({ mode: '40000', name, oid: products })),
      { mode: '40000', name: 'products', oid: products },
    ]);
    const snapshot = await latest();
    const badName = 'has a name that is not allowed: no "..", no backslash, no control character';
    expect(versionsOf(snapshot)).toEqual(both);
    expect(findings(snapshot).map((text) => text.endsWith(badName))).toEqual([true, true, true, true]);
  });

  it('is damaged where a tree names one thing twice', async () => {
    await start();
    await world.repository.commit({ files: manyEnvironments(1) });
    const oid = await world.repository.git('rev-parse', 'main:products/loyalty/product.yaml');
    await commitTree(['a.yaml', 'a.yaml'].map((name) => ({ mode: '100644', name, oid })));
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitCorrupt', retry: 'backoff' });
  });
});

describe('a repository that is too large', () => {
  const refused = async (limits: WorldOptions['limits'], why: string) => {
    await start({ limits: limits ?? {} });
    await world.repository.commit({ files: { ...manyEnvironments(20), 'a/b/c/d/e/f.yaml': '' } });
    const message = `The repository ${world.repository.folder} is too large: ${why}.`;
    expect(await failureOf(latest())).toEqual({ reason: 'GitTooLarge', message, retry: 'backoff' });
  };

  it('in files is refused', () => refused({ files: 40 }, 'it holds more than 40 files'));
  it('in depth is refused', () => refused({ treeDepth: 4 }, 'folders are nested more than 4 deep'));
  it('in bytes is refused', () => refused({ totalBytes: 5_000 }, 'its documents have more than 5000 bytes'));

  it('is read again when it has shrunk', async () => {
    await start({ limits: { files: 5 } });
    await world.repository.commit({ files: manyEnvironments(3) });
    expect(await failureOf(latest())).toMatchObject({ reason: 'GitTooLarge' });
    await world.repository.commit({ remove: ['products/loyalty/environments/uat-client-00002'] });
    expect(versionsOf(await latest())).toEqual(both);
  });
});

describe('a document that costs too much', () => {
  const tooSlow = (file: string) => `error ${file}: takes too long to parse: it is not read`;

  it('is a finding and nothing more where it is an alias bomb', async () => {
    await start();
    const bomb = settings(`    a: &a [x, x]\n${'bcdefghijk'.replaceAll(/./g, (name) => `    ${name}: &${name} [*a, *a]\n`)}`);
    await world.repository.commit({ files: { ...manyEnvironments(2), 'bomb.yaml': bomb } });
    const snapshot = await latest();
    expect(versionsOf(snapshot)).toEqual(both);
    expect(new Set(snapshot.repository.findings.map(({ file }) => file))).toEqual(new Set(['bomb.yaml']));
  });

  it('is given up where it takes too long, and everything else goes on', async () => {
    await start({ limits: { parseMs: 2_000 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': endless(1), 'z.yaml': endless(2) } });
    const snapshot = await latest();
    expect([versionsOf(snapshot), findings(snapshot)]).toEqual([both, [tooSlow('a.yaml'), tooSlow('z.yaml')]]);
  });

  it('is not tried again while it stays as it is, and is read once it is better', async () => {
    await start({ limits: { parseMs: 2_000 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': endless(1) } });
    await latest();
    await world.repository.commit({ files: { 'b.yaml': endless(1), 'other.json': '{}' } });
    const before = findings(await latest());
    await world.repository.commit({ files: { 'a.yaml': '' }, remove: ['b.yaml'] });
    expect([before, findings(await latest())]).toEqual([[tooSlow('a.yaml'), tooSlow('b.yaml')], []]);
  });

  it('does not disturb another source', async () => {
    await start({ limits: { parseMs: 3_000 }, worker });
    await world.repository.commit({ files: manyEnvironments(2) });
    await world.repository.commit({ files: { 'a.yaml': endless(1) }, branch: 'slow' });
    const order: string[] = [];
    const slowSource = aSource({ url: world.repository.url, ref: { branch: 'slow' } }, 'slow');
    const blocked = world.repositories.latest(slowSource, soon()).then(() => order.push('slow'));
    const other = latest().then(() => order.push('other'));
    await Promise.all([blocked, other]);
    expect(order).toEqual(['other', 'slow']);
  });

  it('is given up where it takes too much memory', async () => {
    await start({ limits: { heapMib: 64 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': '# greedy\n' } });
    const snapshot = await latest();
    expect([versionsOf(snapshot), findings(snapshot)]).toEqual([
      both,
      ['error a.yaml: takes too much memory to parse: it is not read'],
    ]);
  });

  it('is given up where it makes the parser fail, and blames no other document', async () => {
    await start({ limits: { parseMs: 2_000 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': '# broken\n' } });
    const broken = 'error a.yaml: makes the parser fail: it is not read';
    expect(findings(await latest())).toEqual([broken]);
    await world.repository.commit({ files: { 'b.yaml': '# endless\n' } });
    expect(findings(await latest())).toEqual([broken, tooSlow('b.yaml')]);
  });

  it('does not make a clone be made again', async () => {
    await start({ limits: { parseMs: 2_000 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': endless(1), 'b.yaml': endless(2) } });
    const { repository } = await world.repositories.latest(aSource({ url: world.url }), soon());
    const fetches = world.server.seen.filter(({ method, gitProtocol }) => method === 'POST' && gitProtocol === undefined);
    expect([repository.findings.length, fetches.length]).toEqual([2, 1]);
  });

  it('ends with the pass, and the worker with it', async () => {
    await start({ limits: { graceMs: 100 }, worker });
    await world.repository.commit({ files: { ...manyEnvironments(2), 'a.yaml': endless(1) } });
    const stop = new AbortController();
    const pass = world.repositories.latest(aSource({ url: world.repository.url }), stop.signal);
    const ended = new Error('shutting down');
    setTimeout(() => stop.abort(ended), 700);
    await expect(pass).rejects.toBe(ended);
    await world.repository.commit({ remove: ['a.yaml'] });
    expect(versionsOf(await latest())).toEqual(both);
  });
});
