import { createHash } from 'node:crypto';
import type { Governance } from '../../controller/core/governance.js';
import type { AfterRule, DesiredEnvironment, Digest, Json, Millis, Snapshot } from '../../controller/core/model.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { leftUncertain, phaseOf } from '../../controller/core/run/run.js';
import type { ApiObject, Write } from './api.js';
import { closedGates, judgedHere, stagesBefore, type Truth } from './oracle.js';
import { isAtLeast } from './oracle-checklist.js';
import { demand } from './violation.js';
import type { World } from './world.js';

type Recorded = NonNullable<EnvironmentResource['status']>['recorded'];

interface Entry {
  readonly at: Millis;
  /** Somebody else has deployed over what is recorded. */
  readonly isDrifted: boolean;
  readonly spec: EnvironmentResource['spec'];
  /** `gone`: there was no such environment. */
  readonly recorded: Recorded | 'gone';
}

/** As long as caches may lag behind. */
const cacheMs: Millis = 240_000;
/** How long ago a status may have been judged. */
const passMs: Millis = 150_000;
/** Twice what a clock may be set wrong by. */
const jumpMs: Millis = 810_000;

const judgedAtEnd: ReadonlySet<string> = new Set([...judgedHere, 'order', 'soak']);

const rule = 'no claim while a gate is closed';

/** The gates of governed releases as they truly are: at each claim, and in the end. */
export class GovernedTruth {
  readonly #world: World;
  /** What was recorded of each environment lately, the oldest first. */
  readonly #records = new Map<string, Entry[]>();

  constructor(world: World) {
    this.#world = world;
    world.api.onWrite.push((write) => this.#wrote(write));
  }

  #wrote({ plural, key, before, after }: Write): void {
    if (plural !== 'environments') return;
    const { spec, status } = (after ?? before) as unknown as EnvironmentResource;
    const { now } = this.#world.scheduler;
    const entries = this.#records.get(key) ?? [];
    const isDrifted = status?.observed !== undefined;
    entries.push({ at: now, spec, isDrifted, recorded: after === undefined ? 'gone' : status?.recorded });
    while ((entries[1]?.at ?? now) < now - cacheMs) entries.shift();
    this.#records.set(key, entries);
  }

  /** Every gate was open for exactly this, at the time and by the commit that the claim tells of; gives the stages that come before. */
  checkClaim(run: DeploymentRunResource, { by, looked }: { by: string; looked: Millis }): readonly AfterRule[] {
    const { name } = run.metadata;
    const { judgement } = run.status ?? {};
    const snapshot = this.#world.git.snapshots.get(judgement?.commit ?? '');
    const wanted = snapshot && wantedOf(snapshot, run.spec);
    demand(snapshot !== undefined && wanted !== undefined, rule, () => `${name} is claimed, and git does not ask for it`);
    if (snapshot === undefined || wanted === undefined) return [];
    const at = Date.parse(judgement?.at ?? '');
    this.#checkSight(run, { by, looked, at });
    const isAsked = run.spec.version === wanted.version && run.spec.digest === digestOf(wanted, run.spec.releaseDigest);
    demand(isAsked, rule, () => `${name} is claimed for ${run.spec.version}, and git asks for another content`);
    const truths = this.#mayBeThere(run).map((there) =>
      closedGates({
        ...this.#common(wanted, snapshot),
        ...{ ...there, at, digest: run.spec.digest, usualMs: this.#usualMs(run.spec, false) },
        has: (product, least) => this.#mayHave(wanted, product, least),
      }),
    );
    const closed = truths.every((one) => one.size > 0) ? [...(truths[0] ?? [])] : [];
    demand(
      closed.length === 0,
      rule,
      () => `${name} is claimed although ${closed.map(([gate, why]) => `${gate}: ${why}`).join('; ')}`,
    );
    this.#checkSoak(run, wanted, at);
    return stagesBefore(wanted);
  }

