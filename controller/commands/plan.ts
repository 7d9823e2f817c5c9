import type { PlanFlags } from '../cli/plan.js';
import { formatPlan } from '../cli/plan-text.js';
import type { Terminal } from '../cli/terminal.js';
import { formatMarkdown } from '../core/plan/markdown.js';
import { hasChanges, type Plan } from '../core/plan/plan.js';
import { plan } from '../operate/plan.js';
import { mustAnswer, mustBeFolder, operateOptions } from './cluster.js';

const deadlineMs = 120_000;

/** `towpath plan`. Throws an Error that says why where the two sides cannot be compared. */
export async function runPlan(directory: string, flags: PlanFlags, terminal: Terminal): Promise<number> {
  const { base, head, descriptors } = flags;
  const asksCluster = [flags.kubeconfig, flags.context, flags.namespace].some((flag) => flag !== undefined);
  const cluster = asksCluster ? operateOptions(flags, deadlineMs) : undefined;
  await mustBeFolder(descriptors, '--descriptors');
  if (cluster !== undefined) await mustAnswer(cluster);
  const found = await plan({
    directory,
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
    ...(descriptors === undefined ? {} : { descriptors }),
    ...(cluster === undefined ? {} : { cluster }),
    now: Date.now(),
    signal: AbortSignal.timeout(deadlineMs),
  });
  terminal.stdout(formatted(found, flags, terminal));
  if (!found.valid) return 1;
  return flags.detailedExitcode === true && hasChanges(found) ? 2 : 0;
}

function formatted(found: Plan, { format }: PlanFlags, terminal: Terminal): string {
  if (format === 'json') return `${JSON.stringify(found, null, 2)}\n`;
  return format === 'markdown' ? formatMarkdown(found) : formatPlan(found, terminal);
}
