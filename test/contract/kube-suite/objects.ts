import { setMaxListeners } from 'node:events';
import type { DeploymentRunSpec } from '../../../controller/core/resources/deployment-run.js';
import type { Condition, EnvironmentSpec, EnvironmentStatus } from '../../../controller/core/resources/environment.js';
import type { Kube } from '../../../controller/kube/kube.js';
import type { Key } from '../../../controller/reconcile/ports.js';

export const at = '2026-11-22T10:00:00Z';

export const anEnvironment = (changes: Partial<EnvironmentSpec> = {}): EnvironmentSpec => ({
  product: 'shop',
  environment: 'qa',
  stage: 'qa',
  source: 'releases',
  ...changes,
});

export const aCondition = (changes: Partial<Condition> = {}): Condition => ({
  type: 'Ready',
  status: 'False',
  reason: 'Blocked',
  message: 'waiting for sign-off',
  lastTransitionTime: at,
  observedGeneration: 1,
  ...changes,
});

export const aStatus = (changes: Partial<EnvironmentStatus> = {}): EnvironmentStatus => ({
  observedGeneration: 1,
  conditions: [aCondition()],
  ...changes,
});

export const aRun = (changes: Partial<DeploymentRunSpec> = {}): DeploymentRunSpec => ({
  source: 'releases',
  product: 'shop',
  environment: 'qa',
  stage: 'qa',
  version: '2.9.4',
  digest: 'sha256:1',
  releaseDigest: 'sha256:2',
  commit: 'c0ffee',
  number: 1,
  attempt: 1,
  action: 'deploy',
  cause: { type: 'desired', message: 'git asks for 2.9.4' },
  ...changes,
});

export const productLabel = { 'towpath.dev/product': 'shop' };

/** An environment that was just created, as the cache has it. */
export async function createdEnvironment(kube: Kube, key: Key) {
  await kube.environments.ensure(key, anEnvironment(), productLabel, forever);
  const found = kube.environments.get(key);
  if (found === undefined) throw new Error('the cache does not hold what was just written');
  return found;
}

/** A signal that never fires. */
export const forever = new AbortController().signal;
setMaxListeners(0, forever);
