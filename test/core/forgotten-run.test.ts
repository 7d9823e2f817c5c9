import { expect, it } from 'vitest';
import { MemoryWorld } from '../support/memory-world.js';

const minute = 60_000;

it('a run that Jenkins forgot in its queue is given up at once for the version that git asks for meanwhile', async () => {
  const world = new MemoryWorld();
  const qa = { environment: 'qa', stage: 'qa' };
  world.commit({ ...qa, version: '1.0.0' });
  world.start();
  await world.advance(minute);
  world.jenkins.delayMs = 30 * minute;
  world.commit({ ...qa, version: '1.1.0' });
  await world.advance(2 * minute);
  world.commit({ ...qa, version: '1.2.0' });
  await world.advance(2 * minute);
  expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Queued' });
  world.jenkins.kill();
  // The interval in which the server is asked.
  await world.advance(10_000);
  expect(world.phases).toEqual({ 'shop.qa.1': 'Succeeded', 'shop.qa.2': 'Superseded', 'shop.qa.3': 'Queued' });
});
