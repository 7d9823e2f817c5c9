import type { Severity } from './events.js';
import { factsOf, linesOf } from './facts.js';
import type { Message } from './message.js';

const colours: Readonly<Record<Severity, string>> = { info: 'accent', good: 'good', warning: 'warning', bad: 'attention' };

const longestText = 2_000;

/** Runs of text: unlike in a TextBlock nothing in them is Markdown (adaptivecards.io, RichTextBlock). */
const rich = (...inlines: readonly object[]) => ({ type: 'RichTextBlock', inlines });
const run = (text: string, more: object = {}) => ({ type: 'TextRun', text: text.slice(0, longestText), ...more });

/** An Adaptive Card as a Workflow with the trigger "When a Teams webhook request is received" takes it (learn.microsoft.com, Workflows for Teams). */
export function toAdaptiveCard(message: Message): object {
  const lines = linesOf(message);
  const body = [
    rich(run(message.title, { size: 'Large', weight: 'Bolder', color: colours[message.severity] })),
    ...factsOf(message).map(([label, value]) => rich(run(`${label}: `, { weight: 'Bolder' }), run(value))),
    ...(lines.length === 0 ? [] : [rich(run(lines.join('\n'), { fontType: 'Monospace', isSubtle: true }))]),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
    actions: message.links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}
