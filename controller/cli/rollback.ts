import type { Command } from 'commander';
import { addProposalOptions, type ProposalFlags } from './promote.js';
import type { Done } from './registration.js';

export interface RollbackFlags extends ProposalFlags {
  readonly to?: string;
}

export interface RollbackCommand {
  rollback(environment: string, flags: RollbackFlags): Promise<number>;
}

/** Adds `towpath rollback`. */
export function addRollback(program: Command, commands: RollbackCommand, done: Done): void {
  const command = program
    .command('rollback')
    .description('ask for the version before in an environment: the same as promote, backwards, with what cannot be taken back')
    .argument('<environment>', 'PRODUCT.ENVIRONMENT, or the name of the environment where one product alone has it')
    .option('--to <version>', 'the version to go back to (default: the last good one before, as the cluster recorded it)')
    .requiredOption('--reason <text>', 'why; written into the document and the commit, and shown with the deployment');
  addProposalOptions(command)
    .addHelpText('after', `\n${rollbackHelp}`)
    .action(async (environment, flags) => done(await commands.rollback(environment, flags)));
}

/** What the help says below its options. */
const rollbackHelp = `Examples:
  towpath rollback production-acme --reason "Points are credited twice (INC-311)"
  towpath rollback loyalty.production-acme --to 2.9.2 --reason "Points are credited twice" --dry-run

The way back passes the same gates as every deployment. Where it crosses a checklist item that cannot be taken back, that is said first.

Exit status: 0 when it is asked for; 1 when it is refused or something failed; 2 for wrong usage.`;
