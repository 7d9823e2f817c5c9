import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { type ExplainFlags, formatExplanation } from '../cli/explain.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import { type Explanation, explainRun } from '../core/explain/explain.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import { withApi } from '../operate/api.js';
import { withKube } from '../operate/cluster.js';
import { explainEnvironment, explainRecord } from '../operate/explain.js';
import { findEnvironment, findOne } from '../operate/names.js';
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
  // Asked for by itself first: it says at once what is wrong with the cluster or with the name.
  const name = await withApi(options, async (api) => {
    const { metadata } = await (run === undefined ? findEnvironment(api, environment ?? '') : findOne(api, 'runs', run));
    return metadata.name;
  });
  return withKube(options, async (kube) => {
    if (run !== undefined) return explainRecord(name, kube.runs.list());
    const request = {
      environment: name,
      ...(at === undefined ? {} : { at }),
      ...(version === undefined ? {} : { version }),
    };
    return explainEnvironment(request, kube, options);
  });
}

async function explainFile(file: string): Promise<Explanation> {
  const written = file === '-' ? await text(process.stdin) : await readRecord(file);
  const content = parseRecord(written, file);
  if (!isRun(content)) throw new Error(`${file} holds no DeploymentRun`);
  const told = explainRun(content);
  if (told === undefined)
    throw new Error(`${file} holds no judgement: Jenkins was never asked for that run, or it is too large to be kept`);
  return told;
}

async function readRecord(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read (${error.code})`);
  });
}

/** Without what the parser quotes of the file: it may be long, and goes over several lines. */
function parseRecord(written: string, file: string): unknown {
  try {
    return parse(written);
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '').replace(/:$/, '') : String(error);
    throw new Error(`${file} is neither YAML nor JSON: ${said}`);
  }
}

function isRun(value: unknown): value is DeploymentRunResource {
  if (typeof value !== 'object' || value === null) return false;
  const { metadata, spec } = value as { metadata?: unknown; spec?: unknown };
  return typeof metadata === 'object' && metadata !== null && typeof spec === 'object' && spec !== null && 'environment' in spec;
}
