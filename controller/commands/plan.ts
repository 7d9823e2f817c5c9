import type { PlanFlags } from '../cli/plan.js';
import { formatPlan } from '../cli/plan-text.js';
import type { Terminal } from '../cli/terminal.js';
import { formatMarkdown } from '../core/plan/markdown.js';
import { hasChanges } from '../core/plan/plan.js';
import { plan } from '../operate/plan.js';

/** `towpath plan`. Throws an Error that says why where the two sides cannot be compared. */
export async function runPlan(directory: string, flags: PlanFlags, terminal: Terminal): Promise<number> {
  const { base, head } = flags;
  const found = await plan({
    directory,
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
    now: Date.now(),
  });
  if (flags.format === 'markdown') terminal.stdout(formatMarkdown(found));
  else if (flags.format === 'json') terminal.stdout(`${JSON.stringify(found, null, 2)}\n`);
  else terminal.stdout(formatPlan(found));
  if (!found.valid) return 1;
  return flags.detailedExitcode === true && hasChanges(found) ? 2 : 0;
}
