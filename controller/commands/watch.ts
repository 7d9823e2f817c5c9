import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '../cli/terminal.js';
import type { WatchFlags } from '../cli/watch.js';
import { UsageError } from '../config.js';
import { parseDuration } from '../core/duration.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { isTerminal } from '../core/run/run.js';
import { readyOf } from '../core/terminal/listing.js';
import { elide, plain } from '../core/terminal/text.js';
import {
  environmentOutcome,
  exits,
  newestRun,
  runOutcome,
  type Watched,
  type WatchOptions,
  watchBlock,
  watchLine,
  watchTable,
} from '../core/terminal/watching.js';
import { toTime } from '../core/time.js';
import { type Api, withApi } from '../operate/api.js';
import { type Followed, follow } from '../operate/follow.js';
import { findEnvironment, findOne } from '../operate/names.js';
import { Bell } from './bell.js';
import { operateOptions } from './cluster.js';
import { Screen } from './screen.js';

const timedOut = 124;
const tickMs = 1_000;
const redrawMs = 100;
const longestMs = 2 ** 31 - 1;

/** `towpath watch`. */
export async function runWatch(name: string | undefined, flags: WatchFlags, terminal: Terminal): Promise<number> {
  if (flags.for !== undefined && (name === undefined || isRunName(name)))
    throw new UsageError('--for is of one environment: name it');
  const limitMs = limitOf(flags);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  const code = await withApi({ ...operateOptions(flags, longestMs), signal: stop.signal }, async (api) => {
    const view = name === undefined ? everything : await viewOf(api, name, flags.for);
    return await show(api, view, { signal: stop.signal, terminal });
  })
    .catch((error: unknown) => {
      if (stop.signal.aborted) return timedOut;
      throw error;
    })
    .finally(() => {
      clearTimeout(timer);
      stop.abort();
    });
  if (code === timedOut) terminal.stderr(`towpath: gave up after ${flags.timeout}\n`);
  return code;
}

const isRunName = (name: string) => /\.[0-9]+$/.test(name);

function limitOf({ timeout }: WatchFlags): number {
  if (timeout === undefined) return longestMs;
  const ms = parseDuration(timeout);
  if (ms === undefined) throw new UsageError(`--timeout ${timeout} is no duration (for instance 30m)`);
  return Math.min(ms, longestMs);
}

/** What is followed, what is shown of it, and when there is enough. */
interface View {
  readonly namespace?: string;
  /** A line for each thing, by its name: it is printed when it changes. */
  lines(followed: Followed, isFirst: boolean): ReadonlyMap<string, string>;
  block(followed: Followed, options: WatchOptions & { readonly height: number }): readonly string[];
  outcome(followed: Followed): number | undefined;
}

/** One run, or one environment with the run that is under way there. */
async function viewOf(api: Api, name: string, version: string | undefined): Promise<View> {
  const isRun = isRunName(name);
  const { metadata } = isRun ? await findOne(api, 'runs', name) : await findEnvironment(api, name);
  const is = (object: { metadata: { namespace: string; name: string } }) =>
    object.metadata.name === metadata.name && object.metadata.namespace === metadata.namespace;
  const watched = (followed: Followed): Watched => {
    if (isRun) return { environment: undefined, run: followed.runs().find(is) };
    const environment = followed.environments().find(is);
    // The record of the run may be told later than that of the environment that is at rest by it.
    const isOver = environment !== undefined && environmentOutcome(environment, version) !== undefined;
    return { environment, run: environment && !isOver ? runUnderWay(environment, followed) : undefined };
  };
  return {
    namespace: metadata.namespace,
    lines: (followed) => new Map([[name, watchLine(watched(followed))]]),
    block: (followed, options) => watchBlock(watched(followed), options),
    outcome: (followed) => {
      const { environment, run } = watched(followed);
      if (isRun) return run === undefined ? exits.failed : runOutcome(run);
      return environment === undefined ? exits.failed : environmentOutcome(environment, version);
    },
  };
}

/** All environments, until it is interrupted; at first those are told of that are not at rest. */
const everything: View = {
  lines: (followed, isFirst) => {
    const environments = followed.environments().filter((one) => !isFirst || readyOf(one)?.status !== 'True');
    return new Map(
      environments.map((environment) => {
        const { namespace, name } = environment.metadata;
        return [`${namespace}/${name}`, watchLine({ environment, run: runUnderWay(environment, followed) })];
      }),
    );
  },
  block: (followed, options) => watchTable(followed.environments(), followed.runs(), options),
  outcome: () => undefined,
};

function runUnderWay(environment: EnvironmentResource, followed: Followed): DeploymentRunResource | undefined {
  const run = newestRun(environment, followed.runs());
  return run === undefined || isTerminal(run) ? undefined : run;
}

/** Shows what is, again whenever it changes, until there is enough. On a terminal also each second: the bar moves by the clock. */
async function show(api: Api, view: View, { signal, terminal }: { signal: AbortSignal; terminal: Terminal }): Promise<number> {
  // Followed until there is enough: what ends afterwards is no problem to tell of.
  const enough = new AbortController();
  const until = AbortSignal.any([signal, enough.signal]);
  const bell = new Bell(until);
  const printer = terminal.interactive ? blockPrinter(view, terminal) : linePrinter(view, terminal);
  const scope = view.namespace === undefined ? {} : { namespace: view.namespace };
  const tell = {
    onChange: () => bell.ring(),
    onProblem: (message: string) => {
      printer.problem(`${message}; trying again`);
      bell.ring();
    },
  };
  try {
    const followed = await follow(api, { ...scope, ...tell, signal: until });
    for (;;) {
      printer.draw(followed);
      const code = view.outcome(followed);
      if (code !== undefined || signal.aborted) return code ?? timedOut;
      await bell.next(terminal.interactive ? tickMs : longestMs);
      // Nobody reads faster than this, and much can change at once.
      if (terminal.interactive) await sleep(redrawMs);
    }
  } finally {
    enough.abort();
  }
}

interface Printer {
  draw(followed: Followed): void;
  /** What interrupts a watch; it is opened again. */
  problem(message: string): void;
}

function blockPrinter(view: View, terminal: Terminal): Printer {
  const screen = new Screen(terminal);
  let problem: string | undefined;
  return {
    draw: (followed) => {
      const { color, width, height } = terminal;
      const lines = view.block(followed, { color, width, height, now: terminal.now() });
      screen.draw(problem === undefined ? lines : [...lines, elide(plain(problem), width)]);
      problem = undefined;
    },
    problem: (message) => {
      problem = message;
    },
  };
}

function linePrinter(view: View, terminal: Terminal): Printer {
  const said = new Map<string, string>();
  let isFirst = true;
  return {
    draw: (followed) => {
      for (const [name, line] of view.lines(followed, isFirst)) {
        if (said.get(name) !== line) terminal.stdout(`${toTime(terminal.now())} ${line}\n`);
        said.set(name, line);
      }
      if (isFirst && view === everything) for (const [name, line] of view.lines(followed, false)) said.set(name, line);
      isFirst = false;
    },
    problem: (message) => terminal.stderr(`towpath: ${message}\n`),
  };
}
