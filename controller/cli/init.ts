import { type Command, Option } from 'commander';
import { type Done, repeatable } from './registration.js';

export interface InitFlags {
  readonly product?: string;
  readonly stage: readonly string[];
  readonly client: readonly string[];
  readonly version?: string;
  readonly job?: string;
  readonly server?: string;
  readonly bucket?: string;
  readonly withCi?: 'github' | 'gitlab' | 'jenkins';
}

export interface InitCommands {
  init(directory: string, flags: InitFlags): Promise<number>;
  schema(kind: string | undefined): Promise<number>;
}

export function addInit(program: Command, commands: InitCommands, done: Done): void {
  program
    .command('init')
    .description('write a first release repository, by asking or by flags')
    .argument('[directory]', 'where to', '.')
    .option('--product <name>', 'the product')
    .addOption(
      repeatable('--stage <name>', 'a stage of the path to production; repeat it, in their order', 'qa, uat, production'),
    )
    .addOption(repeatable('--client <name>', 'a client with environments of its own; may be repeated', 'none'))
    .option('--version <version>', 'what runs, or is to run, everywhere (default: 1.0.0)')
    .option('--job <name>', 'full name of the Jenkins job that deploys')
    .option('--server <name>', 'the Jenkins server, by the name that the ReleaseSource gives it (default: main)')
    .option('--bucket <name>', 'the bucket of descriptors, by the name that the ReleaseSource gives it (default: none)')
    .addOption(new Option('--with-ci <kind>', 'add a workflow that validates and plans').choices(['github', 'gitlab', 'jenkins']))
    .addHelpText('after', `\n${initHelp}`)
    .action(async (directory, flags) => done(await commands.init(directory, flags)));
}

export function addSchema(program: Command, commands: InitCommands, done: Done): void {
  program
    .command('schema')
    .description('print the JSON Schema of a kind of document; list the kinds')
    .argument('[document-kind]', 'the kind, for instance MasterVersion')
    .addHelpText('after', `\n${schemaHelp}`)
    .action(async (kind) => done(await commands.schema(kind)));
}

const initHelp = `On a terminal what no flag says is asked for. Nothing is overwritten. Schemas are written beside the documents, so that editors
check and complete them (docs/editor.md).

Examples:
  towpath init
  towpath init releases --product loyalty --job platform/deploy
  towpath init releases --product loyalty --job platform/deploy --stage qa --stage uat --stage production \\
    --client acme --client globex --bucket release-candidates --with-ci github

Exit status: 0 when it is written; 1 when a file is there already; 2 for wrong usage.`;

const schemaHelp = `Examples:
  towpath schema
  towpath schema MasterVersion > schemas/masterversion.schema.json

Exit status: 0 when it is printed; 2 when there is no such kind.`;
