import { join } from 'node:path';
import { closingOf, type Failure, failureOf, invitationOf } from './closing.js';
import type { Happening, Narrator } from './happenings.js';
import { PeopleNarrator } from './people-narrator.js';
import { reckon, type Summary } from './reckoning.js';
import { expected, tellStory } from './story.js';
import { Teardown } from './teardown.js';
import { startWorld, type World } from './world.js';

interface Options {
  readonly json: boolean;
  readonly keep: boolean;
}

/** Tells the story, and ends the process with 0 if it ended as it should. */
export async function main(argv: readonly string[]): Promise<never> {
  const unknown = argv.find((argument) => !['--json', '--keep'].includes(argument));
  if (unknown !== undefined) {
    process.stderr.write(`${unknown} is not known; there are --keep (stays up) and --json (one event a line)\n`);
    process.exit(2);
  }
  const teardown = new Teardown();
  endOnSignals(teardown);
  const code = await run({ json: argv.includes('--json'), keep: argv.includes('--keep') }, teardown);
  await teardown.run();
  process.exit(code);
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** A signal cleans up and ends; a second one does not wait. So does a reader that goes away. */
function endOnSignals(teardown: Teardown): void {
  const end = (code: number): void => {
    void teardown.run().finally(() => process.exit(code));
  };
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(code));
      end(code);
    });
  }
  process.stdout.once('error', () => end(1));
  endWithNpm(() => end(143));
  process.once('exit', () => teardown.runNow());
}

/** npm passes SIGTERM on to its shell, and the shell to nobody. */
function endWithNpm(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 500);
  timer.unref();
}

async function run({ json, keep }: Options, teardown: Teardown): Promise<number> {
  const start = Date.now();
  const write = (text: string): void => void process.stdout.write(text);
  const colored = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  const narrator = counting(json ? jsonNarrator(write) : new PeopleNarrator({ write, now: Date.now, colored }));
  let world: World | undefined;
  try {
    if (!json) write('Starting: a Jenkins stand-in, a release repository, a bucket of descriptors, and Towpath itself …\n');
    world = await startWorld(narrator, teardown);
    await tellStory(world, narrator);
  } catch (error) {
    if (teardown.isRunning) return new Promise(() => undefined);
    narrator.flush();
    const message = error instanceof Error ? error.message : String(error);
    const failure: Failure = { event: 'failure', message, complaints: world?.complaints() ?? [] };
    write(json ? `${JSON.stringify(failure)}\n` : failureOf(failure));
    return 1;
  }
  const summary = summarise(world, { errors: narrator.errors(), seconds: Math.round((Date.now() - start) / 1000) });
  write(json ? `${JSON.stringify(summary)}\n` : closingOf(summary, { colored, keep }));
  if (keep) {
    write(json ? `${JSON.stringify(readyEvent(world))}\n` : invitationOf(world, colored));
    await new Promise(() => undefined);
  }
  return summary.problems.length === 0 ? 0 : 1;
}

function summarise({ view, jenkins }: World, counted: { errors: number; seconds: number }): Summary {
  const found = { runs: view.runs(), environments: view.environments(), releases: view.releases() };
  return reckon({ ...found, effects: jenkins.server.effects, ...counted }, expected);
}

function readyEvent({ kubeconfig, http, jenkins, repository, directory }: World): object {
  return {
    event: 'ready',
    kubeconfig,
    http,
    jenkins: jenkins.server.url,
    repository: repository.directory,
    log: join(directory, 'controller.log'),
  };
}

function jsonNarrator(write: (text: string) => void): Narrator {
  return {
    tell: (happening: Happening) => write(`${JSON.stringify({ at: new Date().toISOString(), ...happening })}\n`),
    flush: () => undefined,
  };
}

/** Counts the errors in documents that were reported. */
function counting(narrator: Narrator): Narrator & { errors(): number } {
  let errors = 0;
  return {
    tell: (happening) => {
      if (happening.event === 'errors') errors += happening.errors.length;
      narrator.tell(happening);
    },
    flush: () => narrator.flush(),
    errors: () => errors,
  };
}
