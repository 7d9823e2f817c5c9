import { Command, CommanderError, Option } from 'commander';
import { deltaHelp } from './delta.js';
import { explainHelp } from './explain.js';
import { reportHelp } from './report.js';

/** What the commands do; main.ts brings it in, so that this file is only the command line. Each resolves with the exit code. */
export interface Commands {
  controller(flags: Record<string, string>): Promise<number>;
  standalone(flags: { data: string; config: string } & Record<string, string>): Promise<number>;
  validate(directory: string, flags: { format: 'human' | 'json' | 'github' | 'sarif' }): Promise<number>;
  delta(
    from: string,
    to: string,
    flags: { format: 'table' | 'markdown' | 'json'; exitCode?: boolean; pathStyle?: boolean },
  ): Promise<number>;
  explain(environment: string | undefined, flags: ExplainFlags): Promise<number>;
  report(flags: ReportFlags): Promise<number>;
  rebuild(flags: RebuildFlags): Promise<number>;
}

export interface ExplainFlags {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly repository?: string;
  readonly at?: string;
  readonly version?: string;
  readonly run?: string;
  readonly file?: string;
  readonly output: 'text' | 'json' | 'yaml';
}

export interface ReportFlags {
  readonly from: string;
  readonly to: string;
  readonly product?: string;
  readonly format: 'table' | 'json' | 'csv';
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly repository?: string;
  readonly trail?: string;
}

export interface RebuildFlags {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly leaseNamespace?: string;
  readonly data?: string;
  readonly config?: string;
  readonly source?: string;
  readonly trail?: string;
  readonly dryRun?: boolean;
}

/** Parses argv (without node and script) and runs the command; 2 for usage errors, which are printed. */
export async function run(argv: readonly string[], commands: Commands, version: string): Promise<number> {
  let code = 0;
  const program = createProgram(commands, version, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createProgram(commands: Commands, version: string, done: (code: number) => void): Command {
  const program = new Command('towpath')
    .description('GitOps release controller: walks every release along its path to production')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(see towpath --help)');
  addController(program, commands, done);
  addStandalone(program, commands, done);
  program
    .command('validate')
    .description('check a release repository: exit 0 valid, 1 invalid, 2 usage')
    .argument('[directory]', 'the folder that the documents are in', '.')
    .addOption(new Option('--format <format>', 'how to print').choices(['human', 'json', 'github', 'sarif']).default('human'))
    .action(async (directory, flags) => done(await commands.validate(directory, flags)));
  program
    .command('delta')
    .description('compare two descriptors, component by component')
    .argument('<from>', 'a file, or s3://bucket/key (with ?versionId=… where wanted)')
    .argument('<to>', 'a file, or s3://bucket/key')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'markdown', 'json']).default('table'))
    .option('--exit-code', 'exit 1 when they differ, 0 when they are the same')
    .option('--path-style', 'put the bucket into the path instead of the host name')
    .addHelpText('after', `\n${deltaHelp}`)
    .action(async (from, to, flags) => done(await commands.delta(from, to, flags)));
  addExplain(program, commands, done);
  addReport(program, commands, done);
  addRebuild(program, commands, done);
  return program;
}

function addReport(program: Command, commands: Commands, done: (code: number) => void): void {
  program
    .command('report')
    .description('key figures of a time: releases, deployments, failures, lead times, what gates held, plan and truth')
    .requiredOption('--from <time>', 'the beginning')
    .requiredOption('--to <time>', 'the end')
    .option('--product <name>', 'of this product alone')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json', 'csv']).default('table'))
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: what kubectl uses)')
    .option('--namespace <name>', 'look in this namespace alone (default: all)')
    .option('--repository <folder>', 'take the documents from this checkout instead of fetching them')
    .option('--trail <folder>', 'take the audit trail from this folder')
    .addHelpText('after', `\n${reportHelp}`)
    .action(async (flags) => done(await commands.report(flags)));
}

function addRebuild(program: Command, commands: Commands, done: (code: number) => void): void {
  program
    .command('rebuild')
    .description('give an empty cluster back what was recorded, from the audit trail; what is there stays as it is')
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: what kubectl uses)')
    .option('--namespace <name>', 'in this namespace alone (default: all)')
    .option('--lease-namespace <name>', 'where the lease of the leader is (default: all namespaces are looked at)')
    .option('--data <folder>', 'the folder of towpath standalone, which must not run; with --config')
    .option('--config <file>', 'the configuration file of towpath standalone; with --data')
    .option('--source <name>', 'the ReleaseSource whose trail it is (default: the only one)')
    .option('--trail <folder>', 'take the audit trail from this folder')
    .option('--dry-run', 'only say what would be restored')
    .action(async (flags) => done(await commands.rebuild(flags)));
}

function addExplain(program: Command, commands: Commands, done: (code: number) => void): void {
  program
    .command('explain')
    .description('say why something is, or is not, deployed: every gate, who can open it and when it next changes')
    .argument('[environment]', 'the environment')
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: what kubectl uses)')
    .option('--namespace <name>', 'look in this namespace alone (default: all)')
    .option('--repository <folder>', 'take the documents from this checkout instead of fetching them')
    .option('--at <time>', 'judge as if it were this time (RFC 3339, with an offset)')
    .option('--version <version>', 'judge as if this version were asked for')
    .option('--run <name>', 'judge again what a run was started by, from its record alone')
    .option('--file <file>', 'the same for a run in a file, YAML or JSON; - for standard input')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json', 'yaml']).default('text'))
    .addHelpText('after', `\n${explainHelp}`)
    .action(async (environment, flags) => done(await commands.explain(environment, flags)));
}

const levelFlag = ['--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (default: info)'] as const;

function addController(program: Command, commands: Commands, done: (code: number) => void): void {
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
    .action(async (flags) => done(await commands.controller(flags)));
}

function addStandalone(program: Command, commands: Commands, done: (code: number) => void): void {
  program
    .command('standalone')
    .description('run with an embedded, kubectl-compatible API in the same process')
    .requiredOption('--data <folder>', 'everything durable is kept here')
    .requiredOption('--config <file>', 'objects to apply at the start (ReleaseSource, Secret, Hold …), YAML')
    .option('--api-port <port>', 'port of the embedded API, on the loopback interface (default: any free one)')
    .option('--http <address>', 'where /metrics, /healthz and /readyz are served (default: 127.0.0.1:8080)')
    .option(...levelFlag)
    .action(async (flags) => done(await commands.standalone(flags)));
}
