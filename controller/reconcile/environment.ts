import { compact } from '../core/compact.js';
import { type Decision, decide, type Judgement, requestedResolution } from '../core/decide.js';
import { repeatedBuilds } from '../core/drift.js';
import type { EnvironmentFacts } from '../core/facts.js';
import type { Millis } from '../core/model.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import { environmentName, runName } from '../core/run/identity.js';
import { expiredRuns } from '../core/run/retention.js';
import { isClaimed, isTerminal, resolved, superseded } from '../core/run/run.js';
import { sameJson } from '../core/same-json.js';
import { environmentEvents } from '../core/status/transitions.js';
import { advance } from './advance.js';
import { writeRun } from './drive.js';
import { gather, gatherCached, type Subject } from './gather.js';
import { labelsOf } from './labels.js';
import type { Key } from './ports.js';
import type { Requeue } from './queue.js';
import { type Act, type EnvironmentLoop, lockOf, type Performed, subjectOf } from './subject.js';

/** One level-triggered pass: gather, decide, perform, report. Safe to repeat from any point. */
export async function reconcileEnvironment(key: Key, loop: EnvironmentLoop, signal: AbortSignal): Promise<Requeue> {
  const { ports, memory } = loop;
  const environment = ports.environments.get(key);
  if (environment === undefined) return finishOrphan(key, loop, signal);
  const subject = subjectOf(environment, loop);

  const facts = await gather(subject, ports, memory, signal);
  const judgement = decide(facts);
  const performed = await settle(() => perform(judgement.decision, facts, { subject, loop, signal }));
  const stopped = await settle(async () => {
    await stopRepeated(facts, subject, { loop, signal });
    return {};
  });

  const after = judgedAgain(facts, judgement, gatherCached(subject, ports, memory, facts));
  await report(environment, after, { loop, signal });
  await prune(environment, subject, { loop, signal });
  const error = performed.error ?? stopped.error;
  if (error !== undefined) throw error;
  // What can be done only since the pass began is done by the next one, whether or not somebody tells of what changed.
  const isLeft = judgement.decision.do === 'idle' && after.decision.do !== 'idle';
  return { ...requeueOf(after, isLeft ? 0 : performed.afterMs, facts.now) };
}

/** What follows from the facts as they are after the pass: the same as before it, where they are the same and no time has come. */
function judgedAgain(before: EnvironmentFacts, judgement: Judgement, after: EnvironmentFacts): Judgement {
  const isDue = judgement.recheckAt !== undefined && judgement.recheckAt <= after.now;
  return !isDue && sameJson({ ...before, now: after.now }, after) ? judgement : decide(after);
}

/** What could not be performed must not keep the status from being told. */
async function settle(task: () => Promise<Performed>): Promise<Performed> {
  try {
    return await task();
  } catch (error) {
    return { error };
  }
}

function newestKnown({ environment: { metadata, spec } }: Subject, { ports: { runs } }: EnvironmentLoop): number {
  return runs.ofEnvironment(metadata.namespace, spec.product, spec.environment).at(-1)?.spec.number ?? 0;
}

async function perform(decision: Decision, facts: EnvironmentFacts, act: Act): Promise<Performed> {
  const { ports } = act.loop;
  switch (decision.do) {
    case 'idle':
      return {};
    case 'start':
      return start(decision, facts, act);
    case 'supersede':
      await writeRun(decision.run, superseded(decision.run, decision.message, ports.clock.now()), ports, act.signal);
      return { afterMs: 0 };
    case 'resolve': {
      const status = resolved(decision.run, decision.resolution, ports.clock.now());
      if (status !== undefined) await writeRun(decision.run, status, ports, act.signal);
      return { afterMs: 0 };
    }
    case 'advance':
      return advance(decision, act);
  }
}

/** How soon the cache is looked at again that lags behind the API. */
const cacheLagMs: Millis = 1_000;

/**
 * Makes the run durable under its number: somebody else's run of that number is refused by the name. Counted and created under
 * one lock, in which nothing but the API itself is waited for.
 */
async function start({ run: spec }: Extract<Decision, { do: 'start' }>, facts: EnvironmentFacts, act: Act): Promise<Performed> {
  const { loop, subject, signal } = act;
  const { namespace } = subject.environment.metadata;
  const created = await loop.locks.run(lockOf(subject), async () => {
    const again = decide(gatherCached(subject, loop.ports, loop.memory, facts));
    // As it was when that was decided: the cache may hear of more while the API is asked.
    const known = newestKnown(subject, loop);
    if (again.decision.do !== 'start' || again.decision.run.digest !== spec.digest) return undefined;
    // A leader that has just taken over may not have heard of the run that the one before it has made.
    const newest = await loop.ports.fresh.newestRun(namespace, spec.product, spec.environment, signal);
    if (newest >= again.decision.run.number || newest > known) return 'stale';
    const name = runName(spec.product, spec.environment, again.decision.run.number);
    return loop.ports.runs.create({ namespace, name }, again.decision.run, labelsOf(again.decision.run), signal);
  });
  if (created === 'stale') return { afterMs: cacheLagMs };
  if (created === undefined) return { afterMs: 0 };
  return advance({ do: 'advance', run: created, mayClaim: true, stop: false }, act);
}

