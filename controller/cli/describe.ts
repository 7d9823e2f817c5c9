import { type Command, Option } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface DescribeFlags extends ClusterFlags {
  readonly output?: 'json' | 'yaml';
}

export interface DescribeCommands {
  describe(first: string, second: string | undefined, flags: DescribeFlags): Promise<number>;
  history(environment: string, flags: DescribeFlags): Promise<number>;
  diff(environment: string, flags: DescribeFlags & { readonly exitCode?: boolean }): Promise<number>;
  logs(run: string, flags: ClusterFlags): Promise<number>;
}

const dataOption = () => new Option('-o, --output <format>', 'print it as data').choices(['json', 'yaml']);

export function addDescribe(program: Command, commands: DescribeCommands, done: Done): void {
  const command = program
    .command('describe')
    .description('tell all that is known of an environment, a run, a release or a source')
    .usage('[options] [kind] <name>')
    .argument('<name>', 'its name; or its kind, and then the name')
    .argument('[name]', 'its name, after the kind')
    .addOption(dataOption());
  addClusterOptions(command)
    .addHelpText('after', `\n${describeHelp}`)
    .action(async (first, second, flags) => done(await commands.describe(first, second, flags)));
}

export function addHistory(program: Command, commands: DescribeCommands, done: Done): void {
  const command = program
    .command('history')
    .description('list the last deployments to an environment: what, when, how it ended, who asked for it')
    .argument('<environment>', 'the environment')
    .addOption(dataOption());
  addClusterOptions(command)
    .addHelpText('after', `\n${historyHelp}`)
    .action(async (environment, flags) => done(await commands.history(environment, flags)));
}

export function addDiff(program: Command, commands: DescribeCommands, done: Done): void {
  const command = program
    .command('diff')
    .description('compare what git asks for in an environment with what is deployed there')
    .argument('<environment>', 'the environment')
    .addOption(dataOption())
    .option('--exit-code', 'exit 1 when they differ, 0 when they are the same');
  addClusterOptions(command)
    .addHelpText('after', `\n${diffHelp}`)
    .action(async (environment, flags) => done(await commands.diff(environment, flags)));
}

export function addLogs(program: Command, commands: DescribeCommands, done: Done): void {
  const command = program
    .command('logs')
    .description('show what the record of a run has: its message, its times, its checks, the end of the log of a failed build')
    .argument('<run>', 'the run; or an environment, which stands for its newest run');
  addClusterOptions(command)
    .addHelpText('after', `\n${logsHelp}`)
    .action(async (run, flags) => done(await commands.logs(run, flags)));
}

const status = `Exit status: 0 when it could be told; 1 when there is nothing of that name, or nothing to reach; 2 for wrong usage.`;

const describeHelp = `Examples:
  towpath describe uat-acme
  towpath describe loyalty.uat-acme.12                  a run
  towpath describe loyalty.2.9.3                        a release
  towpath describe source releases -o yaml

${status}`;

const historyHelp = `Examples:
  towpath history loyalty.production-acme
  towpath history uat-acme -o json

${status}`;

const diffHelp = `What is deployed is what Towpath has recorded: versions, digests, the components and checklist items that lie between.

Examples:
  towpath diff loyalty.production-acme
  towpath diff uat-acme --exit-code

Exit status: 0 when it could be told, whether or not they differ; with --exit-code 1 when they differ;
1 when there is nothing of that name, or nothing to reach; 2 for wrong usage.`;

const logsHelp = `The whole log is in Jenkins, at the address that stands beside Log.

Examples:
  towpath logs loyalty.uat-acme.12
  towpath logs uat-acme

${status}`;
