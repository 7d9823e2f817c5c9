import { createDeployer, type DeployerOptions } from '../../../controller/jenkins/deployer.js';
import type { Deployer, JobRequest } from '../../../controller/reconcile/ports.js';
import { type ManualClock, manualClock } from './clock.js';
import type { JenkinsStandIn, StandInOptions } from './control.js';
import type { JobDefinition } from './definition.js';
import { recordedUsers } from './definition.js';
import { startJenkins } from './stand-in.js';

/** A server with one deployment job whose time stands still until a test moves it, and a deployer for it. */
export interface Scene {
  readonly jenkins: JenkinsStandIn;
  readonly clock: ManualClock;
  readonly deployer: Deployer & { close(): void };
  /** What the deployer reported of its requests: operation and code. */
  readonly reported: string[];
  /** Another deployer for the same server. */
  open(options?: Partial<DeployerOptions>): Deployer & { close(): void };
  /** Moves the server's time on. */
  pass(ms: number): void;
  end(): Promise<void>;
}

export const token = recordedUsers[0]?.token ?? '';

export const deployJob: JobDefinition = {
  name: 'platform/deploy',
  parameters: [
    { name: 'TOWPATH_RUN' },
    { name: 'ENVIRONMENT', type: 'choice', choices: ['production', 'uat', 'qa'] },
    { name: 'VERSION' },
    { name: 'NOTES', type: 'text' },
    { name: 'DRY_RUN', type: 'boolean' },
  ],
  durationMs: 60_000,
  log: ['deploying', 'deployed'],
};

export function aRequest(over: Partial<JobRequest> = {}): JobRequest {
  return {
    job: 'platform/deploy',
    id: 'loyalty.uat.7.0a1b2c3d',
    parameters: { ENVIRONMENT: 'uat', VERSION: '2.9.3', NOTES: 'line one\nline „two“ $x & y=z', DRY_RUN: 'false' },
    ...over,
  };
}

export const noAbort = new AbortController().signal;

export async function aScene(options: Partial<StandInOptions> = {}): Promise<Scene> {
  const clock = manualClock(Date.now());
  const jenkins = await startJenkins({ jobs: [deployJob], clock, ...options });
  const reported: string[] = [];
  const opened: { close(): void }[] = [];

  function open(more: Partial<DeployerOptions> = {}): Deployer & { close(): void } {
    const deployer = createDeployer({
      url: jenkins.url,
      credentials: { username: 'controller', secret: token, kind: 'token' },
      delayMs: 10_000,
      requestTimeoutMs: 5000,
      onRequest: ({ operation, code }) => void reported.push(`${operation} ${code}`),
      ...more,
    });
    opened.push(deployer);
    return deployer;
  }

  return {
    jenkins,
    clock,
    reported,
    deployer: open(),
    open,
    pass: (ms) => clock.moveTo(clock.now() + ms),
    async end() {
      for (const deployer of opened) deployer.close();
      await jenkins.close();
    },
  };
}

/** Triggers the request and lets its delay pass, so that its build runs. */
export async function aRunningBuild({ deployer, pass }: Scene, request: JobRequest): Promise<number> {
  const answer = await deployer.trigger(request, noAbort);
  if (answer.state !== 'accepted') throw new Error(answer.message);
  pass(10_000);
  return answer.queueId;
}
