import { compact } from '../compact.js';
import { capDelta, computeDelta, type Delta } from '../delta/compute.js';
import { descriptorKey } from '../desired.js';
import { desiredDigest, releaseDigest } from '../digest.js';
import type { EnvironmentFacts } from '../facts.js';
import { governanceOf, noGovernance, type ProductGovernance } from '../governance.js';
import type { DesiredEnvironment, Finding } from '../model.js';
import { parityFacts } from '../parity/facts.js';
import type { EnvironmentStatus } from '../resources/environment.js';
import { sameJson } from '../same-json.js';
import { toTime } from '../time.js';
import type { PlanContext, SideState } from './context.js';
import { judgeGates } from './gates.js';
import { planJump } from './jump.js';
import type { EnvironmentPlan, PlannedChange, PlannedState } from './plan.js';
import { compareSettings } from './settings.js';

export interface Sides {
  readonly before: SideState | undefined;
  readonly after: SideState | undefined;
  /** What the head says that governs a product. */
  readonly governanceOf: (product: string) => ProductGovernance;
  /** All environments of the head. */
  readonly environments: readonly DesiredEnvironment[];
}

const mostComponents = 50;

/** What happens to one environment; undefined where nothing does. */
export function planEnvironment(sides: Sides, context: PlanContext): EnvironmentPlan | undefined {
  const { before, after } = sides;
  const change = changeOf(before, after);
  if (change === undefined) return undefined;
  const [was, is] = [before, after].map((side) => (side?.kind === 'valid' ? side.desired : undefined));
  const findings: readonly Finding[] = after?.kind === 'invalid' ? after.findings : [];
  const from = was && stateOf(was, context);
  const to = is && stateOf(is, context);
  const { settings, more } = compareSettings(was?.settings ?? {}, was === undefined ? {} : (is?.settings ?? was.settings));
  const common = compact<Pick<EnvironmentPlan, 'product' | 'environment' | 'change' | 'from' | 'to' | 'moreSettings'>>({
    ...nameOf(after ?? before),
    change,
    from,
    to,
    moreSettings: more === 0 ? undefined : more,
  });
  const idle = { ...common, settings, deploys: false, gates: [], findings };
  if (is === undefined || !differs(from, to)) return idle;
  return { ...idle, deploys: true, ...deployment({ was, is, sides }, context) };
}

interface Deploying {
  readonly was: DesiredEnvironment | undefined;
  readonly is: DesiredEnvironment;
  readonly sides: Sides;
}

function deployment({ was, is, sides }: Deploying, context: PlanContext): Partial<EnvironmentPlan> {
  const known = context.facts?.(is);
  const facts = factsOf({ was, is, sides }, known, context);
  const { gates, waitingFor, opensAt, recorded } = judgeGates(facts, known === undefined ? 'git' : 'cluster');
  const deployed = known === undefined || recorded === undefined ? undefined : recorded;
  const version = (known === undefined ? was?.version : deployed?.version) ?? undefined;
  return compact<Partial<EnvironmentPlan>>({
    gates,
    waitingFor,
    opensAt,
    deployed: deployed && { version: deployed.version, certain: deployed.certain },
    ...deltaOf(version, is, context),
    ...planJump(facts.governance, is, version),
  });
}

function changeOf(before: SideState | undefined, after: SideState | undefined): PlannedChange | undefined {
  if (after === undefined) return 'removed';
  if (after.kind === 'invalid') return before?.kind === 'invalid' && sameFindings(before, after) ? undefined : 'invalid';
  if (before === undefined) return 'added';
  if (before.kind === 'invalid') return 'repaired';
  const [was, is] = [before.desired, after.desired];
  if (was.stage !== is.stage || was.client !== is.client) return 'moved';
  const asked = ({ version, settingsDigest, reason, notBefore, override }: DesiredEnvironment) => ({
    version,
    settingsDigest,
    reason,
    notBefore,
    override,
  });
  return sameJson(asked(was), asked(is)) ? undefined : 'changed';
}

function sameFindings(before: { findings: readonly Finding[] }, after: { findings: readonly Finding[] }): boolean {
  const texts = ({ findings }: { findings: readonly Finding[] }) =>
    JSON.stringify(findings.map(({ file, rule, path, message }) => [file, rule, path, message]));
  return texts(before) === texts(after);
}

function nameOf(side: SideState | undefined): { product: string; environment: string } {
  if (side?.kind === 'valid') return { product: side.desired.product.name, environment: side.desired.environment };
  return { product: side?.product ?? '', environment: side?.environment ?? '' };
}

function stateOf(desired: DesiredEnvironment, context: PlanContext): PlannedState {
  const { product, environment, version, stage, client, settings, settingsDigest, reason, notBefore } = desired;
  const release = digestOf(desired, context);
  const digest = release && desiredDigest({ releaseDigest: release, product: product.name, environment, settings });
  return compact<PlannedState>({
    version,
    stage,
    client,
    releaseDigest: release,
    digest,
    settingsDigest,
    reason,
    notBefore: notBefore === undefined || Number.isNaN(notBefore) ? undefined : toTime(notBefore),
  });
}

