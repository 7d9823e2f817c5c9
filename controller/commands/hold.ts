import { userInfo } from 'node:os';
import type { HoldFlags, ReleaseHoldFlags } from '../cli/hold.js';
import type { ClusterFlags } from '../cli/registration.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { HoldSpec } from '../core/resources/hold.js';
import { tellOfHold, unknownNames } from '../core/terminal/holds.js';
import { type Api, type ObjectKey, withApi } from '../operate/api.js';
import { findOne } from '../operate/names.js';
import { NotFound } from '../operate/not-found.js';
import { operateOptions } from './cluster.js';
import { runGet } from './get.js';
import { printData, withType } from './print.js';

const deadlineMs = 60_000;

/** `towpath hold`. Throws UsageError where it does not say why or what, and where it would stop nothing. */
export async function runHold(flags: HoldFlags, terminal: Terminal): Promise<number> {
  const spec = specOf(flags);
  const name =
    nameOf(flags) ?? `hold-${new Date(terminal.now()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`;
  await withApi(operateOptions(flags, deadlineMs), async (api) => {
    const namespace = await namespaceOf(api);
    const environments = (await api.list('environments')).items.filter(({ metadata }) => metadata.namespace === namespace);
    const unknown = unknownNames(spec, environments);
    if (unknown.length > 0) throw new UsageError([...unknown, ...writtenOut(spec, environments)].join('; '));
    if (flags.dryRun === true) {
      printData(withType('holds', { metadata: { name, namespace }, spec }), 'yaml', terminal);
      return;
    }
    if ((await api.get('holds', { namespace, name })) !== undefined)
      throw new Error(`there is a hold ${name} already: give another --name, or towpath hold release ${name} first`);
    await api.createHold({ namespace, name }, spec);
    for (const line of tellOfHold(name, spec, environments)) terminal.stdout(`${line}\n`);
    terminal.stdout(`towpath hold release ${name} lets it go on\n`);
  });
  return 0;
}

/** A selector has products and environments: a hold says both, where other commands take PRODUCT.ENVIRONMENT. */
function writtenOut({ selector = {} }: HoldSpec, environments: readonly EnvironmentResource[]): string[] {
  return environments
    .filter(({ metadata }) => selector.environments?.includes(metadata.name))
    .map(({ spec }) => `write --product ${spec.product} --environment ${spec.environment}`);
}

function nameOf({ name }: HoldFlags): string | undefined {
  if (name === undefined || /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)) return name;
  throw new UsageError(`--name ${name} is no name: small letters, digits, - and ., with a letter or digit at both ends`);
}

function specOf({ reason = '', by, product, stage, client, environment, everything }: HoldFlags): HoldSpec {
  if (reason.trim() === '') throw new UsageError('--reason is needed: it is shown wherever a deployment waits for the hold');
  const lists = { products: product, stages: stage, clients: client, environments: environment };
  const given = Object.entries(lists).filter(([, names]) => names.length > 0);
  if (given.length === 0 && everything !== true)
    throw new UsageError('say what to hold: --product, --stage, --client or --environment, or --everything');
  if (given.length > 0 && everything === true) throw new UsageError('--everything leaves nothing to select');
  const selector = Object.fromEntries(given.map(([list, names]) => [list, [...names]]));
  return { reason, by: by ?? userInfo().username, ...(given.length === 0 ? {} : { selector }) };
}

/** Holds stop what is in their own namespace: that of the sources, where it is only one. */
async function namespaceOf(api: Api): Promise<string> {
  if (api.namespace !== undefined) return api.namespace;
  const namespaces = [...new Set((await api.list('sources')).items.map(({ metadata }) => metadata.namespace))];
  const [first, second] = namespaces;
  if (first === undefined) throw new NotFound('there is no ReleaseSource: name the namespace with --namespace');
  if (second !== undefined)
    throw new NotFound(`there are sources in ${namespaces.join(', ')}: name the namespace with --namespace`);
  return first;
}

/** `towpath hold list`. */
export const runListHolds = (flags: ClusterFlags, terminal: Terminal): Promise<number> =>
  runGet('holds', undefined, flags, terminal);

/** One that nobody can read holds everything: it can be released as well. Throws NotFound. */
async function keyOf(api: Api, name: string): Promise<ObjectKey> {
  const unreadable = (await api.list('holds')).misfits.filter(({ key }) => key.name === name);
  const [only, another] = unreadable;
  return only !== undefined && another === undefined ? only.key : (await findOne(api, 'holds', name)).metadata;
}

/** `towpath hold release`. */
export async function runReleaseHold(name: string, flags: ReleaseHoldFlags, terminal: Terminal): Promise<number> {
  const done = await withApi(operateOptions(flags, deadlineMs), async (api) => {
    const key = await keyOf(api, name);
    if (flags.dryRun === true) return `kubectl delete thold ${key.name} -n ${key.namespace}`;
    await api.deleteHold(key);
    return `released ${name}`;
  });
  terminal.stdout(`${done}\n`);
  return 0;
}
