import { enumerate, quote } from '../documents/quote.js';
import type { EnvironmentResource } from '../resources/environment.js';
import type { PromotionPlace } from './places.js';
import { PromoteRefused } from './refused.js';

/**
 * The version that stands verified at an earlier stage for all of the targets: for each of them in the environments of its own client, else in
 * those of no client, as the order gate looks at them. Throws PromoteRefused where there is none, or more than one.
 */
export function verifiedVersion(
  environments: readonly EnvironmentResource[],
  request: { readonly product: string; readonly from: string; readonly targets: readonly PromotionPlace[] },
): string {
  const { product, from, targets } = request;
  const there = environments.filter(({ spec }) => spec.product === product && spec.stage === from);
  if (there.length === 0) {
    const stages = [...new Set(environments.filter(({ spec }) => spec.product === product).map(({ spec }) => spec.stage))];
    throw new PromoteRefused(`the cluster knows no environment of ${product} at ${quote(from)} (${enumerate(stages.sort())})`);
  }
  const versions = new Map<string, string[]>();
  for (const target of targets) {
    const version = versionFor(target, there);
    versions.set(version, [...(versions.get(version) ?? []), target.environment]);
  }
  const [only, ...others] = [...versions.keys()];
  if (only === undefined || others.length > 0) {
    const each = [...versions].map(([version, names]) => `${version} for ${enumerate(names)}`);
    throw new PromoteRefused(
      `${from} has verified different versions: ${each.join('; ')}. Name one client with --client, or the version`,
    );
  }
  return only;
}

function versionFor(target: PromotionPlace, there: readonly EnvironmentResource[]): string {
  const own = there.filter(({ spec }) => spec.client === target.client);
  const shared = there.filter(({ spec }) => spec.client === undefined);
  const candidates = own.length > 0 ? own : shared;
  const names = candidates.map(({ spec }) => spec.environment);
  if (candidates.length === 0)
    throw new PromoteRefused(
      `no environment before ${target.environment} is of ${target.client === undefined ? 'no client' : `the client ${target.client}, or of none`}`,
    );
  const verified = [...new Set(candidates.flatMap((one) => standing(one) ?? []))];
  const [version, ...others] = verified;
  if (version === undefined)
    throw new PromoteRefused(`nothing stands verified before ${target.environment}: ${candidates.map(why).join('; ')}`);
  if (others.length > 0)
    throw new PromoteRefused(`${enumerate(names)} have verified ${enumerate(verified)}: name the version that is meant`);
  return version;
}

/** What runs there, certainly, verified, and with nothing deployed over it. */
function standing({ status }: EnvironmentResource): string | undefined {
  const { recorded, observed } = status ?? {};
  return recorded?.certain === true && recorded.verified && observed === undefined ? recorded.version : undefined;
}

function why({ spec, status }: EnvironmentResource): string {
  const { recorded, observed } = status ?? {};
  const name = spec.environment;
  if (recorded === undefined) return `nothing is recorded of ${name}`;
  if (observed !== undefined) return `something else was deployed over ${recorded.version} in ${name}`;
  if (!recorded.certain) return `nobody knows what runs in ${name}`;
  return `${recorded.version} in ${name} is not verified`;
}
