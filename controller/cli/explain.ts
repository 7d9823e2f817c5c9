import { type Command, Option } from 'commander';
import type { Explanation } from '../core/explain/explain.js';
import { gateLines } from '../core/terminal/gates.js';
import { addClusterOptions, type ClusterFlags, type Done } from './registration.js';

export interface ExplainFlags extends ClusterFlags {
  readonly repository?: string;
  readonly at?: string;
  readonly version?: string;
  readonly run?: string;
  readonly file?: string;
  readonly output: ExplainFormat;
}

export interface ExplainCommand {
  explain(environment: string | undefined, flags: ExplainFlags): Promise<number>;
}

export function addExplain(program: Command, commands: ExplainCommand, done: Done): void {
  const command = program
    .command('explain')
    .description('say why something is, or is not, deployed: every gate, who can open it and when it next changes')
    .argument('[environment]', 'the environment');
  addClusterOptions(command)
    .option('--repository <folder>', 'take the documents from this checkout instead of fetching them')
    .option('--at <time>', 'judge as if it were this time (RFC 3339, with an offset)')
    .option('--version <version>', 'judge as if this version were asked for')
    .option('--run <name>', 'judge again what a run was started by, from its record alone')
    .option('--file <file>', 'the same for a run in a file, YAML or JSON; - for standard input')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json', 'yaml']).default('text'))
    .addHelpText('after', `\n${explainHelp}`)
    .action(async (environment, flags) => done(await commands.explain(environment, flags)));
}

/** What the help says below its options. */
const explainHelp = `ENVIRONMENT is PRODUCT.ENVIRONMENT, as kubectl get tenv shows it, or the name of the environment alone where one product has it.
Documents come from the repository of its ReleaseSource, or from --repository, a checkout of it.

Examples:
  towpath explain uat-acme
  towpath explain loyalty.production-acme --at 2026-12-20T09:00:00+10:30
  towpath explain loyalty.production-acme --version 2.9.4 -o json
  towpath explain --run loyalty.production-acme.12
  towpath explain --file run.yaml          the record of a run, from kubectl get -o yaml or from the audit trail

Exit status: 0 when it could be explained, whether or not it may be deployed; 1 when there is no such thing, or nothing to reach; 2 for wrong usage.`;

export type ExplainFormat = 'text' | 'json' | 'yaml';

/** The gates in their order, closed ones with what opens them, wrapped to `width`. */
export function formatExplanation(told: Explanation, options: { color: boolean; width: number }): string {
  const lines = gateLines(told.gates, options);
  return `${[headline(told), '', ...lines, '', ...verdict(told)].join('\n')}\n`;
}

function headline({ product, environment, version, deployed, run, at, commit }: Explanation): string {
  const place = `${product} in ${environment}`;
  const by = commit === undefined || commit === '' ? '' : `, by commit ${commit.slice(0, 12)}`;
  if (run !== undefined) return `${run}: ${version} for ${place}; judged at ${at}${by}`;
  return `${place}: ${version ?? 'nothing'} wanted, ${deployed ?? 'nothing'} deployed; judged at ${at}${by}`;
}

function verdict({ waitingFor, opensAt, run }: Explanation): string[] {
  if (waitingFor === undefined) return [run === undefined ? 'Nothing holds it.' : 'Nothing held it.'];
  if (opensAt !== undefined) return [`Waits for ${waitingFor}. If nothing else changes it can start at ${opensAt}.`];
  return [`Waits for ${waitingFor}. Time alone does not open it.`];
}
