import { selects } from '../../controller/core/gates/held.js';
import { replay } from '../../controller/core/judgement/judgement.js';
import type { AfterRule, Millis } from '../../controller/core/model.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import type { HoldResource } from '../../controller/core/resources/hold.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { isClaimed, isTerminal, phaseOf } from '../../controller/core/run/run.js';
import type { ApiObject, Write } from './api.js';
import type { GovernedTruth } from './governed-truth.js';
import { toRun } from './invariants.js';
import { demand } from './violation.js';
import type { World } from './world.js';

/** The longest that a pass can take, with a margin: what has been so for longer must have been seen. */
const passMs: Millis = 130_000;
/** A watch can be silent for 90 s before it is opened anew; then it takes a while. */
const cacheMs: Millis = 240_000;

const rule = 'no claim while a gate is closed';

/** Gates as the world truly is when a claim is made; what may not have been seen yet does not count. */
export class GateTruth {
  readonly #world: World;
  /** When a holder last read an environment from the API itself, right before its claim. */
  readonly #looked = new Map<string, Millis>();
  readonly #since = new Map<string, Millis>();
  /** Environments as they were when they were removed. */
  readonly #removed = new Map<string, { readonly object: ApiObject; readonly at: Millis }>();

  readonly #governed: GovernedTruth | undefined;

  constructor(world: World, governed?: GovernedTruth) {
    this.#world = world;
    this.#governed = governed;
    world.api.onRead.push((by, name) => this.#looked.set(`${by} ${name}`, world.scheduler.now));
  }

  /** Notes since when holds, suspensions and the like are there. */
  wrote({ plural, key, before, after }: Write): void {
    const { now } = this.#world.scheduler;
    const note = (what: string, isThere: boolean) => {
      if (!isThere) this.#since.delete(what);
      else if (!this.#since.has(what)) this.#since.set(what, now);
    };
    if (plural === 'environments' && before !== undefined && after === undefined)
      this.#removed.set(key, { object: before, at: now });
    if (plural === 'holds') note(`hold ${key}`, after !== undefined);
    if (plural === 'environments') note(`suspended ${key}`, (after?.metadata.annotations?.['towpath.dev/suspend'] ?? '') !== '');
    if (plural === 'releasesources') note(`source ${key}`, (after as ReleaseSourceResource | undefined)?.spec.suspend === true);
  }

  checkClaim(run: DeploymentRunResource, by: string): void {
    const { now } = this.#world.scheduler;
    const name = `${run.spec.product}.${run.spec.environment}`;
    const looked = this.#looked.get(`${by} ${name}`) ?? Number.NEGATIVE_INFINITY;
    // Who claims has just looked; who has not is held to what he should have seen.
    const seen = now - looked <= passMs ? looked : now - 5_000;
    const environment = this.#world.api.get('environments', name) ?? this.#removedSince(name, seen);
    const told = (what: string) => () => `${run.metadata.name} is claimed although ${what}`;
    for (const hold of this.#world.api.list('holds')) {
      const isOld = (this.#since.get(`hold ${hold.metadata.name}`) ?? now) < seen;
      const holds = selects(hold as unknown as HoldResource, toEnvironmentSpec(run));
      demand(!(isOld && holds), rule, told(`hold ${hold.metadata.name} stops it`));
    }
    demand((this.#since.get(`suspended ${name}`) ?? now) >= seen, rule, told('the environment is suspended'));
    demand((this.#since.get(`source ${run.spec.source}`) ?? now) >= now - cacheMs, rule, told('the source is suspended'));
    checkReplay(run);
    const before = this.#governed === undefined ? undefined : this.#governed.checkClaim(run, { by, looked });
    this.#checkOrder(run, told, before);
    this.#checkFirst(run, environment, told);
    this.#checkDescriptor(run, { seen, told });
    this.#checkConcurrency(run, told);
  }

  /** One that was still there when the holder looked; it may be removed while the claim is under way. */
  #removedSince(name: string, seen: Millis): ApiObject | undefined {
    const removed = this.#removed.get(name);
    return removed !== undefined && removed.at >= seen ? removed.object : undefined;
  }

  #checkOrder(run: DeploymentRunResource, told: Told, path?: readonly AfterRule[]): void {
    const product = this.#world.plan.products.find(({ name }) => name === run.spec.product);
    const stage = product?.stages.find(({ name }) => name === run.spec.stage);
    for (const { stage: before } of path ?? stage?.after ?? []) {
      const verified = this.#world.api.list('environments').some((object) => {
        const { spec, status } = object as unknown as EnvironmentResource;
        return (
          spec.product === run.spec.product &&
          spec.stage === before &&
          (status?.verified ?? []).some(({ releaseDigest }) => releaseDigest === run.spec.releaseDigest)
        );
      });
      const succeeded = this.#runsOf(run.spec.product).some(
        (one) => one.spec.stage === before && one.spec.releaseDigest === run.spec.releaseDigest && phaseOf(one) === 'Succeeded',
      );
      demand(verified || succeeded, rule, told(`${run.spec.version} was never verified in ${before}`));
    }
  }

  #checkFirst(run: DeploymentRunResource, found: ApiObject | undefined, told: Told): void {
    if (this.#world.plan.firstDeployment === 'deploy') return;
    const environment = found as unknown as EnvironmentResource | undefined;
    const confirmed = environment?.metadata.annotations?.['towpath.dev/confirm'] === run.spec.version;
    const known = environment?.status?.recorded !== undefined;
    const before = this.#runsOf(run.spec.product).some(
      (one) =>
        one.spec.environment === run.spec.environment && (phaseOf(one) === 'Succeeded' || phaseOf(one) === 'VerificationFailed'),
    );
    demand(confirmed || known || before, rule, told('its first deployment is not confirmed'));
  }

  #checkDescriptor(run: DeploymentRunResource, { seen, told }: { seen: Millis; told: Told }): void {
    const { descriptor } = run.spec;
    if (descriptor === undefined) return;
    const { bucket } = this.#world;
    const changedAt = bucket.changedAt.get(descriptor.key) ?? 0;
    const isSame = bucket.sha256(descriptor.key) === descriptor.sha256;
    demand(isSame || changedAt >= seen, rule, told(`${descriptor.key} is another one now`));
  }

  #checkConcurrency(run: DeploymentRunResource, told: Told): void {
    const limit = this.#world.plan.products.find(({ name }) => name === run.spec.product)?.concurrency;
    if (limit === undefined) return;
    const others = this.#runsOf(run.spec.product).filter(
      (one) => one.metadata.name !== run.metadata.name && !isTerminal(one) && isClaimed(one),
    );
    demand(others.length < limit, rule, told(`${others.map(({ metadata }) => metadata.name).join(', ')} is under way`));
  }

  #runsOf(product: string): DeploymentRunResource[] {
    return this.#world.api
      .list('deploymentruns')
      .map(toRun)
      .filter(({ spec }) => spec.product === product);
  }
}

/** What the run tells of how it came to be asked for says the same again, from its record alone. */
function checkReplay({ metadata, status }: DeploymentRunResource): void {
  const closed = status?.judgement && replay(status.judgement).find(({ state }) => state !== 'Passed');
  demand(
    status?.judgement !== undefined && closed === undefined,
    'the record of a claim says that all gates were open',
    () => `${metadata.name}: ${closed?.name}: ${closed?.message}`,
  );
}

type Told = (what: string) => () => string;

function toEnvironmentSpec({ spec }: DeploymentRunResource) {
  const { product, environment, stage, source } = spec;
  return { product, environment, stage, source };
}
