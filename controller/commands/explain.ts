import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { type ExplainFlags, formatExplanation } from '../cli/explain.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import { type Explanation, explainRun } from '../core/explain/explain.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import { withKube } from '../operate/cluster.js';
import { explainEnvironment, explainRecord } from '../operate/explain.js';
import { operateOptions } from './cluster.js';
import { parseTime } from './times.js';

const deadlineMs = 60_000;

/** `towpath explain`. Throws UsageError for wrong usage, and an Error that says why where nothing could be explained. */
export async function runExplain(environment: string | undefined, flags: ExplainFlags, out: Terminal): Promise<number> {
  const explanation = await explanationOf(environment, flags);
  if (flags.output === 'json') out.stdout(`${JSON.stringify(explanation, null, 2)}\n`);
  else if (flags.output === 'yaml') out.stdout(stringify(explanation, { lineWidth: 0 }));
  else out.stdout(formatExplanation(explanation, out));
  return 0;
}

async function explanationOf(environment: string | undefined, flags: ExplainFlags): Promise<Explanation> {
  const asked = [environment, flags.run, flags.file].filter((one) => one !== undefined);
  if (asked.length !== 1)
    throw new UsageError('name one of an environment, --run NAME and --file FILE (see towpath explain --help)');
  if (flags.file !== undefined) return explainFile(flags.file);
  const at = flags.at === undefined ? undefined : parseTime(flags.at, '--at');
  const { version, run } = flags;
  const options = operateOptions(flags, deadlineMs);
  return withKube(options, async (kube) => {
    if (run !== undefined) return explainRecord(run, kube.runs.list());
    const request = {
      environment: environment ?? '',
      ...(at === undefined ? {} : { at }),
      ...(version === undefined ? {} : { version }),
    };
    return explainEnvironment(request, kube, options);
  });
}

async function explainFile(file: string): Promise<Explanation> {
  const content: unknown = parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  if (!isRun(content)) throw new Error(`${file} holds no DeploymentRun`);
  const told = explainRun(content);
  if (told === undefined)
    throw new Error(`${file} holds no judgement: Jenkins was never asked for that run, or it is too large to be kept`);
  return told;
}

function isRun(value: unknown): value is DeploymentRunResource {
  if (typeof value !== 'object' || value === null) return false;
  const { metadata, spec } = value as { metadata?: unknown; spec?: unknown };
  return typeof metadata === 'object' && metadata !== null && typeof spec === 'object' && spec !== null && 'environment' in spec;
}
