import { type Command, Option } from 'commander';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

/** What promoting and going back have in common: how far it goes, and where. */
export interface ProposalFlags extends ClusterFlags {
  readonly repository: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly push: boolean;
  readonly pullRequest: boolean;
  readonly remote?: string;
  readonly base?: string;
  readonly forge?: 'github' | 'gitlab' | 'gitea' | 'bitbucket';
  readonly forgeUrl?: string;
  readonly project?: string;
  readonly tokenFile?: string;
  readonly output: 'text' | 'json';
}

export interface PromoteFlags extends ProposalFlags {
  readonly stage?: string;
  readonly client?: string;
  readonly from?: string;
  readonly to?: string;
  readonly undocumented?: boolean;
}

/** The words of the command line. */
export interface PromoteWords {
  readonly product: string | undefined;
  readonly version: string | undefined;
  readonly environments: readonly string[];
}

export interface PromoteCommand {
  promote(words: PromoteWords, flags: PromoteFlags): Promise<number>;
}

/** Adds `towpath promote`. */
export function addPromote(program: Command, commands: PromoteCommand, done: Done): void {
  const command = program
    .command('promote')
    .description(
      'ask for a version in environments: edits their master version files on a branch and opens a pull request with the plan',
    )
    .argument('[product]', 'the product; with --from it may be left out where there is only one')
    .argument('[version]', 'the version that they shall run')
    .argument('[environments...]', 'the environments')
    .option('--stage <name>', 'all environments of this stage')
    .option('--client <name>', 'of these, those of this client alone')
    .option('--from <stage>', 'take the version that stands verified at this stage; asks the cluster')
    .option('--to <stage>', 'the stage that it goes to; with --from')
    .option('--undocumented', 'the version has no Release document, and needs none')
    .option('--reason <text>', 'why; written into the documents and the commit, and shown with the deployment');
  addProposalOptions(command)
    .addHelpText('after', `\n${promoteHelp}`)
    .action(async (product, version, environments, flags) =>
      done(await commands.promote({ product, version, environments }, flags)),
    );
}

/** The options of both commands that propose a change. */
export function addProposalOptions(command: Command): Command {
  command
    .option('--dry-run', 'print the change as a diff, and do nothing')
    .option('--no-push', 'stop after the commit')
    .option('--no-pull-request', 'stop after the push')
    .option('--repository <folder>', 'a checkout of the release repository, or the folder in it that the documents are in', '.')
    .option('--remote <name>', 'the remote to push to (default: origin, or the only one)')
    .option('--base <branch>', 'the branch that the change is meant for (default: the main branch of the remote)')
    .addOption(
      new Option('--forge <kind>', 'the code host (default: told by the remote)').choices([
        'github',
        'gitlab',
        'gitea',
        'bitbucket',
      ]),
    )
    .option('--forge-url <url>', 'the address of its API (default: told by the remote)')
    .option('--project <name>', 'the project there, as owner/name (default: told by the remote)')
    .option('--token-file <file>', 'holds the token for it (default: GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN, BITBUCKET_TOKEN)')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'));
  return addClusterOptions(command);
}

/** What the help says below its options. */
const promoteHelp = `Examples:
  towpath promote loyalty 2.9.4 uat-acme               one environment
  towpath promote loyalty 2.9.4 --stage uat            all of a stage
  towpath promote loyalty --from qa --to uat --client acme
                                                       what is verified in QA
  towpath promote loyalty 2.9.4 uat-acme --dry-run     only show the change

It starts from the main branch as the remote has it; your working copy stays as it is. Running it again finds its own branch and pull request.

Exit status: 0 when it is asked for, now or already; 1 when it is refused or something failed; 2 for wrong usage.`;
