import { formatMarkdown, type MarkdownOptions } from '../plan/markdown.js';
import { escapeMarkdown } from '../plan/markdown-text.js';
import type { Plan } from '../plan/plan.js';
import type { PromotionChange } from './names.js';

/** The description of the pull request: why, what to beware of, and the plan. */
export function describeChange({ kind, reason, warnings }: PromotionChange, plan: Plan, options: MarkdownOptions = {}): string {
  const why =
    reason === undefined
      ? []
      : [`**${kind === 'rollback' ? 'Rolled back because' : 'Why'}:** ${escapeMarkdown(reason, 1_000)}`, ''];
  const beware = warnings.length === 0 ? [] : ['**Beware:**', '', ...warnings.map((one) => `- ${escapeMarkdown(one, 500)}`), ''];
  return [...why, ...beware, formatMarkdown(plan, options)].join('\n');
}
