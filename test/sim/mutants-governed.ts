import type { Mutant } from './mutant-list.js';

interface Bug {
  readonly name: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
}

const rejection = 'core/signoffs/rejection.js';

const bugs: readonly Bug[] = [
  {
    name: 'take a sign-off for any content',
    file: rejection,
    search: 'if (signoff.digest !== now.digest)',
    replace: "if (signoff.digest === '')",
  },
  {
    name: 'take a sign-off from whoever brings it',
    file: rejection,
    search: 'return verifies ? signatureProblem(brought, person) : authorProblem(brought, person);',
    replace: 'return verifies ? signatureProblem(brought, person) : undefined;',
  },
  {
    name: 'one person is enough',
    file: 'core/signoffs/standing.js',
    search: 'signed.size >= quorum',
    replace: 'signed.size >= 1',
  },
  {
    name: 'let sign-offs expire without a look',
    file: 'core/gates/signoffs.js',
    search: 'const nextChange = nextChangeOf(gating);',
    replace: 'const nextChange = undefined;',
  },
  {
    name: 'ignore windows at the claim',
    file: 'core/decide.js',
    search: 'const mayClaim = known && !movedOn && closed === undefined;',
    replace: "const mayClaim = known && !movedOn && (closed === undefined || closed.name === 'window');",
  },
  {
    name: 'let allow win over deny',
    file: 'core/windows/opening.js',
    search: 'if (denying.length > 0)',
    replace: 'if (denying.length > 0 && plan.allow.length === 0)',
  },
  {
    name: 'take a broken window for none',
    file: 'core/gates/window.js',
    search: 'if (first !== undefined) {',
    replace: 'if (first === null) {',
  },
  {
    name: 'begin again when the clock is set back',
    file: 'core/windows/timeline.js',
    search: 'if (this.#cron.everyHour && last > first)',
    replace: 'if (last > first)',
  },
  {
    name: 'check the last release alone',
    file: 'core/gates/checklist.js',
    search: 'way.over.flatMap(',
    replace: 'way.over.slice(-1).flatMap(',
  },
  {
    name: 'take any version of what is needed',
    file: 'core/gates/dependencies.js',
    search: 'if (!isInRange(version, range)) {',
    replace: "if (version === '') {",
  },
  {
    name: 'give no notice',
    file: 'core/gates/notice.js',
    search: 'if (facts.now >= until)',
    replace: 'if (facts.now >= announced)',
  },
  {
    name: 'override for every version',
    file: 'core/gates/evaluate.js',
    search: 'override.version !== wanted?.version',
    replace: "wanted?.version === ''",
  },
  {
    name: 'sleep through what governs',
    file: 'reconcile/published.js',
    search: "isGovernedAnew(name.slice(0, name.indexOf('.'))) ||",
    replace: '',
  },
];

/** Bugs of gates, each of which closes too little, or opens too late. */
export const governed: readonly Mutant[] = bugs.map(({ name, ...patch }) => ({
  name,
  patches: [patch],
  isGoverned: true,
  expect: 'found',
}));
