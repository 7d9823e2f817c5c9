import { afterEach, expect, it } from 'vitest';
import { aSource, createWorld, type World } from '../support/git/world.js';

let world: World;
afterEach(() => world.close());

const soon = () => AbortSignal.timeout(30_000);

it('reads a commit of a file repository', async () => {
  world = await createWorld();
  const sha = await world.repository.commit({
    files: { 'a.yaml': 'a: 1\n' },
    message: 'First\n\nMore',
    author: 'Ada Lovelace <ada@example.com>',
  });
  const { commit } = await world.repositories.latest(aSource({ url: world.repository.url }), soon());
  expect(commit).toEqual({ sha, author: 'Ada Lovelace', time: 1_767_225_600_000, subject: 'First' });
});

it('reads a commit over http', async () => {
  world = await createWorld();
  const sha = await world.repository.commit({ files: { 'a.yaml': 'a: 1\n' } });
  const { commit } = await world.repositories.latest(aSource({ url: world.url }), soon());
  expect(commit.sha).toBe(sha);
});
