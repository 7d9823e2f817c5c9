import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productFiles, promotionFiles, versionFile } from '../support/e2e/documents.js';
import { createWorld, type World } from '../support/e2e/world.js';
import { type ForgeStandIn, startForge } from '../support/forge/server.js';
import { type GitServer, startGitServer } from '../support/git/server.js';
import { type Hook, hooks } from '../support/webhooks.js';

const project = 'acme/releases';
const token = 'a-token-of-the-code-host';
const patience = { timeout: 60_000, interval: 100 };

let world: World;
let forge: ForgeStandIn;
let server: GitServer;

/** What a commit was last told, by context. */
const told = (sha: string) => {
  const last: Record<string, string> = {};
  for (const { sha: of, context, state, description } of forge.state.statuses)
    if (of === sha) last[context] = `${state}: ${description}`;
  return last;
};
const commentsOf = (number: number) => forge.state.comments.filter(({ pullRequest }) => pullRequest === number);
const status = async () => (await world.api.get('releasesources', 'releases')).status?.forge;

/** Opens a pull request, or brings a commit to one that is open, as GitHub keeps it. */
async function propose(number: number, commit: { files: Record<string, string>; message: string; parent?: string }) {
  const branch = `promote-${number}`;
  const sha = await world.repository.commit({ branch, ...commit });
  await world.repository.git('update-ref', `refs/pull/${number}/head`, sha);
  const known = forge.state.pullRequests.findIndex((one) => one.number === number);
  const opened = { number, head: branch, sha, base: 'main', title: commit.message, body: '', isOpen: true, isFork: false };
  forge.state.pullRequests.splice(known < 0 ? forge.state.pullRequests.length : known, 1, { ...opened, author: 'ada' });
  return sha;
}

const tip = () => world.repository.git('rev-parse', 'main');

/** Waits until the pull requests were asked for so many times more. */
async function looks(times: number) {
  const count = () => forge.seen.filter(({ method, path }) => method === 'GET' && /\/pulls\?/.test(path)).length;
  const wanted = count() + times;
  await expect.poll(count, patience).toBeGreaterThanOrEqual(wanted);
}

beforeAll(async () => {
  forge = await startForge({ project, users: { [token]: 'towpath' } });
  const spec = { kind: 'github', url: forge.api('github'), project, secretRef: { name: 'forge' }, interval: '1s' };
  const secret = (name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });
  const objects = [secret('forge', { token }), secret('webhook', { current: 'shared' })];
  const webhook = { secretRef: { name: 'webhook' } };
  world = await createWorld({ files: productFiles('1.0.0'), objects, source: { forge: spec, webhook } });
  server = await startGitServer({ root: world.folder });
  const configuration = join(world.folder, 'standalone.yaml');
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace(world.repository.url, `${server.url}/repository.git`));
  await world.program.start();
  await world.ready('production', '1.0.0', 120_000);
});
afterAll(async () => {
  await world?.close();
  await server?.close();
  await forge?.close();
});

