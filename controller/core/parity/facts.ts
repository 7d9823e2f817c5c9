import { compact } from '../compact.js';
import type { DesiredEnvironment } from '../model.js';
import { compareSettings, type SettingDifference } from './compare.js';

/** How the settings of an environment differ from those that were tested; small enough to be kept with what was decided on it. */
export interface ParityFacts {
  /** The environment whose settings are nearest of those compared; absent where the stage has none for the client. */
  readonly environment?: string;
  /** The first of the differences that are not allowed. */
  readonly differences: readonly SettingDifference[];
  /** How many there are. */
  readonly total: number;
}

const keptDifferences = 20;
const keptPath = 200;

/**
 * Compares with each of the environments of the stage that the rule names, and keeps the nearest: one place where the settings were
 * tested is enough. Undefined where the stage of the environment has no such rule.
 */
export function parityFacts(own: DesiredEnvironment, others: readonly DesiredEnvironment[]): ParityFacts | undefined {
  const rule = own.product.stages.find(({ name }) => name === own.stage)?.parity;
  if (rule === undefined) return undefined;
  let nearest: { environment: string; differences: SettingDifference[] } | undefined;
  for (const { environment, settings } of others) {
    const differences = compareSettings(own.settings, settings, { allow: rule.allow, there: environment });
    if (nearest === undefined || differences.length < nearest.differences.length) nearest = { environment, differences };
  }
  const { environment, differences = [] } = nearest ?? {};
  return compact<ParityFacts>({
    environment,
    differences: differences.slice(0, keptDifferences).map(({ path, what }) => ({
      path: path.length > keptPath ? `${path.slice(0, keptPath)}…` : path,
      what,
    })),
    total: differences.length,
  });
}
