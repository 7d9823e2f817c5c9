import type { DescribeFlags } from '../cli/describe.js';
import type { ClusterFlags } from '../cli/registration.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { describeEnvironment } from '../core/terminal/describe-environment.js';
import { describeRelease, describeSource } from '../core/terminal/describe-others.js';
import { describeRun, runLog } from '../core/terminal/describe-run.js';
import { differenceOf, formatDifference } from '../core/terminal/diff.js';
import { deploymentsOf, deploymentsTable } from '../core/terminal/history.js';
import { eventsSection, type TellOptions } from '../core/terminal/sections.js';
import { tableLines } from '../core/terminal/table.js';
import { type Api, type KindName, type Kinds, withApi } from '../operate/api.js';
import { eventsOf } from '../operate/events.js';
import { findAll, findEnvironment, findOne } from '../operate/names.js';
import { NotFound } from '../operate/not-found.js';
import { operateOptions } from './cluster.js';
import { kindOf } from './get.js';
import { printData, printLines, tableOptions, withType } from './print.js';

const deadlineMs = 60_000;

const tellers: { readonly [K in KindName]?: (object: Kinds[K], options: TellOptions) => string[] } = {
  environments: describeEnvironment,
  runs: describeRun,
  releases: describeRelease,
  sources: describeSource,
};

const described = ['environments', 'runs', 'releases', 'sources'] as const;

const tellOptions = (terminal: Terminal): TellOptions => ({ ...tableOptions(terminal), now: terminal.now() });

/** `towpath describe`. Throws UsageError, NotFound, ReconcileError. */
export async function runDescribe(
  first: string,
  second: string | undefined,
  flags: DescribeFlags,
  terminal: Terminal,
): Promise<number> {
  const { kind, object, events } = await withApi(operateOptions(flags, deadlineMs), async (api) => {
    const found = await (second === undefined ? findAny(api, first) : findOfKind(api, kindOf(first), second));
    return { ...found, events: flags.output === undefined ? await eventsOf(api, found.object.metadata) : [] };
  });
  if (flags.output !== undefined) printData(withType(kind, object), flags.output, terminal);
  else {
    const options = tellOptions(terminal);
    printLines([...(tellers[kind]?.(object as never, options) ?? []), ...eventsSection(events, options)], terminal);
  }
  return 0;
}

interface Found {
  readonly kind: KindName;
  readonly object: Kinds[KindName];
}

async function findOfKind(api: Api, kind: KindName, name: string): Promise<Found> {
  if (tellers[kind] === undefined) throw new UsageError(`${kind} have nothing more to tell than towpath get ${kind} shows`);
  return { kind, object: await findOne(api, kind, name) };
}

/** Whatever has the name. An environment is the likeliest to be misspelt. */
async function findAny(api: Api, name: string): Promise<Found> {
  const found = (
    await Promise.all(described.map(async (kind) => (await findAll(api, kind, name)).map((object): Found => ({ kind, object }))))
  ).flat();
  const [first, second] = found;
  if (first === undefined) return { kind: 'environments', object: await findEnvironment(api, name).catch(ofAnyKind) };
  if (second === undefined) return first;
  const places = found.map(({ kind, object: { metadata } }) => `${kind.slice(0, -1)} ${metadata.namespace}/${metadata.name}`);
  throw new NotFound(`${name} may be ${places.join(', ')}: write the kind before it, and the namespace with --namespace`);
}

/** All kinds were looked at, not environments alone. */
function ofAnyKind(error: unknown): never {
  if (!(error instanceof NotFound)) throw error;
  throw new NotFound(error.message.replace(/^there is no environment /, 'there is no environment, run, release or source '));
}

/** `towpath history`. */
export async function runHistory(name: string, flags: DescribeFlags, terminal: Terminal): Promise<number> {
  const deployments = await withApi(operateOptions(flags, deadlineMs), async (api) => {
    const environment = await findEnvironment(api, name);
    return deploymentsOf(environment, await runsOf(api, environment));
  });
  if (flags.output !== undefined) printData(deployments, flags.output, terminal);
  else if (deployments.length === 0) terminal.stderr(`nothing was ever deployed to ${name}\n`);
  else {
    const { columns, rows } = deploymentsTable(deployments);
    printLines(tableLines(columns, rows, tableOptions(terminal)), terminal);
  }
  return 0;
}

/** `towpath diff`. */
export async function runDiff(
  name: string,
  flags: DescribeFlags & { readonly exitCode?: boolean },
  terminal: Terminal,
): Promise<number> {
  const difference = differenceOf(await withApi(operateOptions(flags, deadlineMs), (api) => findEnvironment(api, name)));
  if (flags.output !== undefined) printData(difference, flags.output, terminal);
  else printLines(formatDifference(difference, tellOptions(terminal)), terminal);
  return flags.exitCode === true && !difference.same ? 1 : 0;
}

/** `towpath logs`. */
export async function runLogs(name: string, flags: ClusterFlags, terminal: Terminal): Promise<number> {
  const run = await withApi(operateOptions(flags, deadlineMs), (api) => runOf(api, name));
  printLines(runLog(run, tellOptions(terminal)), terminal);
  return 0;
}

/** A run by its name, or the newest one of an environment. Throws NotFound. */
async function runOf(api: Api, name: string): Promise<DeploymentRunResource> {
  if (/\.[0-9]+$/.test(name)) return findOne(api, 'runs', name);
  const environment = await findEnvironment(api, name);
  const newest = (await runsOf(api, environment)).at(-1);
  if (newest === undefined) throw new NotFound(`there is no run of ${environment.metadata.name}`);
  return newest;
}

/** The runs of an environment, by number. */
async function runsOf(api: Api, { metadata, spec }: EnvironmentResource): Promise<DeploymentRunResource[]> {
  const { items } = await api.list('runs', { labels: { product: spec.product, environment: spec.environment } });
  return items.filter((run) => run.metadata.namespace === metadata.namespace).sort((a, b) => a.spec.number - b.spec.number);
}
