import type { Command } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface RebuildFlags extends ClusterFlags {
  readonly leaseNamespace?: string;
  readonly data?: string;
  readonly config?: string;
  readonly source?: string;
  readonly trail?: string;
  readonly dryRun?: boolean;
}

export interface RebuildCommand {
  rebuild(flags: RebuildFlags): Promise<number>;
}

export function addRebuild(program: Command, commands: RebuildCommand, done: Done): void {
  const command = program
    .command('rebuild')
    .description('give an empty cluster back what was recorded, from the audit trail; what is there stays as it is');
  addClusterOptions(command, 'in this namespace alone (default: all)')
    .option('--lease-namespace <name>', 'where the lease of the leader is (default: all namespaces are looked at)')
    .option('--data <folder>', 'the folder of towpath standalone, which must not run; with --config')
    .option('--config <file>', 'the configuration file of towpath standalone; with --data')
    .option('--source <name>', 'the ReleaseSource whose trail it is (default: the only one)')
    .option('--trail <folder>', 'take the audit trail from this folder')
    .option('--dry-run', 'only say what would be restored')
    .addHelpText('after', `\n${rebuildHelp}`)
    .action(async (flags) => done(await commands.rebuild(flags)));
}

const rebuildHelp = `Examples:
  towpath rebuild --kubeconfig new-cluster.yaml --dry-run
  towpath rebuild --data /var/lib/towpath --config towpath.yaml --trail ./trail

Exit status: 0 when what could be restored was restored; 1 when nothing may be; 2 for wrong usage.`;
