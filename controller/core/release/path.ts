import type { ReleaseClass } from '../governance.js';
import type { AfterRule, DesiredEnvironment, Product, Stage } from '../model.js';

/** The class of that name; undefined where the product does not define it: then nothing is skipped and nothing is owed. */
export function classOf(product: Product, name: string | undefined): ReleaseClass | undefined {
  return name === undefined ? undefined : product.classes.find((one) => one.name === name);
}

/**
 * The stages as a release of a class has to pass them: what is after a stage that the class may skip is after what that one is
 * after, however many are skipped in a row. Skipped stages stay in the list: one may pass them all the same. Ends with every input.
 */
export function pathFor(product: Product, className: string | undefined): readonly Stage[] {
  const skipped = new Set(classOf(product, className)?.skips.map(({ stage }) => stage));
  if (skipped.size === 0) return product.stages;
  return product.stages.map((stage) => ({ ...stage, after: throughSkipped(product, stage.after, skipped) }));
}

/** The stage of an environment, as the class of its release has to pass it. */
export function stageFor(wanted: DesiredEnvironment): Stage | undefined {
  return pathFor(wanted.product, wanted.release?.class).find(({ name }) => name === wanted.stage);
}

function throughSkipped(product: Product, after: readonly AfterRule[], skipped: ReadonlySet<string>): AfterRule[] {
  const found = new Map<string, AfterRule>();
  const seen = new Set<string>();
  const follow = (rules: readonly AfterRule[]) => {
    for (const rule of rules) {
      if (!skipped.has(rule.stage)) {
        if (found.get(rule.stage)?.require !== 'all') found.set(rule.stage, rule);
      } else if (!seen.has(rule.stage)) {
        seen.add(rule.stage);
        follow(product.stages.find(({ name }) => name === rule.stage)?.after ?? []);
      }
    }
  };
  follow(after);
  return [...found.values()];
}

/** The stages that come before a stage on the whole path, whatever a class skips. Ends with every input. */
export function stagesBefore(product: Product, stage: string): ReadonlySet<string> {
  const before = new Set<string>();
  const follow = (name: string) => {
    for (const rule of product.stages.find((one) => one.name === name)?.after ?? []) {
      if (before.has(rule.stage)) continue;
      before.add(rule.stage);
      follow(rule.stage);
    }
  };
  follow(stage);
  return before;
}

/** The stages that nothing comes after: there a release has arrived. */
export function lastStages(product: Product): ReadonlySet<string> {
  const before = new Set(product.stages.flatMap(({ after }) => after.map(({ stage }) => stage)));
  return new Set(product.stages.map(({ name }) => name).filter((name) => !before.has(name)));
}
