import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { createProposals } from '../../controller/git/proposals.js';
import type { ProposalRequest, Proposals } from '../../controller/reconcile/ports.js';
import { builtUrl } from '../support/built.js';
import { productFiles, versionFile } from '../support/e2e/documents.js';
import { createRepository, type TestRepository } from '../support/git/repository.js';
import { type GitServer, startGitServer } from '../support/git/server.js';

describe.each(['http', 'file'] as const)('a proposal over %s', (scheme) => {
  let root: string;
  let repository: TestRepository;
  let server: GitServer;
  let proposals: Proposals & { close(): Promise<void> };
  let branch: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'towpath-proposals-'));
    server = await startGitServer({ root });
  });
  afterAll(async () => {
    await server.close();
    await rm(root, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await rm(join(root, 'repository.git'), { recursive: true, force: true });
    repository = await createRepository({ folder: root });
    branch = await repository.commit({ files: productFiles('1.0.0'), message: 'All as it is', date: 1_000 });
    proposals = createProposals({
      cacheDirectory: join(root, 'cache'),
      readSecret: async () => undefined,
      workerUrl: builtUrl('controller/git/worker.js'),
    });
  });
  afterEach(async () => {
    await proposals.close();
    await rm(join(root, 'cache'), { recursive: true, force: true });
  });

  const source = (): ReleaseSourceResource => ({
    metadata: { namespace: 'default', name: 'releases' },
    spec: {
      git: { url: scheme === 'http' ? `${server.url}/repository.git` : repository.url, ref: { branch: 'main' }, path: '.' },
    } as ReleaseSourceResource['spec'],
  });

  /** A commit that only the ref of its pull request names, as those from copies of the project. */
  async function propose(number: number, commit: { files: Record<string, string>; parent?: string; date: number }) {
    const sha = await repository.commit({ branch: `from-a-copy-${number}`, ...commit });
    const ref = `refs/pull/${number}/head`;
    await repository.git('update-ref', ref, sha);
    await repository.git('update-ref', '-d', `refs/heads/from-a-copy-${number}`);
    return { ref, sha };
  }

  const read = (request: Omit<ProposalRequest, 'branch'>) =>
    proposals.read(source(), { ...request, branch }, AbortSignal.timeout(30_000));

  async function versions(request: Omit<ProposalRequest, 'branch'>) {
    const { base, head, isBaseKnown } = await read(request);
    const of = ({ repository: { environments } }: typeof base) => environments.map(({ version }) => version).join(' ');
    return { base: base.commit.sha, from: of(base), head: head.commit.sha, to: of(head), isBaseKnown };
  }

  it('is compared with where it left the branch, and not with where the branch is now', async () => {
    const left = branch;
    const request = await propose(1, { files: versionFile('uat', '1.1.0'), parent: left, date: 2_000 });
    for (const [at, version] of ['1.0.1', '1.0.2', '1.0.3'].entries())
      branch = await repository.commit({ files: versionFile('qa', version), message: version, date: 3_000 + at });
    expect(await versions(request)).toEqual({
      base: left,
      from: '1.0.0 1.0.0 1.0.0',
      head: request.sha,
      to: '1.0.0 1.0.0 1.1.0',
      isBaseKnown: true,
    });
  });

  it('is read beside others, each as it is, however they take turns', async () => {
    const first = await propose(1, { files: versionFile('qa', '1.1.0'), parent: branch, date: 2_000 });
    const second = await propose(2, { files: versionFile('qa', '1.2.0'), parent: branch, date: 2_001 });
    const seen: string[] = [];
    for (const request of [first, second, first]) seen.push((await versions(request)).to);
    expect(seen).toEqual(['1.0.0 1.1.0 1.0.0', '1.0.0 1.2.0 1.0.0', '1.0.0 1.1.0 1.0.0']);
    const later = await propose(1, { files: versionFile('qa', '1.3.0'), parent: first.sha, date: 2_002 });
    expect(await versions(later)).toMatchObject({ base: branch, to: '1.0.0 1.3.0 1.0.0' });
  });

  it('is compared with what it took over from the branch last', async () => {
    const { sha } = await propose(1, { files: versionFile('uat', '1.1.0'), parent: branch, date: 2_000 });
    branch = await repository.commit({ files: versionFile('qa', '1.0.1'), message: 'Meanwhile', date: 3_000 });
    const tree = await repository.git('merge-tree', '--write-tree', sha, branch);
    const merged = await repository.git(
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@example.com',
      'commit-tree',
      tree,
      '-p',
      sha,
      '-p',
      branch,
      '-m',
      'Take over main',
    );
    await repository.git('update-ref', 'refs/pull/1/head', merged);
    expect(await versions({ ref: 'refs/pull/1/head', sha: merged })).toMatchObject({
      base: branch,
      from: '1.0.0 1.0.1 1.0.0',
      to: '1.0.0 1.0.1 1.1.0',
      isBaseKnown: true,
    });
  });

  it('that has nothing in common with the branch is compared with the branch, and says so', async () => {
    const request = await propose(1, { files: productFiles('9.0.0'), parent: 'none', date: 2_000 });
    expect(await versions(request)).toMatchObject({ base: branch, to: '9.0.0 9.0.0 9.0.0', isBaseKnown: false });
  });

  it.runIf(scheme === 'http')('that was changed meanwhile is read again, and a ref that could lead elsewhere never', async () => {
    const { ref } = await propose(1, { files: versionFile('qa', '1.1.0'), parent: branch, date: 2_000 });
    await expect(read({ ref, sha: branch.replace(/^./, '0') })).rejects.toMatchObject({ retry: 'backoff' });
    for (const bad of ['refs/../../escaped', 'HEAD', 'refs/pull/\n/head'])
      await expect(read({ ref: bad, sha: branch })).rejects.toMatchObject({ reason: 'GitBranchInvalid' });
    expect(await readdir(root)).not.toContain('escaped');
  });

  it('leaves nothing on disk once its source is gone', async () => {
    const request = await propose(1, { files: versionFile('qa', '1.1.0'), parent: branch, date: 2_000 });
    await read(request);
    await proposals.forget({ namespace: 'default', name: 'releases' });
    expect(await readdir(join(root, 'cache', 'proposals')).catch(() => [])).toEqual([]);
  });
});
