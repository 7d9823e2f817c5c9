import { expect, it } from 'vitest';
import { aProduct, aStage } from '../support/facts.js';
import { MemoryJenkins } from '../support/memory-jenkins.js';
import { MemoryWorld } from '../support/memory-world.js';

const minute = 60_000;

it('a check whose Jenkins was away is asked for as soon as it is back, also where git asks for another version meanwhile', async () => {
  const world = new MemoryWorld();
  const checks = new MemoryJenkins(world.clock);
  world.api.servers.set('checks', checks);
  const jenkins = { server: 'checks', job: 'smoke', parameters: {}, timeoutMs: 30 * minute };
  const product = aProduct({ stages: [aStage({ verification: [{ name: 'smoke', jenkins }] })] });
  const qa = { environment: 'qa', stage: 'qa', product };
  checks.isDown = true;
  world.commit({ ...qa, version: '1.0.0' });
  world.start();
  await world.advance(2 * minute);
  world.commit({ ...qa, version: '1.1.0' });
  await world.advance(2 * minute + 5_000);
  expect(world.phases).toEqual({ 'shop.qa.1': 'Verifying' });
  checks.isDown = false;
  // The interval in which the server is asked.
  await world.advance(10_000);
  expect(checks.posts).toHaveLength(1);
  await world.advance(2 * minute);
  expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Succeeded' });
});
