import { Command, CommanderError, Help } from 'commander';
import { type AskCommands, addAsks, addResolve } from './ask.js';
import { addCompletion, type CompletionCommands } from './completion.js';
import { addController, addStandalone, type ControllerCommands } from './controller.js';
import { addDelta, type DeltaCommand } from './delta.js';
import { addDescribe, addDiff, addHistory, addLogs, type DescribeCommands } from './describe.js';
import { addExplain, type ExplainCommand } from './explain.js';
import { addGet, type GetCommand } from './get.js';
import { addHold, type HoldCommands } from './hold.js';
import { addInit, addSchema, type InitCommands } from './init.js';
import { addPlan, type PlanCommand } from './plan.js';
import { addPromote, type PromoteCommand } from './promote.js';
import { addRebuild, type RebuildCommand } from './rebuild.js';
import { type Done, groups } from './registration.js';
import { addReport, type ReportCommand } from './report.js';
import { addRollback, type RollbackCommand } from './rollback.js';
import { addValidate, type ValidateCommand } from './validate.js';
import { addWatch, type WatchCommand } from './watch.js';

/** What the commands do; main.ts brings it in, so that this folder is only the command line. Each resolves with the exit code. */
export type Commands = AskCommands &
  CompletionCommands &
  ControllerCommands &
  DeltaCommand &
  DescribeCommands &
  ExplainCommand &
  GetCommand &
  HoldCommands &
  InitCommands &
  PlanCommand &
  PromoteCommand &
  RebuildCommand &
  ReportCommand &
  RollbackCommand &
  ValidateCommand &
  WatchCommand;

type Add = (program: Command, commands: Commands, done: Done) => void;

/** Every command, under the heading that it has in the help. */
const registered: Readonly<Record<string, readonly Add[]>> = {
  [groups.write]: [addInit, addValidate, addPlan, addDelta, addSchema],
  [groups.promote]: [addPromote, addRollback],
  [groups.look]: [addGet, addDescribe, addExplain, addWatch, addHistory, addDiff, addLogs, addReport],
  [groups.operate]: [addAsks, addResolve, addHold],
  [groups.run]: [addStandalone, addController, addRebuild],
};

const help = `Examples:
  towpath init                                         write a first release repository, by asking
  towpath promote loyalty 2.9.4 uat-acme               ask for a version, by a pull request
  towpath get                                          what is where, and what waits for what
  towpath explain loyalty.production-acme              why it is, or is not, deployed
  towpath standalone --data data --config towpath.yaml run on this machine

towpath COMMAND --help tells more, with examples; docs/terminal.md tells of all of them, and of exit statuses.`;

/** Parses argv (without node and script) and runs the command; 2 for usage errors, which are printed. */
export async function run(argv: readonly string[], commands: Commands, version: string): Promise<number> {
  let code = 0;
  const program = createProgram(commands, version, (result) => {
    code = result;
  });
  try {
    refuseUnknownHelp(program, argv);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createProgram(commands: Commands, version: string, done: Done): Command {
  const program = new Command('towpath')
    .description('GitOps release controller: walks every release along its path to production')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', `\n${help}`);
  for (const [heading, adds] of Object.entries(registered)) {
    program.commandsGroup(heading);
    for (const add of adds) add(program, commands, done);
  }
  addCompletion(program.commandsGroup(groups.other), commands, done);
  program.helpCommand('help [command]', 'tell more of a command');
  // The names alone: with their arguments beside them nothing would be left of 80 columns for what they do.
  program.configureHelp({
    subcommandTerm: (command) => (command.parent === program ? command.name() : new Help().subcommandTerm(command)),
  });
  pointToHelp(program, 'towpath');
  return program;
}

/** Whoever writes a command wrongly is told where its own help is. */
function pointToHelp(command: Command, words: string): void {
  command.showHelpAfterError(`(see ${words} --help)`);
  for (const one of command.commands) pointToHelp(one, `${words} ${one.name()}`);
}

/** `towpath help nonsense` would print all of the help, and not say why. */
function refuseUnknownHelp(program: Command, [first, name]: readonly string[]): void {
  if (first !== 'help' || name === undefined || name.startsWith('-')) return;
  const names = [...program.commands.map((command) => command.name()), 'help'];
  if (!names.includes(name)) program.error(`error: unknown command '${name}'`);
}
