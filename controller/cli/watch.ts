import type { Command } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface WatchFlags extends ClusterFlags {
  readonly for?: string;
  readonly timeout?: string;
}

export interface WatchCommand {
  watch(name: string | undefined, flags: WatchFlags): Promise<number>;
}

export function addWatch(program: Command, commands: WatchCommand, done: Done): void {
  const command = program
    .command('watch')
    .description('follow deployments live; of one environment or run until it comes to rest, with its result as exit status')
    .argument('[name]', 'an environment or a run (default: everything, until it is interrupted)')
    .option('--for <version>', 'wait until this version is deployed to the environment or has failed, whatever holds it before')
    .option('--timeout <time>', 'give up after this time (default: never)');
  addClusterOptions(command)
    .addHelpText('after', `\n${help}`)
    .action(async (name, flags) => done(await commands.watch(name, flags)));
}

const help = `On a terminal what is shown is written over; elsewhere there is a line for each change.

Examples:
  towpath watch
  towpath watch uat-acme
  towpath watch loyalty.uat-acme.12
  towpath watch loyalty.production-acme --for 2.9.3 --timeout 2h

Exit status: 0 when the run succeeded, or the environment has what git asks for; 1 when it failed, was aborted or superseded, when
there is nothing of that name, or nothing to reach; 2 for wrong usage; 3 when it waits for somebody; 124 when the time is over.`;
