import { printable } from '../core/documents/quote.js';
import type { Plan } from '../core/plan/plan.js';
import type { PromotionChange } from '../core/promote/names.js';

/** What came of a promotion, as far as it is printed. */
export interface PromotionResult {
  readonly change: PromotionChange;
  readonly base: { readonly remote?: { readonly name: string }; readonly branch: string };
  readonly already: readonly string[];
  readonly plan?: Plan;
  readonly proposal?: { readonly branch: string; readonly sha: string; readonly isOld: boolean };
  readonly isPushed: boolean;
  readonly pullRequest?: { readonly number: number; readonly url: string };
}

/** What changes, what to beware of, and where it is now. */
export function formatPromotion(result: PromotionResult, isDry: boolean): string {
  const { change, already } = result;
  const { product, version, places, warnings } = change;
  const widest = Math.max(0, ...places.map(({ environment }) => environment.length));
  const lines = [
    ...places.map(
      (place) =>
        `${product}.${place.environment.padEnd(widest)}  ${place.version === '' ? 'nothing' : place.version} → ${version}`,
    ),
    ...heldLines(result),
    ...already.map((environment) => `${product}.${environment} asks for ${version} already`),
    ...warnings.map((one) => `beware: ${printable(one, 500)}`),
    ...(places.length === 0 ? ['Nothing to change.'] : isDry ? ['Nothing was done.'] : doneLines(result)),
  ];
  return `${lines.join('\n')}\n`;
}

/** The first gate of each environment that would hold it, as far as is known; the plan tells them all. */
function heldLines({ change, plan }: PromotionResult): string[] {
  return (plan?.environments ?? []).flatMap(({ product, environment, gates, waitingFor, opensAt }) => {
    const gate = gates.find(({ name }) => name === waitingFor);
    if (gate === undefined || product !== change.product) return [];
    const when = opensAt === undefined ? '' : `; by time alone it opens at ${opensAt}`;
    return [`held by ${gate.name}: ${product}.${environment}: ${printable(gate.message, 500)}${when}`];
  });
}

function doneLines({ base, proposal, isPushed, pullRequest }: PromotionResult): string[] {
  if (proposal === undefined) return [];
  const { branch, sha, isOld } = proposal;
  const committed = isOld
    ? `${branch} has this change already (${sha.slice(0, 12)}).`
    : `Committed ${sha.slice(0, 12)} on ${branch}.`;
  const pushed = isPushed ? [`It is on ${base.remote?.name ?? 'the remote'}, for ${base.branch}.`] : [];
  return [
    committed,
    ...pushed,
    ...(pullRequest === undefined ? [] : [`Pull request ${pullRequest.number}: ${printable(pullRequest.url, 2_000)}`]),
  ];
}

/** The same for programs. */
export function promotionJson({ change, base, already, plan, proposal, isPushed, pullRequest }: PromotionResult): object {
  const { kind, product, version, places, warnings } = change;
  return {
    kind,
    product,
    version,
    environments: places.map(({ environment, version: from }) => {
      const { waitingFor, opensAt } =
        plan?.environments.find((one) => one.product === product && one.environment === environment) ?? {};
      const held = { ...(waitingFor === undefined ? {} : { waitingFor }), ...(opensAt === undefined ? {} : { opensAt }) };
      return { environment, from, to: version, ...held };
    }),
    already,
    warnings,
    base: base.branch,
    ...(proposal === undefined ? {} : { branch: proposal.branch, commit: proposal.sha, isOld: proposal.isOld }),
    isPushed,
    ...(pullRequest === undefined ? {} : { pullRequest }),
  };
}