  /** Judged by what its process had read by then, and by its clock. */
  #checkSight({ metadata, status }: DeploymentRunResource, { by, looked, at }: Sight): void {
    const replica = this.#world.processes.get(by);
    const commit = status?.judgement?.commit;
    const reads = replica?.reads ?? [];
    const current = reads.filter((_, index) => (reads[index + 1]?.at ?? Number.POSITIVE_INFINITY) >= looked);
    demand(
      current.some((read) => read.commit === commit),
      rule,
      () => `${metadata.name} is claimed by commit ${commit}, which ${by} has not read, or has seen replaced`,
    );
    const { now } = this.#world.scheduler;
    const early = Math.min(now - Math.max(looked, 0), 10 * cacheMs);
    const late = (replica?.wall() ?? 0) - at;
    const slackMs = this.#slackMs(2_000);
    demand(
      late >= -slackMs && late <= early + slackMs,
      rule,
      () => `${metadata.name} was judged ${late / 1_000} s before its claim`,
    );
  }

  #slackMs(usual: Millis): Millis {
    return this.#world.plan.troubles.has('clock-jump') ? jumpMs : usual;
  }

  #common(wanted: DesiredEnvironment, { repository }: Snapshot): CommonTruth {
    const { governance, environments } = repository;
    const at = (stage: string, client: string | undefined) =>
      environments.filter((one) => one.product.name === wanted.product.name && one.stage === stage && one.client === client);
    return {
      wanted,
      governance,
      settingsAt: (stage) => {
        const own = at(stage, wanted.client);
        return (own.length > 0 ? own : at(stage, undefined)).map(({ settings }) => settings as Record<string, Json>);
      },
    };
  }

  /** What runs and an adoption have put there; both where nobody can say which was later. */
  #mayBeThere({ spec }: Pick<DeploymentRunResource, 'spec'>): Pick<Truth, 'from' | 'begun'>[] {
    const { last, begun } = this.#deployedIn(spec);
    const { status } = this.#world.api.get(
      'environments',
      `${spec.product}.${spec.environment}`,
    ) as unknown as EnvironmentResource;
    const adopted = status?.recorded?.run === undefined ? status?.recorded?.version : undefined;
    if (adopted === undefined) return [{ from: last, begun }];
    return [adopted, last ?? adopted].flatMap((from) => [
      { from, begun: [] },
      { from, begun },
    ]);
  }

  /** The version that the last successful run left, and those that runs after it have begun and not finished well. */
  #deployedIn({ product, environment }: { product: string; environment: string }): { last: string | undefined; begun: string[] } {
    const runs = this.#runs()
      .filter(({ spec }) => spec.product === product && spec.environment === environment && spec.action === 'deploy')
      .sort((a, b) => a.spec.number - b.spec.number);
    const at = runs.findLastIndex(isDeployed);
    const begun = runs.slice(at + 1).filter(leftUncertain);
    return { last: runs[at]?.spec.version, begun: begun.map(({ spec }) => spec.version) };
  }

  /** Whether every place of the product that counts was, at some time lately, seen to have it. */
  #mayHave(wanted: DesiredEnvironment, product: string, least: string): boolean {
    const { now } = this.#world.scheduler;
    const places = [...this.#records.values()].filter((entries) => isBeside(entries.at(-1), wanted, product));
    const met = (entries: readonly Entry[]) =>
      entries
        .filter((_, index) => (entries[index + 1]?.at ?? now) >= now - cacheMs)
        .some((entry) => entry.recorded === 'gone' || isThere(entry, least));
    return places.length > 0 && places.every(met);
  }

  #has(wanted: DesiredEnvironment, product: string, least: string): boolean {
    const places = [...this.#records.values()]
      .map((entries) => entries.at(-1))
      .filter((entry) => entry?.recorded !== 'gone' && isBeside(entry, wanted, product));
    return places.length > 0 && places.every((entry) => isThere(entry, least));
  }

  #checkSoak({ metadata, spec }: DeploymentRunResource, wanted: DesiredEnvironment, at: Millis): void {
    const soakMs = wanted.product.stages.find(({ name }) => name === wanted.stage)?.soakMs ?? 0;
    const { override } = wanted;
    if (soakMs === 0 || (override?.version === wanted.version && override.gates.includes('soak'))) return;
    for (const { stage } of stagesBefore(wanted)) {
      const since = this.#verified(spec.product, stage, spec.releaseDigest);
      demand(since + soakMs <= at, rule, () => `${metadata.name} is claimed before it has soaked in ${stage}`);
    }
  }

  /** When the earliest of the verifications that stand in a stage was made. */
  #verified(product: string, stage: string, releaseDigest: Digest): Millis {
    const found = this.#environments()
      .filter(({ spec }) => spec.product === product && spec.stage === stage)
      .flatMap(({ status }) => status?.verified ?? [])
      .filter((one) => one.releaseDigest === releaseDigest)
      .map(({ since }) => Date.parse(since));
    // Where it does not stand any more, the order of stages is what tells.
    return found.length === 0 ? 0 : Math.min(...found);
  }

  /** How long a deployment there usually takes: the middle one of the last ten; of the whole stage only where it is asked for. */
  #usualMs({ product, environment, stage }: EnvironmentResource['spec'], withStage: boolean): Millis {
    const runs = this.#runs().filter(({ spec }) => spec.product === product && spec.action === 'deploy');
    const middle = (some: readonly DeploymentRunResource[]): Millis | undefined => {
      const last = some
        .filter((run) => phaseOf(run) === 'Succeeded' && run.status?.jenkins?.requestedAt !== undefined)
        .map(({ status }) => ({
          end: Date.parse(status?.timestamps?.Succeeded ?? ''),
          start: Date.parse(status?.jenkins?.requestedAt ?? ''),
        }))
        .filter(({ start, end }) => end >= start)
        .sort((a, b) => b.end - a.end)
        .slice(0, 10);
      return last.map(({ start, end }) => end - start).sort((a, b) => a - b)[Math.floor(last.length / 2)];
    };
    const own = middle(runs.filter(({ spec }) => spec.environment === environment));
    return own ?? (withStage ? middle(runs.filter(({ spec }) => spec.stage === stage)) : undefined) ?? 0;
  }

  /** With nothing going on any more: what waits, waits for a gate that is closed, and no gate is said to be what it is not. */
  checkEnd(): void {
    const source = this.#world.api.get('releasesources', 'releases')?.spec as { suspend?: boolean } | undefined;
    const leader = this.#world.replicas.find(({ isLeading, hasRead, dead }) => isLeading && hasRead && !dead);
    if (source?.suspend === true || leader === undefined) return;
    for (const environment of this.#environments()) this.#checkWaiting(environment, leader.wall());
  }

  #checkWaiting({ metadata: { name }, spec, status }: EnvironmentResource, wall: Millis): void {
    const snapshot = this.#world.git.head;
    const wanted = wantedOf(snapshot, spec);
    if (wanted === undefined || status?.desired?.digest === undefined) return;
    const { digest, releaseDigest = '' } = status.desired;
    demand(digest === digestOf(wanted, releaseDigest), 'what git asks for is known', () => `${name}: ${wanted.version}`);
    if ((status.gates ?? []).length === 0) return;
    const truth = {
      ...this.#common(wanted, snapshot),
      ...{ digest, from: status.recorded?.version, usualMs: this.#usualMs(spec, true) },
      begun: status.recorded?.certain === false ? this.#deployedIn(spec).begun : [],
      has: (product: string, least: string) => this.#has(wanted, product, least),
    };
    const closedAt = (at: Millis) => new Map([...closedGates({ ...truth, at }), ...this.#closedPath(wanted, releaseDigest, at)]);
    const now = closedAt(wall);
    const slackMs = this.#slackMs(passMs);
    const lately = [1_000, passMs, slackMs / 2, slackMs].map((ms) => closedAt(wall - ms));
    for (const gate of status.gates ?? []) {
      // What has changed a moment ago may not have been judged yet.
      if (!judgedAtEnd.has(gate.name) || lately.some((before) => now.has(gate.name) !== before.has(gate.name))) continue;
      const why = now.get(gate.name);
      demand(
        (gate.state !== 'Passed') === (why !== undefined),
        'a gate is said to be open where it is, and closed where it is',
        () => `${name}: ${gate.name} is ${gate.state} (${gate.message}), and truly ${why ?? 'open'}`,
      );
    }
    for (const [gate, why] of now) {
      const isNew = lately.some((before) => before.get(gate) === undefined);
      const isTold = isNew || status.gates?.some((one) => one.name === gate);
      demand(isTold === true, 'a closed gate is told of', () => `${name}: ${gate}: ${why}`);
    }
  }

  /** Order and soak, by what stands verified in the stages before and is still there. */
  #closedPath(wanted: DesiredEnvironment, releaseDigest: Digest, at: Millis): [string, string][] {
    const { product, stage, client, version, override } = wanted;
    const soakMs = product.stages.find(({ name }) => name === stage)?.soakMs ?? 0;
    const isSoakPassed = override?.version === version && override.gates.includes('soak');
    return stagesBefore(wanted).flatMap((rule): [string, string][] => {
      const since = this.#environments()
        .filter(({ spec }) => spec.product === product.name && spec.stage === rule.stage)
        .filter(({ spec }) => spec.client === undefined || client === undefined || spec.client === client)
        .filter(({ status }) => status?.observed === undefined || status.recorded?.releaseDigest !== releaseDigest)
        .flatMap(({ status }) => status?.verified ?? [])
        .filter((one) => one.releaseDigest === releaseDigest && one.result === 'Passed')
        .map((one) => Date.parse(one.since));
      const isSoaking = soakMs > 0 && !isSoakPassed && !since.some((one) => one + soakMs <= at);
      return [
        ...(since.length > 0 ? [] : [['order', `it stands nowhere in ${rule.stage}`] as [string, string]]),
        ...(isSoaking ? [['soak', `it soaks in ${rule.stage}`] as [string, string]] : []),
      ];
    });
  }

  #environments(): EnvironmentResource[] {
    return this.#world.api.list('environments') as unknown as EnvironmentResource[];
  }

  #runs(): DeploymentRunResource[] {
    return this.#world.api.list('deploymentruns') as readonly ApiObject[] as unknown as DeploymentRunResource[];
  }
}

