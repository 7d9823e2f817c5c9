import { beforeEach, describe, expect, it } from 'vitest';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import { ReconcileError } from '../../controller/core/errors.js';
import type { Snapshot } from '../../controller/core/model.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { ForgeSpec, ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { refOf } from '../../controller/reconcile/forge-pull-requests.js';
import { ForgeReports } from '../../controller/reconcile/forge-reports.js';
import type { Memory } from '../../controller/reconcile/gather.js';
import type { Forge, OpenPullRequest, Ports, Proposal } from '../../controller/reconcile/ports.js';
import { productFiles, versionFile } from '../support/e2e/documents.js';
import { ManualClock } from '../support/manual-clock.js';

const key = { namespace: 'default', name: 'releases' };
const start = Date.parse('2026-11-22T08:00:00Z');
const tip = 'a'.repeat(40);

function aSnapshot(sha: string, files: Record<string, string>): Snapshot {
  const parsed = Object.entries(files).map(([path, text]) => parseFile({ path, content: Buffer.from(text) }));
  return { commit: { sha, author: 'Ada <ada@example.com>', time: start, subject: 'x' }, repository: loadRepository(parsed) };
}
const all = productFiles('1.0.0');

const anEnvironment = (reason: string, message: string): EnvironmentResource => ({
  metadata: { ...key, name: 'shop.qa' },
  spec: { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' },
  status: {
    observedGeneration: 1,
    desired: { version: '1.1.0', settingsDigest: '', commit: tip, since: '2026-11-22T08:00:00Z' },
    conditions: [
      {
        type: 'Ready',
        status: reason === 'Deployed' ? 'True' : 'False',
        reason,
        message,
        lastTransitionTime: '2026-11-22T08:00:00Z',
        observedGeneration: 1,
      },
    ],
  },
});

const aRequest = (number: number, sha: string, base = 'main'): OpenPullRequest => ({
  number,
  head: { ref: `promote-${number}`, sha },
  base: { ref: base },
});

let clock: ManualClock;
let source: ReleaseSourceResource | undefined;
let environments: EnvironmentResource[];
let requests: OpenPullRequest[];
let read: Record<string, Proposal | Error>;
let said: string[];
let statusWrites: object[];
let failures: Error[];
let forgotten: string[];
/** What stood in the status of the source when the host was last told of a commit. */
let noted: object | undefined;
let reports: ForgeReports;

const forge: Forge = {
  kind: 'github',
  pullRequests: async () => {
    said.push('list');
    return requests;
  },
  setStatus: async ({ sha, context, state, description }) => {
    const failure = failures.shift();
    noted = source?.status?.forge?.open;
    if (failure !== undefined) throw failure;
    said.push(`${sha.slice(0, 2)} ${context} ${state}: ${description}`);
  },
  putComment: async ({ pullRequest, marker, body }) => {
    said.push(`comment ${pullRequest} ${marker} ${body.split('\n')[0]}`);
  },
};

const forgeSpec: ForgeSpec = { kind: 'github', project: 'acme/releases', report: true, interval: '5m' };

beforeEach(() => {
  clock = new ManualClock(start);
  source = {
    metadata: { ...key, generation: 1 },
    spec: {
      git: { url: 'https://git.example/a.git', ref: { branch: 'main' } },
      forge: forgeSpec,
    } as ReleaseSourceResource['spec'],
    status: { observedGeneration: 1 },
  };
  environments = [anEnvironment('Deployed', '1.1.0 is deployed')];
  requests = [];
  read = {};
  said = [];
  statusWrites = [];
  failures = [];
  forgotten = [];
  const snapshot = aSnapshot(tip, all);
  const ports = {
    clock,
    sources: {
      get: () => source,
      list: () => [],
      writeStatus: async (_: unknown, status: ReleaseSourceResource['status']) => {
        if (source !== undefined && status !== undefined) source = { ...source, status };
        statusWrites.push(status?.forge ?? {});
      },
    },
    environments: {
      get: ({ name }: { name: string }) => environments.find(({ metadata }) => metadata.name === name),
      list: () => environments,
    },
    runs: { get: () => undefined },
    holds: { list: () => [] },
  } as unknown as Ports;
  reports = new ForgeReports({
    ports,
    // The environments of these plans are not in the cluster: nothing else of the memory is looked at.
    memory: { published: { snapshotOf: () => snapshot, of: () => undefined } } as unknown as Memory,
    forge: {
      forges: { open: async () => forge, forget: async ({ name }) => void forgotten.push(`forge ${name}`) },
      proposals: {
        read: async (_, { ref, sha }) => {
          said.push(`read ${ref}`);
          const found = read[sha];
          if (found === undefined || found instanceof Error) throw found ?? new Error('not there');
          return found;
        },
        forget: async ({ name }) => void forgotten.push(`proposals ${name}`),
      },
    },
    timers: clock,
    random: () => 0.5,
  });
  reports.queue.start();
});

/** Lets all that is due be said, and gives it. */
async function saidAfter(ms: number): Promise<string[]> {
  said = [];
  await clock.advance(ms);
  return said;
}

function propose(number: number, sha: string, files: Record<string, string>): void {
  const base = aSnapshot(tip, all);
  requests = [...requests.filter((one) => one.number !== number), aRequest(number, sha)];
  read[sha] = { base, isBaseKnown: true, head: aSnapshot(sha, { ...all, ...files }) };
}

const newStage = {
  ...versionFile('late', '1.0.0'),
  'products/shop/environments/late/config.yaml':
    all['products/shop/environments/qa/config.yaml']?.replace('name: qa', 'name: late') ?? '',
};

describe('the outbox to code hosts', () => {
  it('says once what there is to say, and notes that it did', async () => {
    reports.source(key);
    expect((await saidAfter(2_000)).sort()).toEqual([
      'aa towpath/releases success: 1 environment: 1 deployed',
      'aa towpath/shop.qa success: 1.1.0 is deployed',
      'list',
    ]);
    expect(source?.status?.forge).toEqual({ lastDelivered: '2026-11-22T08:00:02Z', pullRequests: 0 });
    const writes = statusWrites.length;
    reports.source(key);
    expect(await saidAfter(2_000)).toEqual(['list']);
    expect(statusWrites).toHaveLength(writes);
  });

  it('gathers what happens within two seconds', async () => {
    for (const percent of [1, 2, 3]) {
      environments = [anEnvironment('Deploying', `deploying 1.1.0: ${percent} %`)];
      reports.environment({ ...key, name: 'shop.qa' });
      await clock.advance(500);
    }
    expect(await saidAfter(500)).toEqual([
      'aa towpath/shop.qa pending: deploying 1.1.0',
      'aa towpath/releases pending: 1 environment: 1 deploying',
    ]);
    expect(source?.status?.forge?.open).toEqual([{ commit: tip, environments: ['shop.qa'] }]);
  });

  it('notes what is under way before the host is told, so that whoever is killed in between leaves nothing pending', async () => {
    environments = [anEnvironment('Blocked', 'waiting for a window')];
    failures = [new ReconcileError('Interrupted', 'killed')];
    reports.environment({ ...key, name: 'shop.qa' });
    await saidAfter(2_000);
    expect(noted).toEqual([{ commit: tip, environments: ['shop.qa'] }]);
  });

  it('says of each pull request what it changes, and leaves those for other branches alone', async () => {
    propose(1, 'b1', newStage);
    propose(2, 'b2', {});
    requests = [...requests, aRequest(3, 'b3', 'elsewhere')];
    reports.pullRequests('default/releases');
    expect(await saidAfter(0)).toEqual([
      'list',
      'read refs/pull/1/head',
      'b1 towpath/releases success: valid; 1 environment would change',
      expect.stringMatching(/^comment 1 towpath:plan:default\/releases ### Towpath plan: /),
      'read refs/pull/2/head',
      'b2 towpath/releases success: valid; changes no environment',
      expect.stringMatching(/^comment 2 /),
    ]);
    expect(source?.status?.forge?.pullRequests).toBe(2);
  });

  it('looks at pull requests again after the interval, and says nothing where nothing changed', async () => {
    propose(1, 'b1', {});
    reports.pullRequests('default/releases');
    await saidAfter(0);
    expect(await saidAfter(299_999)).toEqual([]);
    expect(await saidAfter(1)).toEqual(['list']);
    propose(1, 'b9', {});
    expect(await saidAfter(300_000)).toEqual([
      'list',
      'read refs/pull/1/head',
      'b9 towpath/releases success: valid; changes no environment',
      expect.stringMatching(/^comment 1 /),
    ]);
  });

  it('goes on with the next pull request where one cannot be read, and says so of it where it never will be', async () => {
    propose(1, 'b1', {});
    propose(2, 'b2', {});
    propose(3, 'b3', {});
    read.b1 = new ReconcileError('GitTimeout', 'the git server does not answer in time');
    read.b2 = new ReconcileError('GitTooLarge', 'its documents are too large');
    reports.pullRequests('default/releases');
    const first = await saidAfter(0);
    expect(first.filter((line) => line.startsWith('b'))).toEqual([
      'b2 towpath/releases error: its documents cannot be read: its documents are too large',
      'b3 towpath/releases success: valid; changes no environment',
    ]);
    expect(source?.status?.forge).toMatchObject({ problem: 'the git server does not answer in time', undelivered: 1 });
    propose(1, 'b1', {});
    expect(await saidAfter(750)).toContain('b1 towpath/releases success: valid; changes no environment');
    expect(source?.status?.forge).not.toHaveProperty('problem');
  });

  it('waits for as long as the host asks, says what it waits for, and begins where it stopped', async () => {
    failures = [new ReconcileError('ForgeBusy', 'asked again in 90 s', { retry: { afterMs: 90_000 } })];
    reports.environment({ ...key, name: 'shop.qa' });
    expect(await saidAfter(2_000)).toEqual([]);
    expect(source?.status?.forge).toEqual({ problem: 'asked again in 90 s', undelivered: 2 });
    expect(await saidAfter(89_999)).toEqual([]);
    expect(await saidAfter(1)).toHaveLength(2);
    expect(source?.status?.forge).toEqual({ lastDelivered: '2026-11-22T08:01:32Z' });
  });

  it('says what could not be said of many pull requests once the host listens again', async () => {
    for (let number = 1; number <= 15; number++) propose(number, `b${number}`, {});
    requests = [aRequest(16, 'cc'), ...requests];
    read.cc = new ReconcileError('GitTooLarge', 'its documents are too large');
    failures = Array.from({ length: 40 }, () => new ReconcileError('ForgeUnavailable', 'does not answer'));
    reports.pullRequests('default/releases');
    const comments = (await saidAfter(15 * 60_000)).filter((line) => line.startsWith('comment '));
    expect(comments).toEqual([]);
    failures = [];
    const all = await saidAfter(15 * 60_000);
    expect(all).toContain('cc towpath/releases error: its documents cannot be read: its documents are too large');
    const told = all.filter((line) => line.startsWith('comment '));
    expect(told.map((line) => line.split(' ')[1])).toEqual(Array.from({ length: 15 }, (_, at) => String(at + 1)));
    const later = await saidAfter(300_000);
    expect(later.filter((line) => line !== 'list')).toEqual([]);
  });

  it('does not offer again what the host refuses, says so, and goes on with the rest', async () => {
    failures = [new ReconcileError('ForgeRefused', 'no such commit', { retry: 'never' })];
    reports.environment({ ...key, name: 'shop.qa' });
    expect(await saidAfter(2_000)).toEqual(['aa towpath/releases success: 1 environment: 1 deployed']);
    expect(source?.status?.forge).toEqual({ lastDelivered: '2026-11-22T08:00:02Z', problem: 'no such commit' });
    reports.environment({ ...key, name: 'shop.qa' });
    expect(await saidAfter(2_000)).toEqual([]);
  });

  it('is empty for sources that have no code host, or are not to tell it anything, or are suspended', async () => {
    const spec = source?.spec as ReleaseSourceResource['spec'];
    for (const change of [{ forge: undefined }, { forge: { ...forgeSpec, report: false } }, { suspend: true }]) {
      source = { metadata: { ...key }, spec: { ...spec, ...change } as ReleaseSourceResource['spec'] };
      reports.source(key);
      reports.environment({ ...key, name: 'shop.qa' });
      reports.pullRequests('default/releases');
    }
    expect(await saidAfter(600_000)).toEqual([]);
    expect([reports.queue.adds, statusWrites]).toEqual([0, []]);
  });

  it('forgets a source that is gone', async () => {
    reports.source(key);
    await saidAfter(2_000);
    source = undefined;
    reports.source(key);
    await saidAfter(2_000);
    expect(new Set(forgotten)).toEqual(new Set(['forge releases', 'proposals releases']));
  });
});

it('heads of pull requests stand where each host keeps them', () => {
  const refs = (['github', 'gitlab', 'gitea', 'bitbucket'] as const).map((kind) => refOf(kind, 7, 'promote'));
  expect(refs).toEqual(['refs/pull/7/head', 'refs/merge-requests/7/head', 'refs/pull/7/head', 'refs/heads/promote']);
});
