import { type Command, Option } from 'commander';

/** What the files of the commands share when they add themselves to the command line. */

/** Takes the exit code of a command that has run. */
export type Done = (code: number) => void;

/** Which cluster a command looks at. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** What `towpath --help` puts together. */
export const groups = {
  write: 'Write and check a release repository:',
  promote: 'Promote:',
  look: 'Look:',
  operate: 'Operate:',
  run: 'Run:',
  other: 'Other:',
} as const;

/** The options by which a command is told which cluster it works with: the same ones everywhere. */
export function addClusterOptions<C extends Command>(command: C, namespace = 'look in this namespace alone (default: all)'): C {
  command
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: what kubectl uses)')
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
    .option('--namespace <name>', namespace);
  return command;
}

/** An option that may be given several times: a list, empty where it is not given, which the help calls `absent`. */
export function repeatable(flags: string, description: string, absent: string): Option {
  return new Option(flags, description)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], absent);
}
