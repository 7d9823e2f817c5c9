import type { Millis } from '../core/model.js';
import type { DeploymentRunResource } from '../core/resources/deployment-run.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { ReleaseResource } from '../core/resources/release.js';
import { finishedAt, phaseOf, startedAt } from '../core/run/run.js';
import { fromTime } from '../core/time.js';

interface RunMeasure {
  readonly product: string;
  readonly stage: string;
  readonly class: string;
  readonly result: string;
  readonly seconds?: number;
  readonly leadSeconds?: number;
}

interface EnvironmentSample {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client: string;
  readonly desired: string;
  readonly deployed: string;
  readonly ready: boolean;
  readonly drifted: boolean;
  readonly waiting: readonly { readonly gate: string; readonly seconds: number }[];
}

/** What the end of a run adds to counters and histograms. */
export function measureRun(run: DeploymentRunResource): RunMeasure {
  const { product, stage, commitTime } = run.spec;
  const phase = phaseOf(run);
  const end = finishedAt(run) ?? startedAt(run);
  const committed = fromTime(commitTime);
  const base = { product, stage, class: run.spec.class ?? '', result: phase };
  if (phase === 'Superseded') return base;
  const seconds = (end - startedAt(run)) / 1000;
  return phase === 'Succeeded' && committed !== undefined && run.spec.action === 'deploy'
    ? { ...base, seconds, leadSeconds: Math.max(0, (end - committed) / 1000) }
    : { ...base, seconds };
}

/** One environment as the gauges show it. */
export function sampleOf({ spec, status }: EnvironmentResource, now: Millis): EnvironmentSample {
  const is = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  return {
    product: spec.product,
    environment: spec.environment,
    stage: spec.stage,
    client: spec.client ?? '',
    desired: status?.desired?.version ?? '',
    deployed: status?.recorded?.version ?? '',
    ready: is('Ready'),
    drifted: is('Drifted'),
    waiting: (status?.gates ?? [])
      .filter(({ state }) => state !== 'Passed')
      .map(({ name, since }) => ({ gate: name, seconds: Math.max(0, (now - (fromTime(since) ?? now)) / 1000) })),
  };
}

/** What a release left to be done, as the gauge shows it. */
export function obligationsIn({ spec, status }: ReleaseResource) {
  return (status?.owed ?? []).map((owed) => ({ product: spec.product, ...owed }));
}
