import { capDelta, computeDelta } from '../delta/compute.js';
import type { Findings } from '../findings.js';
import type { DeltaStatus, EnvironmentStatus } from '../resources/environment.js';

const shownComponents = 50;

/** What the desired release changes, component by component; kept from before while both ends are the same and not both are at hand. */
export function deltaStatus(
  findings: Pick<Findings, 'facts' | 'desired' | 'recorded'>,
  before: EnvironmentStatus | undefined,
): DeltaStatus | undefined {
  const { facts, desired, recorded } = findings;
  if (facts.descriptor?.state === 'found' && (recorded === undefined || facts.recordedComponents !== undefined)) {
    return capDelta(computeDelta(facts.recordedComponents, facts.descriptor.descriptor.components), shownComponents);
  }
  const same = before?.desired?.digest === desired?.digest && before?.recorded?.digest === recorded?.digest;
  return same ? before?.delta : undefined;
}
