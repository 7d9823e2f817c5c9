import { type Command, InvalidArgumentError } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

/** What operators ask of the controller, one environment or one run at a time. */

export interface AskFlags extends ClusterFlags {
  readonly dryRun?: boolean;
  /** How long the answer of the controller is waited for. */
  readonly wait: string;
}

export type Verb = 'retry' | 'verify' | 'suspend' | 'resume' | 'adopt' | 'confirm';

export interface AskCommands {
  /** `detail`: the reason of suspend, the version of adopt and confirm. */
  ask(verb: Verb, target: { readonly environment: string; readonly detail?: string }, flags: AskFlags): Promise<number>;
  resolve(run: string, word: string, flags: AskFlags & { readonly reason: string }): Promise<number>;
}

interface Telling {
  readonly verb: Verb;
  readonly description: string;
  readonly detail?: readonly [name: string, description: string];
  readonly examples: readonly string[];
  readonly more?: string;
}

const tellings: readonly Telling[] = [
  {
    verb: 'retry',
    description: 'deploy again what failed, or what somebody deployed over',
    examples: ['towpath retry uat-acme', 'towpath retry loyalty.production-acme --wait 0s'],
  },
  {
    verb: 'verify',
    description: 'run the verification of what is deployed again, after one that failed',
    examples: ['towpath verify uat-acme'],
  },
  {
    verb: 'suspend',
    description: 'stop deployments to an environment until it is resumed; one that is under way goes on',
    detail: ['<reason>', 'why; shown wherever it waits'],
    examples: ['towpath suspend production-acme "database migration by hand"'],
    more: 'Several environments at once are stopped by a hold: see towpath hold --help.',
  },
  {
    verb: 'resume',
    description: 'let deployments to a suspended environment go on',
    examples: ['towpath resume production-acme'],
  },
  {
    verb: 'adopt',
    description: 'record that a version runs in an environment, without deploying it',
    detail: ['<version>', 'what runs there'],
    examples: ['towpath adopt production-acme 2.9.1'],
    more: 'Say what is true: gates and deltas are judged by it. Where git asks for another version, that is deployed next.',
  },
  {
    verb: 'confirm',
    description: 'allow the first deployment to an environment that nothing is recorded of',
    detail: ['<version>', 'the version that git asks for there'],
    examples: ['towpath confirm uat-acme 2.9.3'],
  },
];

const exits = `Exit status: 0 when it was asked for; 1 when it would be refused or come to nothing, with the reason, when there is nothing
of that name, or nothing to reach; 2 for wrong usage.`;

export function addAsks(program: Command, commands: AskCommands, done: Done): void {
  for (const { verb, description, detail, examples, more } of tellings) {
    const command = program.command(verb).description(description).argument('<environment>', 'the environment');
    if (detail !== undefined) command.argument(...detail);
    addAskOptions(command).addHelpText(
      'after',
      `\n${[...(more === undefined ? [] : [more, '']), 'Examples:', ...examples.map((line) => `  ${line}`), '', exits].join('\n')}`,
    );
    command.action(async (environment: string, ...rest: unknown[]) => {
      const flags = command.opts<AskFlags>();
      const [text] = rest;
      done(await commands.ask(verb, { environment, ...(typeof text === 'string' ? { detail: text } : {}) }, flags));
    });
  }
}

const words = ['succeeded', 'failed', 'retry'];

export function addResolve(program: Command, commands: AskCommands, done: Done): void {
  const command = program
    .command('resolve')
    .description('settle a run that nobody can know the end of')
    .argument('<run>', 'the run; it must be Unknown')
    .argument('<result>', `what became of it: ${words.join(', ')}`, (word: string) => {
      if (!words.includes(word)) throw new InvalidArgumentError(`It is one of ${words.join(', ')}.`);
      return word;
    })
    .requiredOption('--reason <text>', 'how you know; kept with the run');
  addAskOptions(command)
    .addHelpText('after', `\n${resolveHelp}`)
    .action(async (run, word, flags) => done(await commands.resolve(run, word, flags)));
}

function addAskOptions<C extends Command>(command: C): C {
  command
    .option('--wait <time>', 'how long to wait for the answer of the controller', '10s')
    .option('--dry-run', 'only say what would be asked');
  return addClusterOptions(command);
}

const resolveHelp = `Look at the build in Jenkins and at the environment first: what you say is believed.
succeeded and failed end the run; retry ends it and deploys again.

Examples:
  towpath resolve loyalty.uat-acme.12 succeeded --reason "build 88 is green, and the version is there"
  towpath resolve loyalty.uat-acme.12 retry --reason "Jenkins was restored from a backup, nothing was deployed"

${exits}`;
