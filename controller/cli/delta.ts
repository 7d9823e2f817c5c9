import { type Command, Option } from 'commander';
import type { Done } from './registration.js';

export interface DeltaFlags {
  readonly format: 'table' | 'markdown' | 'json';
  readonly exitCode?: boolean;
  readonly pathStyle?: boolean;
}

export interface DeltaCommand {
  delta(from: string, to: string, flags: DeltaFlags): Promise<number>;
}

export function addDelta(program: Command, commands: DeltaCommand, done: Done): void {
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
}

/** What the help says below its options. */
const deltaHelp = `FROM and TO are files or s3://bucket/key, with ?versionId=… for an older version of the object.
Buckets are reached with the credentials, region and AWS_ENDPOINT_URL of the AWS SDK's default chain.

Examples:
  towpath delta descriptors/loyalty/2.9.1.json descriptors/loyalty/2.9.3.json
  towpath delta s3://acme-rc/loyalty/2.9.1.json s3://acme-rc/loyalty/2.9.3.json --format markdown

Exit status: 0 when both could be read, whether or not they differ; with --exit-code 1 when they differ; 2 on errors.`;