function digestOf({ product, version }: DesiredEnvironment, { descriptor }: PlanContext): string | undefined {
  if (product.descriptor === undefined) return releaseDigest({ product: product.name, version });
  const reading = descriptor?.(product, version);
  if (reading?.state !== 'found') return undefined;
  return releaseDigest({ product: product.name, version, descriptor: reading.descriptor.content });
}

/** By the desired digest; where a descriptor was not read, by what of it git says. */
function differs(from: PlannedState | undefined, to: PlannedState | undefined): boolean {
  if (from === undefined || to === undefined) return true;
  if (from.digest !== undefined && to.digest !== undefined) return from.digest !== to.digest;
  return from.version !== to.version || from.settingsDigest !== to.settingsDigest;
}

/** Everything that the gates read: of the cluster what it knows, of git what the head says. */
function factsOf({ was, is, sides }: Deploying, known: EnvironmentFacts | undefined, context: PlanContext): EnvironmentFacts {
  const { product, stage, client } = is;
  const governance = sides.governanceOf(product.name);
  const descriptor = context.descriptor?.(product, is.version);
  const [recordedVersion, base] = [
    known?.environment.status?.recorded?.version ?? was?.version,
    known ?? fromGit(was, is, context),
  ];
  const recorded = recordedVersion === undefined ? undefined : context.descriptor?.(product, recordedVersion);
  const { descriptor: _, recordedComponents: __, parity: ___, ...rest } = base;
  const others = sides.environments.filter((one) => one.product.name === product.name);
  const compared = product.stages.find(({ name }) => name === stage)?.parity?.with;
  const at = (one: string | undefined) => others.filter((other) => other.stage === compared && other.client === one);
  const own = at(client);
  return compact<EnvironmentFacts>({
    ...rest,
    now: context.now,
    environment: asked(base.environment, is.version, descriptorKey(is)),
    desired: is,
    commit: context.commit ?? { sha: '', author: '', time: context.now, subject: '' },
    governance,
    findings: [],
    unread: undefined,
    descriptor,
    recordedComponents: recorded?.state === 'found' ? recorded.descriptor.components : undefined,
    parity: compared === undefined ? undefined : parityFacts(is, own.length > 0 ? own : at(undefined)),
  });
}

/** What was known of the version that is asked for until now says nothing of another one. */
function asked(
  resource: EnvironmentFacts['environment'],
  version: string,
  key: string | undefined,
): EnvironmentFacts['environment'] {
  const { status } = resource;
  if (status?.desired === undefined || (status.desired.version === version && status.desired.descriptorKey === key))
    return resource;
  const { desired: _, ...rest } = status;
  return { ...resource, status: rest };
}

/** Where no cluster was asked: what was asked for before counts as what is deployed. */
function fromGit(was: DesiredEnvironment | undefined, is: DesiredEnvironment, context: PlanContext): EnvironmentFacts {
  const { product, environment, stage, client } = is;
  const state = was && stateOf(was, context);
  const recorded =
    state &&
    compact<NonNullable<EnvironmentStatus['recorded']>>({
      version: state.version,
      digest: state.digest,
      releaseDigest: state.releaseDigest,
      certain: true,
      verified: true,
      run: undefined,
      since: toTime(context.now),
    });
  return {
    now: context.now,
    environment: {
      metadata: { name: `${product.name}.${environment}`, namespace: '', generation: 1 },
      spec: compact<EnvironmentFacts['environment']['spec']>({ product: product.name, environment, stage, client, source: '' }),
      status: compact<EnvironmentStatus>({ observedGeneration: 1, recorded } as EnvironmentStatus),
    },
    governance: governanceOf(noGovernance, product.name),
    findings: [],
    source: { name: '', suspended: false, firstDeployment: 'confirm' },
    runs: [],
    path: [],
    holds: [],
    capacities: [],
  };
}

function deltaOf(
  from: string | undefined,
  { product, version }: DesiredEnvironment,
  context: PlanContext,
): { delta?: Delta; deltaUnknown?: string } {
  if (product.descriptor === undefined || from === version || context.descriptor === undefined) return {};
  const [before, after] = [from, version].map((one) => (one === undefined ? undefined : context.descriptor?.(product, one)));
  const unread = [from === undefined ? undefined : { version: from, reading: before }, { version, reading: after }].find(
    (one) => one !== undefined && one.reading?.state !== 'found',
  );
  if (unread !== undefined) {
    const { reading } = unread;
    const said = reading !== undefined && reading.state !== 'found' ? reading.message : undefined;
    return { deltaUnknown: said ?? `the descriptor of ${unread.version} was not read` };
  }
  const components = [before, after].map((one) => (one?.state === 'found' ? one.descriptor.components : undefined));
  return { delta: capDelta(computeDelta(components[0], components[1]), mostComponents) };
}
