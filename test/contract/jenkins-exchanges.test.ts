import { afterEach, describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../support/jenkins/clock.js';
import type { JenkinsStandIn, StandInOptions } from '../support/jenkins/control.js';
import { failingCrumbFilter, silence } from '../support/jenkins/faults.js';
import { recordedJobs } from '../support/jenkins/recorded.js';
import {
  comparableReceived,
  comparableRecorded,
  type Issued,
  noteIssued,
  type RecordedExchange,
  readScenario,
  resend,
  type Sessions,
} from '../support/jenkins/replay.js';
import { startJenkins } from '../support/jenkins/stand-in.js';

/** A build that was there; `gone` where only its queue id, or its number, was used up. */
interface Past {
  readonly job: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly gone?: 'item' | 'build';
}

/** What stood before a recording began, and what happened outside of HTTP while it was made. */
interface Staging {
  readonly file: string;
  readonly options?: Partial<StandInOptions>;
  /** Next build numbers of the jobs. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** What went through the queue before, in this order; numbers go up to where the recording begins. */
  readonly history?: readonly Past[];
  /** Done right before the exchange of that index. */
  readonly before?: Readonly<Record<number, (jenkins: JenkinsStandIn, clock: ManualClock) => Promise<void> | void>>;
  /** Done while the exchange of that index is under way. */
  readonly during?: Readonly<Record<number, (jenkins: JenkinsStandIn) => Promise<void>>>;
  /** Exchanges that are not replayed, and why. */
  readonly leftOut?: Readonly<Record<number, string>>;
}

const restartedAfter = (startupMs: number) => ({ options: { startupMs } });
const hold = (jenkins: JenkinsStandIn): void => jenkins.fail(silence(3_600_000, 0));
const isAnotherReport = 'the page for browsers: no client of ours asks for it';

const raced = (number: string): Past => ({
  job: 'deploy-concurrent',
  parameters: { DEPLOYMENT_ID: `race-16315-${number}`, VERSION: '1', SLEEP: '0' },
});

const stagings: readonly Staging[] = [
  { file: '01-identify' },
  { file: '02-job-preflight' },
  { file: '03-trigger-ok' },
  { file: '04-trigger-refused', options: { nextQueueId: 5 } },
  { file: '05-queue-waiting-coalesce-cancel', options: { nextQueueId: 9 } },
  {
    file: '06-queue-blocked',
    options: { nextQueueId: 12 },
    numbers: { deploy: 7 },
    history: [{ job: 'deploy', parameters: { SLEEP: '1.71' } }],
  },
  { file: '07-queue-no-agent', options: { nextQueueId: 15 } },
  { file: '08-queue-executors-busy', options: { nextQueueId: 16 } },
  { file: '09-queue-item-expires', options: { nextQueueId: 172 }, numbers: { 'deploy-concurrent': 157 } },
  { file: '10-build-results', options: { nextQueueId: 174 } },
  {
    file: '11-stop-abort',
    options: { nextQueueId: 177 },
    numbers: { 'déploi avec espaces': 3 },
    history: [{ job: 'déploi avec espaces', parameters: { SLEEP: '1' } }],
  },
  {
    file: '12-progressive-log',
    options: { nextQueueId: 178 },
    numbers: { 'déploi avec espaces': 5 },
    leftOut: { 16: isAnotherReport },
  },
  { file: '13-big-log-tail', options: { nextQueueId: 179 } },
  {
    file: '14-restart-sigterm',
    ...restartedAfter(4_700),
    before: { 6: hold, 9: (jenkins) => jenkins.start() },
    during: { 6: (jenkins) => jenkins.terminate() },
  },
  {
    file: '15-restart-sigkill',
    options: { startupMs: 5_000, queueSaveMs: 86_400_000, nextQueueId: 6 },
    numbers: { deploy: 2 },
    history: [
      { job: 'deploy', parameters: { ENVIRONMENT: 'staging', VERSION: '1', DEPLOYMENT_ID: 'SIGTERM-blocked', SLEEP: '2' } },
      { job: 'deploy-quiet', gone: 'item' },
      { job: 'deploy-quiet', gone: 'item' },
      { job: 'deploy-concurrent', parameters: { SLEEP: '0' } },
    ],
    before: { 6: hold, 8: (jenkins) => jenkins.start() },
    during: { 6: (jenkins) => jenkins.crash() },
  },
  {
    file: '16-crash-resurrects-queue-item',
    before: { 2: async (jenkins) => jenkins.crash().then(() => jenkins.start()) },
  },
  {
    file: '17-crash-keeps-old-queue-items',
    options: { nextQueueId: 2 },
    before: { 1: async (jenkins) => jenkins.crash().then(() => jenkins.start()) },
  },
  { file: '18-quiet-down' },
  {
    file: '19-safe-restart',
    history: [{ job: 'deploy', parameters: { ENVIRONMENT: 'prod', VERSION: '1', DEPLOYMENT_ID: 'qd', SLEEP: '2' } }],
    options: { nextQueueId: 2, restartingMs: 10_350, leavingMs: 200 },
    before: { 9: async (jenkins) => expect.poll(() => jenkins.isUp).toBe(true) },
    leftOut: { 6: 'the reset stands in 14 and 15', 7: 'the refusal stands in 14 and 15', 8: 'the page stands in 14 and 15' },
  },
  { file: '20-transport-and-encoding', options: { nextQueueId: 206 } },
  { file: '21-two-controllers-with-delay', options: { nextQueueId: 421 } },
  { file: '22-auth-and-errors', options: { nextQueueId: 422 }, history: [{ job: 'deploy', parameters: { SLEEP: '1' } }] },
  { file: '23-disabled-or-deleted-meanwhile', options: { nextQueueId: 423 }, numbers: { 'deploy-concurrent': 295 } },
  {
    file: '24-context-path-and-folder',
    options: { contextPath: '/ci/jenkins' },
  },
  { file: '25-race-left-without-executable', options: { nextQueueId: 427, raceMs: 8 }, history: [raced('1')] },
  { file: '26-race-pending', options: { nextQueueId: 437, raceMs: 20 }, history: [raced('1')] },
  {
    file: '27-race-queue-then-builds-miss',
    options: { nextQueueId: 618, raceMs: 20 },
    numbers: { 'deploy-concurrent': 485 },
    history: ['189', '190', '191'].map(raced),
  },
  {
    file: '28-race-builds-then-queue-miss',
    options: { nextQueueId: 428, raceMs: 4 },
    numbers: { 'deploy-concurrent': 294 },
    history: [
      { ...raced('0'), parameters: { DEPLOYMENT_ID: 'two-controllers', VERSION: '1', SLEEP: '0' } },
      ...['422', '423', '424'].map((): Past => ({ job: 'deploy-quiet', gone: 'item' })),
      { ...raced('0'), gone: 'build' },
      ...['0', '1'].map(raced),
    ],
  },
  {
    file: '29-race-build-without-parameters',
    options: { nextQueueId: 565, raceMs: 3 },
    numbers: { 'deploy-concurrent': 433 },
    history: ['137', '138'].map(raced),
  },
  {
    file: '30-post-while-starting',
    ...restartedAfter(10_000),
    before: {
      0: (jenkins) => jenkins.crash(),
      1: async (jenkins) => jenkins.start().then(() => jenkins.fail(failingCrumbFilter)),
    },
  },
];

let running: JenkinsStandIn | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

describe('the stand-in answers as the recorded Jenkins did', () => {
  it.each(stagings.map((staging) => [staging.file, staging] as const))('%s', async (file, staging) => {
    const { exchanges } = readScenario(file);
    const [first] = exchanges;
    if (first === undefined) throw new Error(`${file} is empty`);
    const clock = manualClock(Date.parse(first.at) - 3_600_000);
    const jenkins = await startStaged(staging, first, clock);
    running = jenkins;
    const port = Number(new URL(jenkins.url).port);
    const issued: Issued = new Map();
    const sessions: { recorded: Sessions; replayed: Sessions } = { recorded: [], replayed: [] };
    for (const [index, recorded] of exchanges.entries()) {
      if (staging.leftOut?.[index] !== undefined) continue;
      // A slow answer was slow before it was made.
      clock.moveTo(Date.parse(recorded.at) + Math.max(0, recorded.ms - 100));
      await staging.before?.[index]?.(jenkins, clock);
      const answered = resend(port, recorded, issued);
      if (staging.during?.[index] !== undefined) {
        await expect.poll(() => jenkins.requests.length).toBe(index + 1);
        await staging.during[index](jenkins);
      }
      const received = await answered;
      noteIssued(recorded, received, issued);
      const label = `${index} ${recorded.label ?? ''}`;
      expect({ label, ...comparableReceived(received, recorded, sessions.replayed) }).toEqual({
        label,
        ...comparableRecorded(recorded, sessions.recorded),
      });
    }
  });
});

async function startStaged(staging: Staging, first: RecordedExchange, clock: ManualClock): Promise<JenkinsStandIn> {
  const { options = {}, numbers = {}, history = [] } = staging;
  const jobs = recordedJobs.map((job) => {
    const nextBuildNumber = numbers[job.name];
    return nextBuildNumber === undefined ? job : { ...job, nextBuildNumber };
  });
  const { nextQueueId = 1, startupMs = 0 } = options;
  const jenkins = await startJenkins({
    jobs,
    clock,
    rootUrl: `http://${first.request.headers.Host}/`,
    workspace: '/var/lib/jenkins-controller-home/workspace',
    ...options,
    nextQueueId: nextQueueId - history.length,
  });
  clock.moveTo(clock.now() + startupMs);
  for (const { job, parameters = {}, gone } of history) {
    const item = jenkins.userBuild(job, parameters, 'controller');
    if (gone === 'item') jenkins.cancelItem(item.id);
    clock.moveTo(clock.now() + 60_000);
    if (gone === 'build') jenkins.deleteBuild(job, item.buildNumber ?? 0);
  }
  return jenkins;
}
