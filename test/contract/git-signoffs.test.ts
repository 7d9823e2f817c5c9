import { afterEach, describe, expect, it, vi } from 'vitest';
import { resolveDesired } from '../../controller/core/desired.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { signoffs } from '../../controller/core/gates/signoffs.js';
import { governanceOf } from '../../controller/core/governance.js';
import { anEnvironment, someFacts } from '../support/facts.js';
import { config, entry, person, release, signedProduct, version } from '../support/git/signoffs.js';
import { aSource, createWorld, soon, type World } from '../support/git/world.js';

vi.setConfig({ testTimeout: 60_000 });

let world: World;
afterEach(() => world.close());

const now = Date.parse('2026-11-21T00:00:00Z');

/** What the environment is judged by at the newest commit: what the loop gathers of git. */
async function latestFacts(): Promise<EnvironmentFacts> {
  const { commit, repository } = await world.repositories.latest(aSource({ url: world.url }), soon());
  const [wanted] = repository.environments;
  if (wanted === undefined) throw new Error(JSON.stringify(repository.findings));
  const governance = governanceOf(repository.governance, 'shop');
  return someFacts({ now, environment: anEnvironment(), desired: wanted, commit, governance });
}

async function judge() {
  const facts = await latestFacts();
  const { desired: wanted } = facts;
  const desired = resolveDesired(facts);
  const verdict = wanted && desired && signoffs({ facts, wanted, desired });
  return { state: verdict?.state, message: verdict?.message ?? '', digest: desired?.digest ?? '' };
}

const commit = (author: string, files: Record<string, string>) => world.repository.commit({ files, author: person(author) });
const signed = (by: string, digest: string) => entry(by).replace(/sha256:\w+/, digest);

describe('a release that has to be signed', () => {
  it('goes from the commit that asks for it to an open gate, and closes again when what was signed changes', async () => {
    world = await createWorld();
    await commit('Ada', signedProduct);
    await commit('Eve', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    const asked = await judge();
    expect([asked.state, asked.message]).toEqual([
      'Blocked',
      `waiting for sign-off by tester of 1.1.0; asked since 2026-11-21; to sign: ${asked.digest.slice(0, 19)}`,
    ]);

    await commit('Ann', { 'release.yaml': release(signed('Ann', asked.digest)) });
    expect(await judge()).toEqual({ ...asked, state: 'Passed', message: 'signed by tester: Ann on 2026-11-20' });

    await commit('Eve', { 'config.yaml': config('theme: dark') });
    const changed = await judge();
    expect([changed.state, changed.message]).toEqual([
      'Blocked',
      expect.stringContaining(`Ann's sign-off as tester is for another content (${asked.digest.slice(0, 19)})`),
    ]);
    expect(changed.digest).not.toBe(asked.digest);

    await commit('Eve', { 'config.yaml': config('') });
    expect((await judge()).state).toBe('Passed');
  });

  it('is not opened by somebody who writes the name of another, nor by who asked for it', async () => {
    world = await createWorld();
    await commit('Ada', signedProduct);
    await commit('Bob', { 'version.yaml': version('1.1.0'), 'release.yaml': release() });
    const { digest } = await judge();
    const mallory = await commit('Mallory', { 'release.yaml': release(signed('Ann', digest)) });
    expect((await judge()).message).toContain(
      `Ann's sign-off as tester was brought by a commit of Mallory <mallory@shop.example> (${mallory.slice(0, 12)})`,
    );
    await commit('Bob', { 'release.yaml': release(signed('Bob', digest)) });
    expect((await judge()).message).toContain("Bob's sign-off as tester does not count: Bob asked for it");
  });
});
