import type { Severity } from './events.js';
import { factsOf, linesOf } from './facts.js';
import type { Message } from './message.js';

const icons: Readonly<Record<Severity, string>> = {
  info: ':hourglass_flowing_sand:',
  good: ':white_check_mark:',
  warning: ':raised_hand:',
  bad: ':x:',
};

/** The longest text of a section (docs.slack.dev, section block). */
const longestText = 3_000;

/** Text of others in mrkdwn: nothing in it is a link, a mention or markup of ours (docs.slack.dev, formatting message text). */
export const slackText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const cut = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`);

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: cut(text) } });

/** The one message of a deployment, as it stands now: it is edited in place. `text` is what notifications show. */
export function slackMessage(message: Message): { text: string; blocks: readonly object[] } {
  const { title, severity, links } = message;
  const facts = factsOf(message).map(([label, value]) => `*${label}:* ${slackText(value)}`);
  const urls = links.map(({ label, url }) => `<${slackText(url)}|${slackText(label)}>`).join(' · ');
  const blocks = [section(`${icons[severity]} *${slackText(title)}*`), section(facts.join('\n'))];
  return { text: slackText(title), blocks: urls === '' ? blocks : [...blocks, section(urls)] };
}

/** What goes into the thread: the step, and its details. */
export function slackReply(message: Message): { text: string } {
  const lines = linesOf(message).map(slackText).join('\n').replaceAll('```', "'''");
  const head = `${icons[message.severity]} ${slackText(message.title)}`;
  return { text: cut(lines === '' ? head : `${head}\n\`\`\`${lines}\`\`\``) };
}

/** All of it at once, where there is no thread. */
export function slackWhole(message: Message): { text: string; blocks: readonly object[] } {
  const { text, blocks } = slackMessage(message);
  const lines = linesOf(message).map(slackText).join('\n').replaceAll('```', "'''");
  return { text, blocks: lines === '' ? blocks : [...blocks, section(`\`\`\`${lines.slice(0, longestText - 10)}\`\`\``)] };
}
