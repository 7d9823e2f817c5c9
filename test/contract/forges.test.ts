import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForgeSpec, ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { createForges } from '../../controller/forge/forges.js';
import { type DialectName, type ForgeStandIn, startForge } from '../support/forge/server.js';

const project = 'acme/releases';
const sha = 'a'.repeat(40);
const signal = AbortSignal.timeout(30_000);

const dialects: readonly (readonly [DialectName, ForgeSpec['kind']])[] = [
  ['github', 'github'],
  ['gitlab', 'gitlab'],
  ['gitea', 'gitea'],
  ['bitbucket-data-center', 'bitbucket'],
];

describe.each(dialects)('the code host of a source, %s', (dialect, kind) => {
  let host: ForgeStandIn;
  let secrets: Record<string, Record<string, string>>;
  let asked: string[];
  let forges: ReturnType<typeof createForges>;

  beforeEach(async () => {
    host = await startForge({ project, users: { one: 'towpath', two: 'towpath' }, branches: { main: sha, promote: sha } });
    secrets = { forge: { token: ' one\n' } };
    asked = [];
    forges = createForges({
      readSecret: async (_, name) => secrets[name],
      now: Date.now,
      onRequest: (source, { operation }) => void asked.push(`${source} ${operation}`),
    });
  });
  afterEach(async () => {
    await forges.close();
    await host.close();
  });

  const source = (forge: Partial<ForgeSpec> = {}): ReleaseSourceResource => ({
    metadata: { namespace: 'default', name: 'releases' },
    spec: {
      git: { url: 'https://git.example/a.git' },
      forge: { kind, url: host.api(dialect), project, secretRef: { name: 'forge' }, report: true, interval: '5m', ...forge },
    } as ReleaseSourceResource['spec'],
  });

  it('is told with the token of its Secret, and its requests are counted by source', async () => {
    const forge = await forges.open(source(), signal);
    await forge.setStatus({ sha, context: 'towpath/releases', state: 'pending', description: 'waiting' }, signal);
    expect(forge.kind).toBe(kind);
    expect(host.state.statuses.map((status) => [status.sha, status.description])).toEqual([[sha, 'waiting']]);
    expect(new Set(asked)).toEqual(new Set(['releases setStatus']));
  });

  it('is kept while nothing changes, and asked with another token once the Secret has one', async () => {
    const forge = await forges.open(source(), signal);
    expect(await forges.open(source(), signal)).toBe(forge);
    secrets = { forge: { token: 'two' } };
    const next = await forges.open(source(), signal);
    expect(next).not.toBe(forge);
    host.forget();
    await next.pullRequests(signal);
    expect(host.seen.map(({ authorization }) => authorization?.split(' ')[1])).toEqual(host.seen.map(() => 'two'));
  });

  it('is not asked at all where its Secret is not there, or has no token', async () => {
    secrets = {};
    await expect(forges.open(source(), signal)).rejects.toMatchObject({ reason: 'SecretMissing', retry: { afterMs: 30_000 } });
    secrets = { forge: { username: 'towpath' } };
    await expect(forges.open(source(), signal)).rejects.toMatchObject({ reason: 'SecretIncomplete' });
    expect(host.seen).toEqual([]);
  });

  it('is refused where its address cannot be used', async () => {
    const elsewhere = source({ url: 'http://code.example/api/v4' });
    await expect(forges.open(elsewhere, signal)).rejects.toMatchObject({ reason: 'InvalidForge' });
  });

  it('is forgotten with its source', async () => {
    const forge = await forges.open(source(), signal);
    await forges.forget({ namespace: 'default', name: 'releases' });
    expect(await forges.open(source(), signal)).not.toBe(forge);
  });
});