type CommonTruth = Pick<Truth, 'wanted' | 'settingsAt'> & { readonly governance: Governance };

interface Sight {
  readonly by: string;
  readonly looked: Millis;
  readonly at: Millis;
}

function wantedOf({ repository }: Snapshot, { product, environment }: { product: string; environment: string }) {
  return repository.environments.find((one) => one.product.name === product && one.environment === environment);
}

/** By hand: canonical JSON of flat settings is JSON with sorted names. */
function digestOf({ environment, product, version, settings }: DesiredEnvironment, releaseDigest: Digest): Digest {
  const hash = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const sorted = Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  const plain = hash(JSON.stringify({ product: product.name, version }));
  const release = product.descriptor === undefined ? plain : releaseDigest;
  return hash(JSON.stringify({ environment, product: product.name, releaseDigest: release, settings: sorted }));
}

const isDeployed = (run: DeploymentRunResource): boolean =>
  run.spec.action === 'deploy' && (phaseOf(run) === 'Succeeded' || phaseOf(run) === 'VerificationFailed');

function isBeside(entry: Entry | undefined, { stage, client }: DesiredEnvironment, product: string): boolean {
  if (entry?.spec.product !== product || entry.spec.stage !== stage) return false;
  return entry.spec.client === undefined || entry.spec.client === client;
}

function isThere(entry: Entry | undefined, least: string): boolean {
  if (entry === undefined || entry.recorded === 'gone' || entry.isDrifted) return false;
  const { certain = false, verified = false, version = '' } = entry.recorded ?? {};
  return certain && verified && isAtLeast(version, least);
}
