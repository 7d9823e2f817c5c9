import type { Observation } from './happenings.js';
import type { Ink } from './layout.js';

/** One line for people. Lines of the same `group` that come together are printed as one; those of the same `once` a single time. */
export interface Line {
  readonly word: string;
  readonly ink: Ink;
  readonly text: string;
  readonly more?: readonly string[];
  /** Short items, printed in two columns. */
  readonly list?: readonly string[];
  readonly group?: string;
  readonly once?: string;
}

type Of<E extends Observation['event']> = Extract<Observation, { event: E }>;

/** What is put into one line; errors in documents take several. */
export type Sayable = Exclude<Observation, Of<'errors'>>;

/** What an observation says to people; undefined for what would be noise. */
export function sayingOf(observation: Sayable): Line | undefined {
  switch (observation.event) {
    case 'gate':
      return gateLine(observation);
    case 'opens':
      return { word: 'open', ink: 'green', text: `${observation.gate}: ${observation.message}`, group: observation.message };
    case 'jump':
      return jumpLine(observation);
    case 'owed':
      return owedLine(observation);
    case 'adopted':
      return { word: 'adopted', ink: 'green', text: observation.version, group: `adopted ${observation.version}` };
    case 'delta':
      return deltaLine(observation);
    case 'deploying':
      return deployingLine(observation);
    case 'progress':
      return progressLine(observation);
    case 'verifying':
      return { word: 'verifying', ink: 'cyan', text: `${shortJob(observation.job)} #${observation.build}` };
    case 'ended':
      return endedLine(observation);
    case 'retry':
      return {
        word: 'retry',
        ink: 'yellow',
        text: observation.message.replace(/^.*; (retry \d+ of \d+).*$/, '$1 follows'),
      };
    case 'stalled':
      return { word: 'stalled', ink: 'red', text: observation.message };
    case 'uncertain':
      return {
        word: 'uncertain',
        ink: 'red',
        text: observation.message,
        once: `uncertain ${observation.place.name} ${observation.message}`,
      };
    case 'drift':
      return { word: 'drift', ink: 'red', text: observation.message };
    case 'invalid':
      return { word: 'stopped', ink: 'red', text: 'keeps its last valid desired state until its documents are valid' };
    case 'valid':
      return { word: 'valid', ink: 'green', text: 'goes on' };
  }
}

/** What differs between environments of one product is left out where many wait for the same; the tables have each in full. */
function gateLine({ gate, reason, message }: Of<'gate'>): Line {
  const texts: Readonly<Record<string, string>> = {
    FirstDeployment: 'nothing is recorded of this environment',
    NotVerifiedUpstream: `${message.replace(/ in [^:]*$/, '')} in the stage before`,
    Soaking: message.replace(/, until .*$/, ''),
  };
  const text = `${gate}: ${texts[reason] ?? message}`;
  return { word: 'waiting', ink: 'yellow', text, group: text };
}

/** How far one goes, what that demands here, and how far one could go back. */
function jumpLine({ jump }: Of<'jump'>): Line {
  const { from = 'nothing', to, over, items, reversible } = jump;
  const way = over.slice(0, -1).join(' and ');
  const total = items.open + items.done + items.later;
  const demanded =
    total === 0 ? 'nothing to do here' : `${total} items: ${items.open} open, ${items.done} done, ${items.later} for later`;
  const back =
    reversible === undefined || reversible.possible
      ? []
      : [`no way back past ${reversible.to ?? to}: ${reversible.because?.join(', ')}`];
  const text = `${from} → ${to}, over ${way}`;
  return { word: 'jump', ink: 'blue', text, more: [demanded, ...back], group: [text, demanded, ...back].join() };
}

function owedLine({ obligations }: Of<'owed'>): Line {
  const [noun, day] = [
    obligations.length === 1 ? 'obligation' : 'obligations',
    (due?: string) => (due === undefined ? '' : ` by ${due.slice(0, 10)}`),
  ];
  const more = obligations.map(({ title, owner, due }) => `${owner ?? 'somebody'}${day(due)}: ${title}`);
  return { word: 'owed', ink: 'magenta', text: `${obligations.length} ${noun} left by its path`, more };
}

const shortJob = (job: string): string => job.slice(job.lastIndexOf('/') + 1);

function deployingLine({ version, job, build, why }: Of<'deploying'>): Line {
  return { word: 'deploying', ink: 'cyan', text: `${version}, ${shortJob(job)} #${build}`, more: why === undefined ? [] : [why] };
}

/** Once a version, to see that it moves; not right before its end. */
function progressLine({ place, version, build, percent }: Of<'progress'>): Line | undefined {
  if (percent < 30 || percent > 80) return undefined;
  return { word: '', ink: 'cyan', text: `#${build} at about ${percent} %`, once: `progress ${place.product} ${version}` };
}

function endedLine({ version, phase, checks, message, seconds, lastLine }: Of<'ended'>): Line {
  if (phase === 'Succeeded')
    return { word: 'deployed', ink: 'green', text: `${version}${checks > 0 ? ' and verified' : ''}, after ${seconds} s` };
  const more = lastLine === undefined ? [] : [`last line of its log: ${lastLine}`];
  return { word: 'failed', ink: 'red', text: `${version}: ${message}`, more };
}

const signs = { added: '+', removed: '−', upgraded: '↑', downgraded: '↓', changed: '~' } as const;

function deltaLine({ place, from, to, delta }: Of<'delta'>): Line {
  const counts = (['upgraded', 'downgraded', 'added', 'removed', 'changed'] as const)
    .filter((change) => delta[change] > 0)
    .map((change) => `${delta[change]} ${change}`);
  const components = delta.components.map(({ name, change, from: before, to: after }) => {
    const versions = change === 'added' ? ` ${after}` : change === 'removed' ? '' : ` ${before} → ${after}`;
    return `${signs[change]} ${name}${versions}`;
  });
  const text = `${from} → ${to}: ${counts.join(', ')}`;
  return { word: 'delta', ink: 'blue', text, list: components, once: `delta ${place.product} ${from} ${to}` };
}
