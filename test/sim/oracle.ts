import type { Governance } from '../../controller/core/governance.js';
import type { AfterRule, DesiredEnvironment, Digest, Json, Millis, Stage } from '../../controller/core/model.js';
import { dependencyClosed, uncheckedFor } from './oracle-checklist.js';
import { releaseIn, unsigned } from './oracle-signoffs.js';
import { isMeant, windowClosed } from './oracle-window.js';

/** What is truly so, and what a gate is asked about it. */
export interface Truth {
  readonly wanted: DesiredEnvironment;
  readonly governance: Governance;
  readonly digest: Digest;
  readonly at: Millis;
  /** The version that is there; undefined: none. */
  readonly from: string | undefined;
  /** Versions that were begun over it, and did not succeed. */
  readonly begun: readonly string[];
  /** How long it usually takes. */
  readonly usualMs: Millis;
  /** Whether another product is there, for the same client at the same stage, in that version or a later one. */
  readonly has: (product: string, atLeast: string) => boolean;
  /** Settings of the environments of a stage that count for this one. */
  readonly settingsAt: (stage: string) => readonly Readonly<Record<string, Json>>[];
}

const overridable = new Set(['notice', 'parity', 'window']);

/** Gate → why it is closed. Simple code of its own: it shares nothing with what it judges. */
export function closedGates(truth: Truth): Map<string, string> {
  const { wanted, governance } = truth;
  const closed = new Map<string, string>();
  const { override } = wanted;
  for (const [name, judge] of judges) {
    const why = judge(truth, governance);
    const isPassed = overridable.has(name) && override?.version === wanted.version && override.gates.includes(name);
    if (why !== undefined && !isPassed) closed.set(name, why);
  }
  return closed;
}

type Judge = (truth: Truth, governance: Governance) => string | undefined;

const classClosed: Judge = ({ wanted: { product, version } }, governance) => {
  if (product.classes.length === 0) return undefined;
  if (isBroken(governance, product.name, version)) return 'the class is not known';
  const release = releaseIn(governance, product.name, version);
  const isKnown = release === undefined || product.classes.some(({ name }) => name === release.class);
  return isKnown ? undefined : `${release.class} is no class`;
};

const noticeClosed: Judge = ({ wanted, at }, governance) => {
  const release = releaseIn(governance, wanted.product.name, wanted.version);
  const notice = wanted.product.classes.find(({ name }) => name === release?.class)?.notice;
  if (notice === undefined || !notice.stages.includes(wanted.stage)) return undefined;
  if (release?.announced === undefined) return 'it is not announced';
  return at >= release.announced + notice.periodMs ? undefined : 'its notice is not over';
};

const windowGate: Judge = ({ wanted, at, usualMs }, { windows, broken, releases }) => {
  const place = { ...wanted, product: wanted.product.name };
  const torn = broken.find(({ kind, selector }) => kind === 'DeploymentWindow' && isMeant(selector ?? {}, place));
  if (torn !== undefined) return `nobody knows what ${torn.name} says`;
  const release = releases.find(({ product, version }) => product === place.product && version === wanted.version);
  const holding = windows.filter(({ selector, exempt }) => isMeant(selector, place) && !exempt.includes(release?.class ?? '\0'));
  return windowClosed(holding, at, usualMs);
};

/** Settings have the same names and kinds, and toggles the same values. */
const parityClosed: Judge = ({ wanted, settingsAt }) => {
  const rule = stageOf(wanted)?.parity;
  if (rule === undefined) return undefined;
  const shape = (settings: Readonly<Record<string, Json>>) =>
    Object.entries(settings)
      .filter(([name]) => !rule.allow.includes(name))
      .map(([name, value]) => (typeof value === 'boolean' ? `${name}=${value}` : `${name}:${typeof value}`))
      .sort()
      .join();
  const own = shape(wanted.settings);
  return settingsAt(rule.with).some((settings) => shape(settings) === own) ? undefined : `settings differ from ${rule.with}`;
};

const judges: readonly (readonly [string, Judge])[] = [
  [
    'release-known',
    ({ wanted: { product, version } }, governance) =>
      product.releases === 'required' && releaseIn(governance, product.name, version) === undefined
        ? 'there is no Release'
        : undefined,
  ],
  ['class', classClosed],
  ['not-before', ({ wanted: { notBefore = 0 }, at }) => (at < notBefore ? 'it is too early' : undefined)],
  ['notice', noticeClosed],
  ['dependencies', ({ wanted, has }, governance) => dependencyClosed(wanted, governance, has)],
  ['parity', parityClosed],
  [
    'checklist',
    ({ wanted, from, begun }, governance) =>
      stageOf(wanted)?.checklist === 'required' ? uncheckedFor(wanted, { from, begun }, governance) : undefined,
  ],
  [
    'signoffs',
    ({ wanted, digest, at }, governance) =>
      unsigned({
        wanted,
        digest,
        at,
        roles: governance.roles,
        release: releaseIn(governance, wanted.product.name, wanted.version),
      }),
  ],
  ['window', windowGate],
];

/** The gates that are judged here. */
export const judgedHere: ReadonlySet<string> = new Set(judges.map(([name]) => name));

function isBroken({ broken }: Governance, product: string, version: string): boolean {
  return broken.some((one) => one.kind === 'Release' && one.product === product && one.name === version);
}

function stageOf({ product, stage }: DesiredEnvironment): Stage | undefined {
  return product.stages.find(({ name }) => name === stage);
}

/** What comes before the stage for a release of that class: through what the class skips, to what is before it. */
export function stagesBefore(wanted: DesiredEnvironment): readonly AfterRule[] {
  const skips = wanted.product.classes.find(({ name }) => name === wanted.release?.class)?.skips.map(({ stage }) => stage) ?? [];
  const through = (rules: readonly AfterRule[]): AfterRule[] =>
    rules.flatMap((rule) =>
      skips.includes(rule.stage) ? through(wanted.product.stages.find(({ name }) => name === rule.stage)?.after ?? []) : [rule],
    );
  return through(stageOf(wanted)?.after ?? []);
}
