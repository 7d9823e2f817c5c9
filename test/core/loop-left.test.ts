import { expect, it } from 'vitest';
import { aDescriptor, aProduct, aStage } from '../support/facts.js';
import { MemoryWorld } from '../support/memory-world.js';

const minute = 60_000;
const key = { namespace: 'default', name: 'shop.qa.1' };
const product = aProduct({
  concurrency: 1,
  descriptor: { bucket: 'candidates', key: '${version}.json' },
  stages: [aStage(), aStage({ name: 'uat' })],
});
const qa = { environment: 'qa', stage: 'qa', version: '1.0.0', product };
const uat = { environment: 'uat', stage: 'uat', version: '1.0.0', product };

it('what becomes possible in the middle of a pass, and of which nobody tells, is done by the next pass', async () => {
  const world = new MemoryWorld();
  world.jenkins.delayMs = 60 * minute;
  world.api.descriptor = (name) => ({ state: 'found', descriptor: aDescriptor({ key: name }) });
  world.commit(qa, uat);
  world.start();
  await world.advance(2 * minute);
  expect([world.phases, world.status('uat')?.waitingFor]).toEqual([{ 'shop.qa.1': 'Queued' }, 'concurrency']);

  const notice = world.controller.notice.bind(world.controller);
  world.api.descriptor = (name) => {
    const run = world.api.runs.get(key);
    world.controller.notice = () => undefined;
    if (run?.status?.phase === 'Queued') void world.api.runs.writeStatus(run, { ...run.status, phase: 'Aborted' });
    world.controller.notice = notice;
    return { state: 'found', descriptor: aDescriptor({ key: name }) };
  };
  world.annotate('uat', { requestedAt: '1' });
  await world.advance(1_000);
  expect(Object.keys(world.phases)).toEqual(['shop.qa.1', 'shop.uat.1']);
});
