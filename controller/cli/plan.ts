import { type Command, Option } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export type PlanFormat = 'text' | 'markdown' | 'json';

export interface PlanFlags extends ClusterFlags {
  readonly base?: string;
  readonly head?: string;
  readonly descriptors?: string;
  readonly format: PlanFormat;
  readonly detailedExitcode?: boolean;
}

export interface PlanCommand {
  plan(directory: string, flags: PlanFlags): Promise<number>;
}

export function addPlan(program: Command, commands: PlanCommand, done: Done): void {
  const command = program
    .command('plan')
    .description('say what a change of the release repository would do: versions, settings, gates, checklists, the way back')
    .argument('[directory]', 'a folder of the working copy; documents are read from there on', '.')
    .option('--base <revision>', 'compare with this revision (default: where HEAD left the main branch)')
    .option('--head <revision>', 'compare this revision (default: the working copy, with what is not committed)')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'json']).default('text'));
  addClusterOptions(command)
    .option(
      '--descriptors <folder>',
      'read descriptors from this folder, by their keys (default: the buckets, with --kubeconfig)',
    )
    .option('--detailed-exitcode', 'exit 2 where something changes')
    .addHelpText('after', `\n${planHelp}`)
    .action(async (directory, flags) => done(await commands.plan(directory, flags)));
}

/** What the help says below its options. */
const planHelp = `The gates are judged from git alone, and against a cluster with --kubeconfig, --context or --namespace.

Examples:
  towpath plan                                        what this branch, and what is not committed yet, would do
  towpath plan --base v1 --head HEAD~1                two revisions
  towpath plan --kubeconfig operator.kubeconfig       judged by what is deployed, verified and held
  towpath plan --format markdown > plan.md            for a pull request

Exit status: 0 when the change is valid; 1 when it is not, or cannot be read; 2 for wrong usage.
With --detailed-exitcode: 0 when nothing changes, 2 when something does, 1 as without.`;