/** Jenkins itself can run a deployment a second time (it reloads a saved queue after a crash): such a build is stopped and told of. */
async function stopRepeated(facts: EnvironmentFacts, subject: Subject, { loop, signal }: Omit<Act, 'subject'>): Promise<void> {
  for (const build of repeatedBuilds(facts.history ?? [], facts.runs)) {
    const run = facts.runs.find((one) => build.towpathRun?.startsWith(`${one.metadata.name}.`));
    const server = subject.source?.spec.jenkins?.find(({ name }) => name === run?.spec.deployer?.jenkins.server);
    if (run?.spec.deployer === undefined || server === undefined || build.towpathRun === undefined) continue;
    const deployer = await loop.ports.deployers.open(subject.environment.metadata.namespace, server, signal);
    await deployer.stopBuild({ job: run.spec.deployer.jenkins.job, id: build.towpathRun, number: build.number }, signal);
    const message = `Jenkins ran ${run.metadata.name} a second time as ${build.url}; it was asked to stop`;
    const { namespace, name } = subject.environment.metadata;
    loop.ports.events.record({
      regarding: { kind: 'Environment', key: { namespace, name } },
      type: 'Warning',
      reason: 'RepeatedBuild',
      message,
    });
  }
}

/** The one exit: status and events, once a pass. */
async function report(
  environment: EnvironmentResource,
  { status }: Judgement,
  { loop, signal }: Omit<Act, 'subject'>,
): Promise<void> {
  const { ports } = loop;
  await ports.environments.writeStatus(environment, status, signal);
  for (const event of environmentEvents(environment, status)) ports.events.record(event);
}

async function prune(
  environment: EnvironmentResource,
  { source }: Subject,
  { loop, signal }: Omit<Act, 'subject'>,
): Promise<void> {
  const { namespace } = environment.metadata;
  const { product, environment: name } = environment.spec;
  const runs = loop.ports.runs.ofEnvironment(namespace, product, name);
  for (const run of expiredRuns(runs, source?.spec.historyLimit ?? 20)) {
    if (!loop.memory.audited.has(run, source)) continue;
    await loop.ports.runs.remove({ namespace, name: run.metadata.name }, signal);
  }
}

/** An environment that left git, with a run under way: the run goes on to its end; one that never asked Jenkins is dropped. */
async function finishOrphan(key: Key, loop: EnvironmentLoop, signal: AbortSignal): Promise<Requeue> {
  const [product = '', environment = ''] = key.name.split('.');
  const run = loop.ports.runs.ofEnvironment(key.namespace, product, environment).findLast((one) => !isTerminal(one));
  if (run === undefined || environmentName(product, environment) !== key.name) return {};
  if (!isClaimed(run)) {
    await writeRun(run, superseded(run, 'the environment left git', loop.ports.clock.now()), loop.ports, signal);
    return {};
  }
  const resolution = requestedResolution(run);
  const settled = resolution && resolved(run, resolution, loop.ports.clock.now());
  if (settled !== undefined) {
    await writeRun(run, settled, loop.ports, signal);
    return { afterMs: 0 };
  }
  const subject = orphanSubject(run, loop);
  const performed = await advance({ do: 'advance', run, mayClaim: false, stop: false }, { subject, loop, signal });
  return compact<Requeue>({ afterMs: performed.afterMs });
}

function orphanSubject(run: DeploymentRunResource, { ports }: EnvironmentLoop): Subject {
  const { namespace } = run.metadata;
  const { product, environment, stage, source } = run.spec;
  const spec = { product, environment, stage, source };
  return {
    environment: { metadata: { namespace, name: environmentName(product, environment) }, spec },
    published: undefined,
    unread: false,
    source: ports.sources.get({ namespace, name: source }),
    holds: [],
  };
}

function requeueOf({ recheckAt }: Judgement, afterMs: Millis | undefined, now: Millis): Requeue {
  const times = [afterMs, recheckAt === undefined ? undefined : Math.max(1_000, recheckAt - now)].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? {} : { afterMs: Math.min(...times) };
}
