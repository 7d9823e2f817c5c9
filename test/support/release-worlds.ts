import { compact } from '../../controller/core/compact.js';
import type { ReleaseClass, ReleaseDocument } from '../../controller/core/governance.js';
import type { Product } from '../../controller/core/model.js';
import type { EnvironmentResource, EnvironmentSpec, EnvironmentStatus } from '../../controller/core/resources/environment.js';
import type { ReleaseResource, ReleaseSpec, ReleaseStatus } from '../../controller/core/resources/release.js';
import { toTime } from '../../controller/core/time.js';
import { aProduct, aStage, at } from './facts.js';
import { aRelease as aReleaseDocument } from './releases.js';

/** A product whose path is qa, uat, production, with the classes given. */
export function aPath(...classes: readonly Partial<ReleaseClass>[]): Product {
  return aProduct({
    stages: [
      aStage(),
      aStage({ name: 'uat', after: [{ stage: 'qa', require: 'any' }] }),
      aStage({ name: 'production', after: [{ stage: 'uat', require: 'any' }] }),
    ],
    classes: classes.map((over) => aClass(over)),
  });
}

export function aClass(over: Partial<ReleaseClass> = {}): ReleaseClass {
  return { name: 'minor', priority: 0, skips: [], defers: [], followUps: [], changes: 'any', ...over };
}

export const aDocument = (over: Partial<ReleaseDocument> = {}): ReleaseDocument => aReleaseDocument('1.1.0', over);

export function aRelease(spec: Partial<ReleaseSpec> = {}, status?: ReleaseStatus): ReleaseResource {
  const metadata = { name: 'shop.1.1.0', namespace: 'default', uid: 'r1', generation: 1 };
  const known = { product: 'shop', version: '1.1.0', documented: true, class: 'minor', source: 'releases', ...spec };
  return compact<ReleaseResource>({ metadata, spec: known, status });
}

/** An environment; `deployed` is a version that was verified there at a time of the day. */
export function aPlace(
  environment: string,
  spec: Partial<EnvironmentSpec> & { readonly deployed?: readonly [version: string, clock: string] } = {},
  status: Partial<EnvironmentStatus> = {},
): EnvironmentResource {
  const { deployed, ...over } = spec;
  const metadata = { name: `shop.${environment}`, namespace: 'default', uid: environment, generation: 1 };
  const known = { product: 'shop', environment, stage: environment, source: 'releases', ...over };
  return { metadata, spec: known, status: { observedGeneration: 1, ...(deployed && verifiedThere(...deployed)), ...status } };
}

function verifiedThere(version: string, clock: string): Partial<EnvironmentStatus> {
  const since = toTime(at(clock));
  const digests = { digest: `sha256:${version}-here`, releaseDigest: `sha256:${version}` };
  return {
    desired: { version, ...digests, settingsDigest: 'sha256:settings', commit: 'c'.repeat(40), since },
    recorded: { version, ...digests, certain: true, verified: true, run: 'run.1', since },
    history: [{ version, digest: digests.digest, run: 'run.1', result: 'Succeeded', startedAt: since, finishedAt: since }],
    verified: [{ releaseDigest: digests.releaseDigest, version, since, result: 'Passed' }],
  };
}
