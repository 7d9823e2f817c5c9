import { governanceOf, type ProductGovernance } from '../governance.js';
import type { DesiredEnvironment, Finding, ReleaseRepository } from '../model.js';
import { toTime } from '../time.js';
import type { PlanContext, SideState } from './context.js';
import { planEnvironment } from './environment.js';
import { compareGoverning } from './governing.js';
import type { EnvironmentPlan, Plan } from './plan.js';

/** What would happen if a release repository said `head` and no longer `base`. Pure: the time is in the context. */
export function planChanges(base: ReleaseRepository, head: ReleaseRepository, context: PlanContext): Plan {
  const sides = { base: statesOf(base), head: statesOf(head) };
  const known = new Map<string, ProductGovernance>();
  const governs = (product: string): ProductGovernance => {
    const found = known.get(product) ?? governanceOf(head.governance, product);
    known.set(product, found);
    return found;
  };
  const environments: EnvironmentPlan[] = [];
  for (const key of new Set([...sides.base.keys(), ...sides.head.keys()])) {
    const states = { before: sides.base.get(key), after: sides.head.get(key) };
    const planned = planEnvironment({ ...states, governanceOf: governs, environments: head.environments }, context);
    if (planned !== undefined) environments.push(planned);
  }
  const findings = findingsOf(base, head, environments);
  return {
    base: context.base,
    head: context.head,
    at: toTime(context.now),
    judgedBy: context.facts === undefined ? 'git' : 'cluster',
    valid: !findings.some(({ severity }) => severity === 'error'),
    environments: environments.sort(inOrder([...base.environments, ...head.environments])),
    governing: compareGoverning(base, head),
    findings,
    unknown: unknownOf(head, environments, context),
  };
}

const gitAlone =
  'Judged from git alone: what runs where, what is verified, who suspended or holds something and what is being deployed now stands in the cluster. What was asked for before is taken for what is deployed.';

const noDescriptors = 'Descriptors were not read: which components change, and the digests that are signed, are not known.';

function unknownOf(head: ReleaseRepository, environments: readonly EnvironmentPlan[], context: PlanContext): string[] {
  const described = new Set(head.environments.flatMap(({ product }) => (product.descriptor === undefined ? [] : [product.name])));
  const unread =
    context.descriptor === undefined && environments.some(({ product, deploys }) => deploys && described.has(product));
  return [...(context.facts === undefined ? [gitAlone] : []), ...(unread ? [noDescriptors] : []), ...(context.unknown ?? [])];
}

function statesOf({ environments, invalid }: ReleaseRepository): ReadonlyMap<string, SideState> {
  const states = new Map<string, SideState>();
  for (const desired of environments) states.set(`${desired.product.name}/${desired.environment}`, { kind: 'valid', desired });
  for (const one of invalid) states.set(`${one.product}/${one.environment}`, { kind: 'invalid', ...one });
  return states;
}

/** What the head brings, and what is wrong with what changes; what was wrong before and has nothing to do with it stays out. */
function findingsOf(base: ReleaseRepository, head: ReleaseRepository, environments: readonly EnvironmentPlan[]): Finding[] {
  const text = ({ file, rule, path, message }: Finding) => JSON.stringify([file, rule, path, message]);
  const before = new Set(base.findings.map(text));
  const stopping = new Set(environments.flatMap(({ findings }) => findings.map(text)));
  return head.findings.filter((finding) => !before.has(text(finding)) || stopping.has(text(finding)));
}

/** By product, then in the order of its path, then by name. */
function inOrder(all: readonly DesiredEnvironment[]): (a: EnvironmentPlan, b: EnvironmentPlan) => number {
  const stages = new Map<string, number>();
  for (const { product } of all) for (const [at, { name }] of product.stages.entries()) stages.set(`${product.name}/${name}`, at);
  const rank = ({ product, to, from }: EnvironmentPlan) => stages.get(`${product}/${(to ?? from)?.stage ?? ''}`) ?? -1;
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return (a, b) => byText(a.product, b.product) || rank(a) - rank(b) || byText(a.environment, b.environment);
}
