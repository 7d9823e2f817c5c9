import type { Command } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface HoldFlags extends ClusterFlags {
  readonly reason?: string;
  readonly by?: string;
  readonly name?: string;
  readonly product: readonly string[];
  readonly stage: readonly string[];
  readonly client: readonly string[];
  readonly environment: readonly string[];
  readonly everything?: boolean;
}

export interface HoldCommands {
  hold(flags: HoldFlags): Promise<number>;
  listHolds(flags: ClusterFlags): Promise<number>;
  releaseHold(name: string, flags: ClusterFlags): Promise<number>;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addHold(program: Command, commands: HoldCommands, done: Done): void {
  const command = program
    .command('hold')
    .description('stop new deployments of what is selected; list the holds that there are, release one')
    .enablePositionalOptions()
    .option('--reason <text>', 'why; shown wherever a deployment waits for it')
    .option('--by <name>', 'who wants it (default: who is logged in)')
    .option('--name <name>', 'what the hold is called (default: from the time)')
    .option('--product <name>', 'hold this product; may be repeated', collect, [])
    .option('--stage <name>', 'hold this stage; may be repeated', collect, [])
    .option('--client <name>', 'hold this client; may be repeated', collect, [])
    .option('--environment <name>', 'hold this environment; may be repeated', collect, [])
    .option('--everything', 'hold everything of the namespace');
  addClusterOptions(command, 'hold in this namespace (default: where the sources are)')
    .addHelpText('after', `\n${help}`)
    .action(async (flags) => done(await commands.hold(flags)));
  addClusterOptions(command.command('list').description('list the holds that there are')).action(async (flags) =>
    done(await commands.listHolds(flags)),
  );
  addClusterOptions(
    command.command('release').description('let what a hold stops go on').argument('<hold>', 'the name of the hold'),
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
