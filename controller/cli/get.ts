import { type Command, Option } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export const listedKinds = ['environments', 'releases', 'runs', 'holds', 'sources'] as const;

export interface SelectionFlags {
  readonly product?: string;
  readonly stage?: string;
  readonly client?: string;
}

export interface GetFlags extends ClusterFlags, SelectionFlags {
  readonly output?: 'json' | 'yaml' | 'wide' | 'name';
}

export interface GetCommand {
  get(kind: string | undefined, name: string | undefined, flags: GetFlags): Promise<number>;
}

export function addGet(program: Command, commands: GetCommand, done: Done): void {
  const command = program
    .command('get')
    .description('list environments, releases, runs, holds or sources')
    .argument('[kind]', `${listedKinds.join(', ')} (default: environments)`)
    .argument('[name]', 'one of them; with runs also an environment');
  addSelection(command).addOption(
    new Option('-o, --output <format>', 'how to print, if not as a table').choices(['json', 'yaml', 'wide', 'name']),
  );
  addClusterOptions(command)
    .addHelpText('after', `\n${help}`)
    .action(async (kind, name, flags) => done(await commands.get(kind, name, flags)));
}

/** The options that pick environments, and what belongs to them. */
export function addSelection<C extends Command>(command: C): C {
  command
    .option('--product <name>', 'of this product alone')
    .option('--stage <name>', 'of this stage alone')
    .option('--client <name>', 'of this client alone');
  return command;
}

const help = `On a terminal a table is as wide as the terminal: cells are cut, and what matters least goes. Elsewhere it is as wide as it is.

Examples:
  towpath get
  towpath get --stage production --client acme
  towpath get env uat-acme -o wide
  towpath get runs loyalty.uat-acme
  towpath get releases --product loyalty -o json

Exit status: 0 when it could be listed, also where there is nothing; 1 when there is nothing of that name, or nothing to reach;
2 for wrong usage.`;
