import { beforeEach, describe, expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { WebhookTargets } from '../../controller/reconcile/webhook.js';
import { NotedWebhooks, WebhookWakes } from '../../controller/reconcile/webhook-wakes.js';
import { ManualClock } from '../support/manual-clock.js';

const key = { namespace: 'default', name: 'releases' };
const start = Date.parse('2026-11-22T08:00:00Z');

let clock: ManualClock;
let source: ReleaseSourceResource;
let writes: string[];
let queued: string[];
let failures: Error[];
let isLeading: boolean;
let wakes: WebhookWakes;

const aSource = (spec: object = {}): ReleaseSourceResource => ({
  metadata: { ...key, resourceVersion: '1', generation: 1 },
  spec: { git: { url: 'https://git.example/a.git', ref: { branch: 'trunk' } }, ...spec } as ReleaseSourceResource['spec'],
  status: { observedGeneration: 1, environments: 3 },
});

const queueCalled = (name: string) => ({
  add: (text: string) => void queued.push(`${name} ${text}`),
  addAfter: (text: string, ms: number) => void queued.push(`${name} ${text} in ${ms}`),
});

beforeEach(() => {
  clock = new ManualClock(start);
  source = aSource({ webhook: { secretRef: { name: 'webhook' } } });
  writes = [];
  queued = [];
  failures = [];
  isLeading = true;
  wakes = new WebhookWakes({
    sources: {
      get: () => source,
      writeStatus: async (_, status) => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        source = { ...source, status };
        writes.push(status.webhook?.receivedAt ?? '');
      },
    },
    clock,
    timers: clock,
    isLeading: () => isLeading,
    queues: () => ({ branch: queueCalled('branch'), 'pull-requests': queueCalled('pull-requests') }),
  });
});

describe('webhooks where the process works', () => {
  it('wake at once, and what comes shortly after wakes once more later', async () => {
    await wakes.wake(key, 'branch');
    await clock.advance(500);
    await wakes.wake(key, 'branch');
    await wakes.wake(key, 'pull-requests');
    await clock.advance(2_000);
    await wakes.wake(key, 'branch');
    expect(queued).toEqual([
      'branch default/releases',
      'branch default/releases in 1500',
      'pull-requests default/releases',
      'branch default/releases',
    ]);
    expect(writes).toEqual([]);
  });
});

describe('webhooks where another process works', () => {
  beforeEach(() => {
    isLeading = false;
  });

  it('are noted in the status before they are answered, and nothing else of it changes', async () => {
    await wakes.wake(key, 'branch');
    expect(source.status).toEqual({
      observedGeneration: 1,
      environments: 3,
      webhook: { receivedAt: '2026-11-22T08:00:00.000Z' },
    });
    expect(queued).toEqual([]);
  });

  it('are noted once more for all that came within two seconds, however many they are', async () => {
    await wakes.wake(key, 'branch');
    await clock.advance(1);
    const later = Array.from({ length: 100 }, () => wakes.wake(key, 'branch'));
    await clock.advance(2_000);
    await Promise.all(later);
    expect(writes).toEqual(['2026-11-22T08:00:00.000Z', '2026-11-22T08:00:02.001Z']);
    await clock.advance(10_000);
    await wakes.wake(key, 'branch');
    expect(writes).toHaveLength(3);
  });

  it('are noted though who works writes at the same time', async () => {
    failures = [new ReconcileError('Conflict', 'changed meanwhile', { retry: 'now' })];
    const waking = wakes.wake(key, 'branch');
    await clock.advance(50);
    await waking;
    expect(writes).toHaveLength(1);
  });

  it('are not answered as taken where they could not be noted', async () => {
    failures = [new ReconcileError('Unavailable', 'no API server')];
    await expect(wakes.wake(key, 'branch')).rejects.toThrow('no API server');
  });

  it('are news to who works, once', () => {
    const noted = new NotedWebhooks();
    const at = (receivedAt: string) => ({ ...source, status: { observedGeneration: 1, webhook: { receivedAt } } });
    const looks = [source, at('a'), at('a'), at('b'), undefined, at('b')].map((one) => noted.isNews(key, one));
    expect(looks).toEqual([false, true, false, true, false, true]);
  });
});

describe('the secrets of webhooks', () => {
  let secret: Record<string, string> | undefined;
  let reads: string[];
  let warnings: object[];
  let targets: WebhookTargets;

  beforeEach(() => {
    secret = { current: 'one\n', previous: 'two', empty: ' ' };
    reads = [];
    warnings = [];
    const log = { debug: () => undefined, info: () => undefined, warn: (fields: object) => void warnings.push(fields) };
    targets = new WebhookTargets({
      sources: { get: ({ name }) => (name === key.name ? source : undefined) },
      readSecret: async (namespace, name) => {
        reads.push(`${namespace}/${name}`);
        if (failures.length > 0) throw failures.shift();
        return secret;
      },
      wakes,
      monotonicNow: () => clock.now(),
      log: { ...log, error: () => undefined },
    });
  });

  const secretsNow = () => targets.find('default', 'releases')?.secrets();

  it('are the values of the Secret, and are read again after ten seconds', async () => {
    expect(await secretsNow()).toEqual(['one', 'two']);
    secret = { next: 'three' };
    await clock.advance(9_999);
    expect(await secretsNow()).toEqual(['one', 'two']);
    await clock.advance(1);
    expect(await secretsNow()).toEqual(['three']);
    expect(reads).toEqual(['default/webhook', 'default/webhook']);
  });

  it('are those of the Secret that the source names now', async () => {
    await secretsNow();
    source = aSource({ webhook: { secretRef: { name: 'other' } } });
    await secretsNow();
    expect(reads).toEqual(['default/webhook', 'default/other']);
  });

  it('are none where there is no Secret, or it cannot be read; the log says so without a value', async () => {
    secret = undefined;
    expect(await secretsNow()).toEqual([]);
    await clock.advance(10_000);
    failures = [new ReconcileError('Forbidden', 'may not read Secrets')];
    expect(await secretsNow()).toEqual([]);
    expect(warnings).toEqual([
      { source: 'default/releases', secret: 'webhook' },
      { source: 'default/releases', secret: 'webhook', error: 'may not read Secrets' },
    ]);
  });

  it('are asked for only where the source takes webhooks', () => {
    expect(targets.find('default', 'other')).toBeUndefined();
    expect(targets.find('default', 'releases')?.branch).toBe('trunk');
    source = aSource();
    expect(targets.find('default', 'releases')).toBeUndefined();
    expect(reads).toEqual([]);
  });
});
