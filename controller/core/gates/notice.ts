import { formatDuration } from '../duration.js';
import { classOf } from '../release/path.js';
import { readableTime } from '../time.js';
import { blocked, type Gate, passed, waiting } from './verdict.js';

const who = 'a release manager, by a commit that announces it';

/** Closed in the stages that the class of the release names, until it was announced for as long as the class demands. */
export const notice: Gate = ({ facts, wanted }) => {
  const path = wanted && classOf(wanted.product, wanted.release?.class);
  if (wanted === undefined || path?.notice === undefined || !path.notice.stages.includes(wanted.stage)) return undefined;
  const { releases } = facts.governance;
  const announced = Object.hasOwn(releases, wanted.version) ? releases[wanted.version]?.announced : undefined;
  const period = formatDuration(path.notice.periodMs);
  const what = `${wanted.version} is ${path.name}, and ${wanted.stage} wants ${period} of notice`;
  if (announced === undefined) return blocked('NotAnnounced', `${what}: it has not been announced`, { who });
  const until = announced + path.notice.periodMs;
  if (facts.now >= until) return passed('NoticeOver', `announced ${readableTime(announced)}, ${period} of notice are over`);
  if (facts.now < announced)
    return waiting(
      'NoticeRunning',
      `${what}: it is to be announced ${readableTime(announced)}, so not before ${readableTime(until)}`,
      {
        nextChange: until,
      },
    );
  return waiting('NoticeRunning', `${what}: announced ${readableTime(announced)}, so not before ${readableTime(until)}`, {
    nextChange: until,
  });
};
