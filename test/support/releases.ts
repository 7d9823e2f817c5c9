import type { ChecklistCompletion, ChecklistItem, ProductGovernance, ReleaseDocument } from '../../controller/core/governance.js';

export function anItem(id: string, over: Partial<ChecklistItem> = {}): ChecklistItem {
  return { id, kind: 'manual', title: `Do ${id}`, phase: 'pre', reversible: true, completions: [{ state: 'pending' }], ...over };
}

/** An item that is done everywhere, or as told. */
export const doneItem = (id: string, over: Partial<ChecklistItem> = {}): ChecklistItem =>
  anItem(id, { completions: [{ state: 'done' } satisfies ChecklistCompletion], ...over });

export function aRelease(version: string, over: Partial<ReleaseDocument> = {}): ReleaseDocument {
  return {
    product: 'shop',
    version,
    class: 'minor',
    dependencies: {},
    notes: {},
    tickets: [],
    schedule: [],
    checklist: [],
    signoffs: [],
    ...over,
  };
}

/** Releases, each of which builds on the one before. */
export function chained(...releases: readonly ReleaseDocument[]): ReleaseDocument[] {
  return releases.map((release, at) => {
    const previous = release.previous ?? releases[at - 1]?.version;
    return previous === undefined ? release : { ...release, previous };
  });
}

/** What governs a product that has these releases, and these broken Release documents. */
export function governed(releases: readonly ReleaseDocument[], ...broken: readonly string[]): ProductGovernance {
  return {
    releases: Object.fromEntries(releases.map((release) => [release.version, release])),
    windows: [],
    roles: [],
    broken: broken.map((name) => ({ kind: 'Release', name, product: 'shop', message: `releases/${name}.yaml:6:10 is wrong` })),
  };
}
