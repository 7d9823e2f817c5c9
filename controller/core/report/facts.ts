import { compare, valid as semver } from 'semver';
import type { Incident, ReleaseDocument } from '../governance.js';
import type { Millis, Product } from '../model.js';
import type { DeploymentRunResource } from '../resources/deployment-run.js';
import { deployed, finishedAt, phaseOf } from '../run/run.js';

/** What a report is made of: every run that is known, from the cluster and from the audit trail, and what git says. */
export interface ReportInput {
  readonly from: Millis;
  /** Not included. */
  readonly to: Millis;
  readonly runs: readonly DeploymentRunResource[];
  readonly releases: readonly ReleaseDocument[];
  readonly incidents: readonly Incident[];
  readonly products: readonly Product[];
}

/** A deployment that ended, with what it followed on. */
export interface EndedDeployment {
  readonly run: DeploymentRunResource;
  readonly at: Millis;
  readonly succeeded: boolean;
  /** At a stage that no other stage follows on. */
  readonly production: boolean;
  /** The version that was there before; absent for the first. */
  readonly before?: string;
  readonly rollback: boolean;
}

const placeOf = ({ metadata, spec }: DeploymentRunResource): string =>
  `${metadata.namespace}/${spec.product}.${spec.environment}`;

/** Every deployment that asked Jenkins and has ended, of all time, oldest first. Verifications alone and superseded runs deploy nothing. */
export function endedDeployments({ runs, products }: Pick<ReportInput, 'runs' | 'products'>): EndedDeployment[] {
  const last = lastStages(products);
  const there = new Map<string, { current: string; earlier: Set<string> }>();
  const ended = runs.flatMap((run) => {
    const at = finishedAt(run);
    return at === undefined || run.spec.action !== 'deploy' || phaseOf(run) === 'Superseded' ? [] : [{ run, at }];
  });
  return ended
    .sort((a, b) => a.at - b.at || a.run.spec.number - b.run.spec.number)
    .map(({ run, at }) => {
      const { product, stage, version } = run.spec;
      const known = there.get(placeOf(run));
      const rollback = known !== undefined && isBack(version, known);
      if (deployed(run)) {
        const earlier = known?.earlier ?? new Set();
        if (known !== undefined) earlier.add(known.current);
        there.set(placeOf(run), { current: version, earlier });
      }
      return {
        run,
        at,
        succeeded: phaseOf(run) === 'Succeeded',
        production: last.get(product)?.has(stage) ?? false,
        ...(known === undefined ? {} : { before: known.current }),
        rollback,
      };
    });
}

/** To a lower version, or, where versions have no order, to one that was there before. */
function isBack(version: string, { current, earlier }: { current: string; earlier: ReadonlySet<string> }): boolean {
  if (version === current) return false;
  if (semver(version) !== null && semver(current) !== null) return compare(version, current) < 0;
  return earlier.has(version);
}

/** Product → the stages that nothing comes after: where a release has arrived. */
export function lastStages(products: readonly Product[]): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    products.map(({ name, stages }) => {
      const followed = new Set(stages.flatMap(({ after }) => after.map(({ stage }) => stage)));
      return [name, new Set(stages.map((stage) => stage.name).filter((stage) => !followed.has(stage)))];
    }),
  );
}

export const within = ({ from, to }: Pick<ReportInput, 'from' | 'to'>, at: Millis): boolean => at >= from && at < to;

export const placeOfRun = placeOf;
