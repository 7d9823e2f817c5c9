import type { Command } from 'commander';
import type { Done } from './registration.js';

export interface ControllerCommands {
  controller(flags: Record<string, string>): Promise<number>;
  standalone(flags: { data: string; config: string } & Record<string, string>): Promise<number>;
}

const levelFlag = ['--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (default: info)'] as const;

export function addController(program: Command, commands: ControllerCommands, done: Done): void {
  program
    .command('controller')
    .description('run against a Kubernetes API: in a pod, or with a kubeconfig')
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: in a pod its service account, else what kubectl uses)')
    .option('--namespace <name>', 'watch this namespace alone (default: all)')
    .option('--lease-namespace <name>', 'where the lease of the leader is (default: the namespace of the pod, else default)')
    .option('--lease-duration <time>', 'how long a lease that is not renewed keeps the others waiting (default: 35s)')
    .option('--lease-renew-deadline <time>', 'how long the leader tries to renew it before it gives up (default: 30s)')
    .option('--lease-retry-period <time>', 'how often the leader renews it and the others look (default: 5s)')
    .option('--http <address>', 'where /metrics, /healthz and /readyz are served (default: 0.0.0.0:8080)')
    .option('--cache-directory <folder>', 'where clones of repositories are kept')
    .option(...levelFlag)
    .addHelpText('after', `\n${controllerHelp}`)
    .action(async (flags) => done(await commands.controller(flags)));
}

export function addStandalone(program: Command, commands: ControllerCommands, done: Done): void {
  program
    .command('standalone')
    .description('run with an embedded, kubectl-compatible API in the same process')
    .requiredOption('--data <folder>', 'everything durable is kept here')
    .requiredOption('--config <file>', 'objects to apply at the start (ReleaseSource, Secret, Hold …), YAML')
    .option('--api-port <port>', 'port of the embedded API, on the loopback interface (default: any free one)')
    .option('--http <address>', 'where /metrics, /healthz and /readyz are served (default: 127.0.0.1:8080)')
    .option(...levelFlag)
    .addHelpText('after', `\n${standaloneHelp}`)
    .action(async (flags) => done(await commands.standalone(flags)));
}

const controllerHelp = `Examples:
  towpath controller --kubeconfig ~/.kube/config --namespace releases --http 127.0.0.1:8080

Exit status: 0 when a signal ended it; 1 when it lost the lease or could not start; 2 for wrong usage.`;

const standaloneHelp = `The kubeconfig of the embedded API is written to the data folder.

Examples:
  towpath standalone --data /var/lib/towpath --config towpath.yaml
  KUBECONFIG=/var/lib/towpath/kubeconfig towpath get

Exit status: 0 when a signal ended it; 1 when it could not start; 2 for wrong usage.`;