describe('a code host', { timeout: 120_000 }, () => {
  it('is told of the commit what becomes of each environment', async () => {
    const sha = await tip();
    await expect
      .poll(() => told(sha), patience)
      .toEqual({
        'towpath/releases': 'success: 3 environments: 3 deployed',
        'towpath/shop.qa': 'success: 1.0.0 is deployed and verified',
        'towpath/shop.uat': 'success: 1.0.0 is deployed',
        'towpath/shop.production': 'success: 1.0.0 is deployed',
      });
    await expect.poll(status, patience).toMatchObject({ lastDelivered: expect.stringMatching(/Z$/), pullRequests: 0 });
    await expect.poll(status, patience).not.toHaveProperty('open');
  });

  it('is told what a pull request would change, from where it left the branch, in a status and one comment', async () => {
    const left = await tip();
    await world.repository.commit({ files: versionFile('qa', '1.0.1'), message: 'Something else meanwhile' });
    await world.ready('qa', '1.0.1', 60_000);
    const sha = await propose(1, { files: versionFile('uat', '1.1.0'), message: 'Promote 1.1.0', parent: left });
    await expect
      .poll(() => told(sha), patience)
      .toEqual({ 'towpath/releases': 'success: valid; 1 environment would change; held by order' });
    await expect.poll(() => commentsOf(1).length, patience).toBe(1);
    const [comment] = commentsOf(1);
    expect(comment?.body).toMatch(/^<!-- towpath:plan:default\/releases -->\n/);
    expect(comment?.body).toContain('shop.uat');
    expect(comment?.body).toContain('1.1.0');
    expect(comment?.body).toContain('against the cluster');
    expect(comment?.body).not.toContain('shop.qa |');
  });

  it('is told of another commit of the pull request in the same comment', async () => {
    const [before] = commentsOf(1);
    const sha = await propose(1, { files: versionFile('uat', '1.2.0'), message: 'Rather 1.2.0' });
    await expect
      .poll(() => commentsOf(1).map(({ id, body }) => [id, body.includes('1.2.0')]), patience)
      .toEqual([[before?.id, true]]);
    expect(Object.keys(told(sha))).toEqual(['towpath/releases']);
  });

  it('is told what is wrong with the documents of a pull request', async () => {
    const [[file = '', text = ''] = []] = Object.entries(versionFile('uat', '2.0'));
    const files = { [file]: text.replace('"2.0"', '2.0') };
    const sha = await propose(2, { files, message: 'Break it', parent: await tip() });
    await expect
      .poll(() => told(sha)['towpath/releases'], patience)
      .toMatch(/^failure: \d errors?: products\/shop\/environments\/uat\/version\.yaml:\d+:\d+ /);
    expect(commentsOf(2)).toHaveLength(1);
  });

  it('is written nothing while nothing changes, and nothing by a program that was killed and comes back', async () => {
    await looks(3);
    forge.forget();
    await looks(3);
    expect(forge.writes()).toEqual([]);
    await world.program.kill();
    forge.forget();
    await world.program.start();
    await expect
      .poll(() => forge.seen.filter(({ path }) => path.includes('/comments')).length, patience)
      .toBeGreaterThanOrEqual(2);
    await looks(3);
    expect(forge.writes()).toEqual([]);
  });

  it('that limits how often it is asked delays no deployment, and hears all of it in the end', async () => {
    const limit = { status: 429, headers: { 'retry-after': '2' }, body: { message: 'API rate limit exceeded' } };
    forge.setFault({ kind: 'reply', reply: limit }, { matches: ({ method }) => method === 'POST' });
    await world.repository.commit({ files: promotionFiles('1.3.0'), message: 'Promote 1.3.0' });
    const sha = await tip();
    await world.ready('production', '1.3.0', 120_000);
    expect(told(sha)).toEqual({});
    await expect.poll(async () => (await status())?.problem, patience).toMatch(/limits how often it is asked/);
    expect((await status())?.undelivered).toBeGreaterThan(0);
    forge.setFault(undefined);
    await expect.poll(() => told(sha)['towpath/releases'], patience).toBe('success: 3 environments: 3 deployed');
    await expect.poll(async () => (await status())?.problem, patience).toBeUndefined();
  });

  it('hears of what was asked for and replaced before it was deployed, though the program was away meanwhile', async () => {
    const hold = {
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'Hold',
      metadata: { name: 'stop' },
      spec: { reason: 'a test', selector: {} },
    };
    await world.api.create('holds', hold);
    await world.repository.commit({ files: versionFile('qa', '1.4.0'), message: 'Promote 1.4.0' });
    const sha = await tip();
    await expect.poll(() => told(sha)['towpath/shop.qa'], patience).toMatch(/^pending: .*a test/);
    expect((await status())?.open).toEqual([{ commit: sha, environments: ['shop.qa'] }]);
    await world.program.kill();
    await world.repository.commit({ files: versionFile('qa', '1.5.0'), message: 'Promote 1.5.0' });
    const next = await tip();
    await world.program.start();
    await expect
      .poll(() => told(sha)['towpath/shop.qa'], patience)
      .toBe(`error: not deployed: ${next.slice(0, 12)} asks for something else`);
    await world.api.remove('holds', 'stop');
    await expect.poll(() => told(next)['towpath/shop.qa'], patience).toBe('success: 1.5.0 is deployed and verified');
    await expect.poll(status, patience).not.toHaveProperty('open');
  });

  it('that sends a webhook is told of a pull request at once', async () => {
    await world.api.patch('releasesources', 'releases', { spec: { forge: { interval: '10h' } } });
    await looks(1);
    const sha = await propose(3, { files: versionFile('uat', '1.6.0'), message: 'Promote 1.6.0', parent: await tip() });
    const { http = '' } = await world.program.started();
    const hook = hooks.find(([{ name }]) => name === 'github-pull-request')?.[0] as Hook;
    const headers = { ...hook.headers, ...hook.sign(hook.body, 'shared') };
    const body = new Uint8Array(hook.body);
    const answer = await fetch(`${http}/webhooks/default/releases`, { method: 'POST', headers, body });
    expect(answer.status).toBe(202);
    await expect.poll(() => told(sha)['towpath/releases'], patience).toMatch(/^success: valid; 1 environment would change/);
    await expect.poll(() => commentsOf(3).length, patience).toBe(1);
  });

  it('never sees its token anywhere but in its own header', async () => {
    expect(world.program.log()).not.toContain(token);
    expect(JSON.stringify(await world.api.list('releasesources'))).not.toContain(token);
    expect(JSON.stringify(forge.state.comments)).not.toContain(token);
  });
});
