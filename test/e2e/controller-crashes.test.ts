import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { invocationId, verificationId } from '../../controller/core/run/identity.js';
import { isTerminal } from '../../controller/core/run/run.js';
import { jobs, path, productFiles, promotionFiles } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { sequence } from '../support/e2e/sequence.js';
import { startWorld, type World } from '../support/e2e/world.js';

/** The first build of 1.1.0 in UAT fails; the retry of it succeeds. */
function failingOnce() {
  let left = 1;
  return jobs({
    outcome: ({ ENVIRONMENT, VERSION }) => {
      if (ENVIRONMENT !== 'uat' || VERSION !== '1.1.0' || left === 0) return {};
      left -= 1;
      return { result: 'FAILURE', log: ['no space left on device'] };
    },
  });
}

function effectsByRun({ jenkins }: World): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { parameters } of jenkins.effects) {
    const id = parameters.TOWPATH_RUN ?? '(none)';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

it('kill -9 at any moment of a promotion: nothing is built twice, nothing is lost, everything gets there', async () => {
  const seed = Number(process.env.TOWPATH_SEED ?? Date.now() % 1_000_000);
  console.log(`TOWPATH_SEED=${seed}`);
  const random = sequence(seed);
  const world = await startWorld({
    files: productFiles('1.0.0', { deployer: ['retry: {limit: 2, backoff: 1s}'] }),
    jenkins: { jobs: failingOnce() },
  });
  try {
    for (let kill = 1; kill <= 10; kill += 1) {
      if (kill === 5) await world.repository.commit({ files: promotionFiles('1.1.0') });
      // Most kills meet it at work, the others while it starts.
      if (random() < 0.7) await world.program.started();
      await sleep(random() * 1_500);
      await world.program.kill();
      world.program.launch();
    }
    for (const stage of path) await world.ready(stage, '1.1.0');

    const runs = await world.runs();
    const asked = runs.flatMap((run) => (run.status?.jenkins === undefined ? [] : [invocationId(run)]));
    const checked = runs.flatMap((run) => (run.status?.verification ?? []).map(({ name }) => verificationId(run, name)));
    const expected = new Map([...asked, ...checked].map((id) => [id, 1]));
    expect(effectsByRun(world), `seed ${seed}`).toEqual(expected);
    const unfinished = runs.filter((run) => !isTerminal(run)).map(({ metadata }) => metadata.name);
    expect(unfinished, `seed ${seed}`).toEqual([]);
    for (const stage of path) {
      const numbers = runs.filter(({ spec }) => spec.environment === stage).map(({ spec }) => spec.number);
      expect(numbers, `seed ${seed}`).toEqual(numbers.map((_, index) => index + 1));
    }
    const retries = runs.filter(({ spec }) => spec.cause.type === 'retry').map(({ metadata }) => metadata.name);
    expect(retries).toEqual([expect.stringMatching(/^shop\.uat\.\d+$/)]);
    await eventually(() => world.jenkins.queue().length === 0, 'nothing waits in Jenkins');
  } finally {
    await world.close();
  }
});
