import type { AskFlags, Verb } from '../cli/ask.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import { parseDuration } from '../core/duration.js';
import { annotations } from '../core/facts.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { isTerminal, phaseOf } from '../core/run/run.js';
import {
  type Ask,
  type Asked,
  askAdopt,
  askConfirm,
  askResolve,
  askResume,
  askRetry,
  askSuspend,
  askVerify,
} from '../core/terminal/asks.js';
import { readyOf } from '../core/terminal/listing.js';
import { awaitAnswer } from '../operate/answer.js';
import { type Api, type KindName, type Kinds, withApi } from '../operate/api.js';
import { findEnvironment, findOne } from '../operate/names.js';
import { operateOptions } from './cluster.js';

const deadlineMs = 60_000;

interface Target {
  readonly environment: string;
  readonly detail?: string;
}

/** `towpath retry`, `verify`, `suspend`, `resume`, `adopt` and `confirm`. */
export async function runAsk(
  verb: Verb,
  { environment: name, detail = '' }: Target,
  flags: AskFlags,
  terminal: Terminal,
): Promise<number> {
  const withinMs = waitOf(flags);
  const options = operateOptions(flags, deadlineMs + withinMs);
  return withApi(options, async (api) => {
    const environment = await findEnvironment(api, name);
    const token = new Date(terminal.now()).toISOString();
    const ask = askOf(verb, { environment, active: await activeRun(api, environment) }, { token, detail });
    if (verb === 'adopt') await forgetAdoption(api, environment, { ask, flags, detail });
    return tell(
      api,
      { kind: 'environments', object: environment, ask, isAnswer: answers[verb](token, detail) },
      { flags, withinMs: isShown(verb, environment) ? withinMs : 0, terminal },
    );
  });
}

/** `towpath resolve`. */
export async function runResolve(
  name: string,
  word: string,
  flags: AskFlags & { readonly reason: string },
  terminal: Terminal,
): Promise<number> {
  const withinMs = waitOf(flags);
  return withApi(operateOptions(flags, deadlineMs + withinMs), async (api) => {
    const run = await findOne(api, 'runs', name);
    const ask = askResolve(run, { word, reason: flags.reason });
    return tell(
      api,
      { kind: 'runs', object: run, ask, isAnswer: (found) => phaseOf(found) !== 'Unknown' },
      { flags, withinMs, terminal },
    );
  });
}

function waitOf({ wait }: AskFlags): number {
  const ms = parseDuration(wait);
  if (ms === undefined) throw new UsageError(`--wait ${wait} is no duration (for instance 10s, or 0s)`);
  return ms;
}

async function activeRun(api: Api, { metadata, spec }: EnvironmentResource): Promise<Asked['active']> {
  const { items } = await api.list('runs', { labels: { product: spec.product, environment: spec.environment } });
  return items.find((run) => run.metadata.namespace === metadata.namespace && !isTerminal(run));
}

function askOf(verb: Verb, asked: Asked, { token, detail }: { token: string; detail: string }): Ask {
  switch (verb) {
    case 'retry':
      return askRetry(asked, token);
    case 'verify':
      return askVerify(asked, token);
    case 'suspend':
      return askSuspend(asked, detail);
    case 'resume':
      return askResume(asked);
    case 'adopt':
      return askAdopt(asked, detail);
    case 'confirm':
      return askConfirm(asked, detail);
  }
}

type IsAnswer = (environment: EnvironmentResource) => boolean;

const isReady = (environment: EnvironmentResource) => readyOf(environment)?.status === 'True';

/** How one sees that the controller has taken it up. */
const answers: Readonly<Record<Verb, (token: string, detail: string) => IsAnswer>> = {
  retry:
    (token) =>
    ({ status }) =>
      status?.lastHandledRetryAt === token,
  verify:
    (token) =>
    ({ status }) =>
      status?.lastHandledVerifyAt === token,
  suspend: () => (environment) => isReady(environment) || environment.status?.waitingFor === 'suspended',
  resume: () => (environment) => environment.status?.waitingFor !== 'suspended',
  adopt:
    (_token, version) =>
    ({ status }) =>
      status?.lastHandledAdopt === version && status.recorded?.version === version,
  confirm:
    () =>
    ({ status }) =>
      status?.waitingFor !== 'first-deployment',
};

/** A suspension shows where the gates are judged: not while a run is under way, nor after one that failed. */
function isShown(verb: Verb, environment: EnvironmentResource): boolean {
  if (verb !== 'suspend' && verb !== 'resume') return true;
  return isReady(environment) || environment.status?.waitingFor !== undefined;
}

/** The same version a second time is asked for by another value alone: the one that was answered is taken away first. */
async function forgetAdoption(
  api: Api,
  environment: EnvironmentResource,
  { ask, flags, detail }: { ask: Ask; flags: AskFlags; detail: string },
): Promise<void> {
  if ('refused' in ask || flags.dryRun === true || environment.status?.lastHandledAdopt !== detail) return;
  const object = await api.annotate('environments', environment.metadata, { [annotations.adopt]: null });
  const forgotten = await awaitAnswer(
    api,
    { kind: 'environments', object, withinMs: 10_000 },
    ({ status }) => status?.lastHandledAdopt === undefined,
  );
  if (forgotten === undefined)
    throw new Error(`${detail} was adopted before, and the controller does not answer: is it running?`);
}

interface Telling<K extends KindName> {
  readonly kind: K;
  readonly object: Kinds[K];
  readonly ask: Ask;
  readonly isAnswer: (object: Kinds[K]) => boolean;
}

/** Asks, and says what came of it. */
async function tell<K extends 'environments' | 'runs'>(
  api: Api,
  { kind, object, ask, isAnswer }: Telling<K>,
  { flags, withinMs, terminal }: { flags: AskFlags; withinMs: number; terminal: Terminal },
): Promise<number> {
  if ('refused' in ask) {
    terminal.stderr(`towpath: ${ask.refused}\n`);
    return 1;
  }
  if (flags.dryRun === true) {
    terminal.stdout(`${equivalent(kind, object, ask.annotations)}\n`);
    return 0;
  }
  const asked = await api.annotate(kind, object.metadata, ask.annotations);
  terminal.stdout([ask.said, ...ask.notes].map((line) => `${line}\n`).join(''));
  if (withinMs === 0) return 0;
  const answer = await awaitAnswer(api, { kind, object: asked, withinMs }, isAnswer);
  if (answer === undefined) terminal.stderr(`no answer from the controller within ${flags.wait}: is it running?\n`);
  else terminal.stdout(`${standing(answer)}\n`);
  return 0;
}

function standing(object: Kinds['environments'] | Kinds['runs']): string {
  if ('phase' in (object.status ?? {})) {
    const run = object as Kinds['runs'];
    return `${run.metadata.name}: ${phaseOf(run)}`;
  }
  const environment = object as EnvironmentResource;
  return `${environment.metadata.name}: ${readyOf(environment)?.message ?? 'nothing is known of it yet'}`;
}

/** The same with kubectl. */
function equivalent(kind: 'environments' | 'runs', { metadata }: Kinds['environments'] | Kinds['runs'], wanted: object): string {
  const words = Object.entries(wanted).map(([name, value]) => (value === null ? `${name}-` : `${name}=${quoted(String(value))}`));
  const type = kind === 'runs' ? 'drun' : 'tenv';
  return `kubectl annotate ${type} ${metadata.name} -n ${metadata.namespace} --overwrite ${words.join(' ')}`;
}

/** For a shell, which takes what stands between single quotes as it is. */
const quoted = (text: string) => (/[$`"'\\!\n]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`);
