import { durationOr } from '../core/duration.js';
import type { Millis } from '../core/model.js';
import type { Invocation } from '../core/resources/deployment-run.js';
import type { JenkinsServer } from '../core/resources/release-source.js';
import type { Task } from '../core/run/run.js';
import { fromTime } from '../core/time.js';

/** Gates wake what they hold; this is for what nobody told of. */
const waitingPollMs: Millis = 60_000;

export interface Pace {
  readonly server: JenkinsServer;
  /** Something is known to hold the claim of the deployment; its checks are asked for all the same. */
  readonly isHeld: boolean;
  readonly now: Millis;
}

/** After a refusal the next request waits, longer each time: Jenkins, or a person, has to change something. */
export function claimDueAt(invocation: Invocation): Millis {
  const { claim } = invocation;
  if (claim?.answer === undefined) return 0;
  return (fromTime(claim.at) ?? 0) + Math.min(300_000, 5_000 * 2 ** Math.min(claim.posts, 6));
}

/** How soon to look again, by what is waited for. */
export function pollAfter(task: Task, { server, isHeld, now }: Pace): Millis {
  const poll = durationOr(server.pollInterval, 10_000);
  switch (task.invocation.state) {
    case 'Pending':
      return Math.max(isHeld && task.check === undefined ? waitingPollMs : poll, claimDueAt(task.invocation) - now);
    case 'Unknown':
      return 300_000;
    case 'Queued':
      return Math.min(poll, 3_000);
    default:
      return poll;
  }
}
