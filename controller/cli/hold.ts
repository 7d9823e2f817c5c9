import type { Command } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done, repeatable } from './registration.js';

export interface HoldFlags extends ClusterFlags {
  readonly reason?: string;
  readonly by?: string;
  readonly name?: string;
  readonly product: readonly string[];
  readonly stage: readonly string[];
  readonly client: readonly string[];
  readonly environment: readonly string[];
  readonly everything?: boolean;
  readonly dryRun?: boolean;
}

export interface ReleaseHoldFlags extends ClusterFlags {
  readonly dryRun?: boolean;
}

export interface HoldCommands {
  hold(flags: HoldFlags): Promise<number>;
  listHolds(flags: ClusterFlags): Promise<number>;
  releaseHold(name: string, flags: ReleaseHoldFlags): Promise<number>;
}

export function addHold(program: Command, commands: HoldCommands, done: Done): void {
  const command = program
    .command('hold')
    .description('stop new deployments of what is selected; list the holds that there are, release one')
    .enablePositionalOptions()
    .option('--reason <text>', 'why; shown wherever a deployment waits for it')
    .option('--by <name>', 'who wants it (default: who is logged in)')
    .option('--name <name>', 'what the hold is called (default: from the time)')
    .addOption(repeatable('--product <name>', 'hold this product; may be repeated', 'any'))
    .addOption(repeatable('--stage <name>', 'hold this stage; may be repeated', 'any'))
    .addOption(repeatable('--client <name>', 'hold this client; may be repeated', 'any'))
    .addOption(repeatable('--environment <name>', 'hold this environment; may be repeated', 'any'))
    .option('--everything', 'hold everything of the namespace')
    .option('--dry-run', 'only print the Hold, as kubectl create takes it')
    .allowExcessArguments();
  addClusterOptions(command, 'hold in this namespace (default: where the sources are)')
    .addHelpText('after', `\n${help}`)
    .action(async (flags: HoldFlags) => {
      const [word] = command.args;
      // Of a command that does something by itself commander takes a misspelt subcommand for an argument.
      if (word !== undefined) command.error(`error: unknown command 'hold ${word}' (hold list, hold release)`);
      done(await commands.hold(flags));
    });
  addClusterOptions(command.command('list').description('list the holds that there are')).action(async (flags) =>
    done(await commands.listHolds(flags)),
  );
  addClusterOptions(
    command
      .command('release')
      .description('let what a hold stops go on')
      .argument('<hold>', 'the name of the hold')
      .option('--dry-run', 'only print the same for kubectl'),
  ).action(async (name, flags) => done(await commands.releaseHold(name, flags)));
}

const help = `Of each list that is given an environment must be in one: --product loyalty --stage uat --stage production holds both stages of
that product. Deployments that are under way go on.

Examples:
  towpath hold --reason "Incident 4711" --stage production
  towpath hold --reason "Campaign of acme" --product loyalty --client acme --name acme-campaign
  towpath hold --reason "Stop the line" --everything
  towpath hold list
  towpath hold release acme-campaign

Exit status: 0 when it is as asked; 1 when there is nothing of that name, or nothing to reach; 2 for wrong usage.`;
