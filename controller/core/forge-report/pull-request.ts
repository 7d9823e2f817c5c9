import { formatMarkdown } from '../plan/markdown.js';
import type { EnvironmentPlan, Plan } from '../plan/plan.js';
import { counted, type StatusReport } from './status.js';

/** What the head of a pull request is told, and what stands in the one comment. */
export interface PullRequestReport {
  readonly status: Pick<StatusReport, 'state' | 'description'>;
  readonly comment: string;
}

/** `fold`: whether the host shows folded HTML. */
export function reportPullRequest(plan: Plan, { fold }: { readonly fold: boolean }): PullRequestReport {
  // Without the time: a comment that says the same is not written again.
  return { status: statusOf(plan), comment: formatMarkdown(plan, { fold, judgedAt: false }) };
}

function statusOf({ environments, governing, findings }: Plan): PullRequestReport['status'] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [error] = errors;
  if (error !== undefined) {
    const { file, line, column, path, message } = error;
    const where = `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}`;
    return { state: 'failure', description: `${counted(errors.length, 'error')}: ${where}${message}` };
  }
  if (environments.length === 0)
    return {
      state: 'success',
      description: governing.length === 0 ? 'valid; changes no environment' : governs(governing.length),
    };
  return {
    state: 'success',
    description: `valid; ${counted(environments.length, 'environment')} would change${waits(environments)}`,
  };
}

const governs = (count: number): string =>
  `valid; changes no environment, but ${counted(count, 'document')} that ${count === 1 ? 'governs' : 'govern'}`;

function waits(environments: readonly EnvironmentPlan[]): string {
  const gates = [...new Set(environments.flatMap(({ deploys, waitingFor }) => (deploys && waitingFor ? [waitingFor] : [])))];
  return gates.length === 0 ? '' : `; held by ${gates.slice(0, 4).join(', ')}${gates.length > 4 ? ' …' : ''}`;
}

/** A pull request whose documents cannot be read. */
export function reportUnread(message: string): PullRequestReport['status'] {
  return { state: 'error', description: `its documents cannot be read: ${message}` };
}
