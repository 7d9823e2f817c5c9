import { expect } from 'vitest';
import { deployJob } from '../../support/e2e/documents.js';
import { eventually } from '../../support/e2e/eventually.js';
import { recordedUsers } from '../../support/jenkins/definition.js';
import type { JenkinsStandIn } from '../../support/jenkins/stand-in.js';
import type { Ledger } from './claiming.js';
import type { Held, Match } from './gate.js';
import type { SteppedClock } from './stepped-clock.js';
import { type CrashWorld, firstRun } from './world.js';

export const trigger: Match = { method: 'POST', path: /\/buildWithParameters/ };
export const readItem: Match = { method: 'GET', path: /\/queue\/item\/\d+\/api/ };
export const readBuild: Match = { method: 'GET', path: /\/job\/deploy\/\d+\/api/ };
export const createRun: Match = { method: 'POST', path: /\/deploymentruns\b/ };
export const createLease: Match = { method: 'POST', path: /\/leases\b/ };
export const renewLease: Match = { method: 'PUT', path: /\/leases\/towpath/ };

/** The write that makes this state of the first run durable. */
export const writeState = (state: string): Match => ({
  method: 'PUT',
  path: new RegExp(`/deploymentruns/${firstRun.replaceAll('.', '\\.')}/status`),
  body: new RegExp(`"state":"${state}"`),
});

/** Jenkins has accepted the run, and that is durable; the controller has not heard of the latter yet. */
export function queued({ replica }: CrashWorld): Promise<Held> {
  const stored = replica.api.holdAnswer(writeState('Queued'));
  replica.program.launch();
  return stored;
}

/** Jenkins has handed out the number of the build and dies before the build's first step; it is up again. */
export async function dieBeforeFirstStep({ replica, jenkins }: CrashWorld, clock: SteppedClock): Promise<void> {
  clock.hold();
  replica.program.launch();
  // The item leaves the queue; then the number is given.
  await clock.step();
  await clock.step();
  expect(jenkins.effects).toEqual([]);
  await jenkins.crash();
  clock.release();
  await jenkins.start();
}

/** The first controller is stuck with its POST on the way, and another one leads; gives that POST. */
export async function takenOver({ replica, toJenkins, another }: CrashWorld): Promise<Held> {
  const posted = toJenkins.holdRequest(trigger);
  replica.program.launch();
  const first = await posted;
  replica.program.freeze();
  await replica.freeLease();
  const { program } = await another();
  program.launch();
  return first;
}

export async function deployed({ replica, end, ready }: CrashWorld): Promise<void> {
  replica.program.launch();
  expect(await end('Succeeded')).toEqual({ phase: 'Succeeded', claims: 1, asked: 1, builds: [1] });
  await ready('qa', '1.0.0');
}

/** What the button Rebuild does: a build with the very parameters of the first. */
export function rebuild({ jenkins }: CrashWorld): void {
  jenkins.userBuild(deployJob, jenkins.effects[0]?.parameters ?? {}, 'admin');
}

/** A second build of the first run has had no effect, and the controller, which has seen it since, makes nothing of it. */
export async function expectRefused({ jenkins, run, condition }: CrashWorld, ledger: Ledger): Promise<void> {
  const before = (await run(firstRun, 'Succeeded')).status;
  const second = await eventually(
    () => jenkins.builds(deployJob).find(({ number, building }) => number === 2 && !building),
    'the second build has ended',
  );
  expect(['NOT_BUILT', 'ABORTED']).toContain(second.result);
  const looks = () => jenkins.requests.filter(({ path, query }) => path.endsWith('/deploy/api/json') && query.includes('causes'));
  const seen = looks().length;
  await eventually(() => looks().length >= seen + 3, 'the controller has looked at the builds since');
  expect(ledger.claimed).toEqual([1]);
  expect((await run(firstRun, 'Succeeded')).status).toEqual(before);
  expect(await condition('qa', 'Drifted')).toBeUndefined();
  expect(await condition('qa', 'Ready')).toMatchObject({ status: 'True', reason: 'Deployed' });
}

/** What an administrator gets from Jenkins itself. */
export async function statusOf({ url }: JenkinsStandIn, path: string, method = 'GET'): Promise<number> {
  const { name, token } = recordedUsers.find(({ permissions }) => permissions.includes('Overall/Administer')) ?? {};
  const authorization = `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`;
  const { status } = await fetch(`${url}${path}`, { method, headers: { authorization }, redirect: 'manual' });
  return status;
}
