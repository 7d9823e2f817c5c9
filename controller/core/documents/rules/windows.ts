import { parseDuration } from '../../duration.js';
import type { Selector } from '../../governance.js';
import { zoneOf } from '../../windows/timeline.js';
import { isReadable, type Problem } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, quote } from '../quote.js';
import type { RepositoryIndex } from '../repository-index.js';
import { scheduleProblem } from '../schedule.js';
import type { DeploymentWindowDocument } from '../schema/deployment-window.js';
import { suggestion } from '../suggest.js';
import { error, type Verdict, warning } from './verdict.js';

type Spec = DeploymentWindowDocument['spec'];

/** A window says when it is, in one of the two ways. */
export function windowsSayWhen(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'DeploymentWindow')) return [];
    const { spec } = document.content;
    // A field that is wrong is not missing as well.
    const form = document.valid ? formProblems(spec) : [];
    const when = form.length > 0 ? form : [...oneOffProblems(spec), ...scheduleProblems(spec)];
    return [...when, ...zoneProblems(spec)].map((problem) => error(document, problem));
  });
}

function formProblems({ from, to, schedule, duration }: Spec): Problem[] {
  const problem = (field: string, message: string): Problem[] => [
    { rule: 'window-time', path: ['spec', field], message, atKey: true },
  ];
  const oneOff = from !== undefined || to !== undefined;
  if (oneOff && (schedule !== undefined || duration !== undefined))
    return problem(schedule === undefined ? 'duration' : 'schedule', 'a window has either from and to, or schedule and duration');
  if (!oneOff && schedule === undefined && duration === undefined)
    return [
      {
        rule: 'window-time',
        path: ['spec'],
        message: 'says not when: from and to, or schedule and duration, are missing',
        atKey: true,
      },
    ];
  if (oneOff && from === undefined) return problem('to', 'needs from beside it');
  if (oneOff && to === undefined) return problem('from', 'needs to beside it');
  if (!oneOff && schedule === undefined) return problem('duration', 'needs schedule beside it');
  return !oneOff && duration === undefined ? problem('schedule', 'needs duration beside it') : [];
}

/** Local times compare as texts once both have seconds. */
const withSeconds = (time: string): string => (time.length === 16 ? `${time}:00` : time);

function isCalendarTime(time: string): boolean {
  const parsed = Date.parse(`${withSeconds(time)}Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(withSeconds(time));
}

function oneOffProblems({ from, to, timeZone }: Spec): Problem[] {
  const wrong = (['from', 'to'] as const).flatMap((field): Problem[] => {
    const time = field === 'from' ? from : to;
    if (time === undefined || isCalendarTime(time)) return [];
    return [{ rule: 'window-time', path: ['spec', field], message: `${quote(time)} is not in the calendar` }];
  });
  if (wrong.length > 0 || from === undefined || to === undefined) return wrong;
  const problem = (message: string): Problem[] => [{ rule: 'window-time', path: ['spec', 'to'], message }];
  if (withSeconds(from) >= withSeconds(to)) return problem(`${to} is not after from (${from})`);
  return isSkipped(from, to, timeZone) ? problem(`the clock of ${timeZone} skips the time from ${from} to ${to}`) : [];
}

/** Both lie in a gap that daylight saving time leaves: such a window would be no time at all. */
function isSkipped(from: string, to: string, timeZone: string): boolean {
  const zone = isTimeZone(timeZone) ? zoneOf(timeZone) : undefined;
  const local = (time: string) => Date.parse(`${withSeconds(time)}Z`);
  return zone !== undefined && zone.firstMoment(local(from)) >= zone.lastMoment(local(to));
}

function scheduleProblems({ schedule, duration }: Spec): Problem[] {
  const problems: Problem[] = [];
  const wrong = schedule === undefined ? undefined : scheduleProblem(schedule);
  if (wrong !== undefined) problems.push({ rule: 'window-schedule', path: ['spec', 'schedule'], message: wrong });
  if (duration !== undefined && (parseDuration(duration) ?? 0) <= 0)
    problems.push({ rule: 'window-schedule', path: ['spec', 'duration'], message: 'should be longer than nothing' });
  return problems;
}

function zoneProblems({ timeZone }: Spec): Problem[] {
  if (isTimeZone(timeZone)) return [];
  const zones = Intl.supportedValuesOf('timeZone');
  const city = zones.find((zone) => zone.toLowerCase().endsWith(`/${timeZone.toLowerCase()}`));
  const near = city === undefined ? suggestion(timeZone, zones, zones.length) : `; did you mean ${quote(city)}?`;
  const message = `${quote(timeZone)} is not an IANA time zone, such as Australia/Adelaide${near}`;
  return [{ rule: 'time-zone', path: ['spec', 'timeZone'], message }];
}

/** An offset such as +10:30 is no zone: it knows no daylight saving time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const selectors = ['products', 'stages', 'clients', 'environments'] as const;

/** What a window selects exists; a window may be written ahead of what it is for, so this is a warning. */
export function windowsSelectSomething(index: RepositoryIndex): Verdict[] {
  const known = knownNames(index);
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'DeploymentWindow')) return [];
    return selectsNothing(document.content.spec.selector, ['spec', 'selector'], known).map((problem) =>
      warning(document, problem),
    );
  });
}

/** What a rule of a NotificationPolicy selects exists; it may be written ahead as well. */
export function policiesSelectSomething(index: RepositoryIndex): Verdict[] {
  if (!index.documents.some(({ kind }) => kind === 'NotificationPolicy')) return [];
  const known = knownNames(index);
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'NotificationPolicy')) return [];
    return document.content.spec.rules.flatMap(({ selector }, at) =>
      selectsNothing(selector, ['spec', 'rules', at, 'selector'], known).map((problem) => warning(document, problem)),
    );
  });
}

function selectsNothing(selector: Selector = {}, path: Path, known: ReturnType<typeof knownNames>): Problem[] {
  return selectors.flatMap((kind) =>
    (selector[kind] ?? []).flatMap((name, at): Problem[] => {
      if (known[kind].has(name)) return [];
      const names = [...known[kind]];
      const what = kind.slice(0, -1);
      const message = `no ${what} is called ${quote(name)} (${names.length === 0 ? 'there is none' : enumerate(names)})${suggestion(name, names)}`;
      return [{ rule: 'selects-nothing', path: [...path, kind, at], message }];
    }),
  );
}

function knownNames(index: RepositoryIndex): Record<(typeof selectors)[number], Set<string>> {
  const known = {
    products: new Set<string>(index.products.keys()),
    stages: new Set<string>(),
    clients: new Set<string>(),
    environments: new Set<string>(),
  };
  for (const document of index.documents) {
    if (document.content === undefined) continue;
    if (document.kind === 'Product') for (const { name } of document.content.spec.stages) known.stages.add(name);
    if (document.kind !== 'EnvironmentConfig') continue;
    known.environments.add(document.content.metadata.name);
    if (document.content.spec.client !== undefined) known.clients.add(document.content.spec.client);
  }
  return known;
}
