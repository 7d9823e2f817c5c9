import type { PathEnvironment } from '../facts.js';
import type { AfterRule, DesiredEnvironment, Stage } from '../model.js';
import { stageFor } from '../release/path.js';
import type { VerifiedRelease } from '../resources/environment.js';
import { blocked, type Gate, passed, type Verdict, waiting } from './verdict.js';

export function stageOf(wanted: DesiredEnvironment): Stage | undefined {
  return wanted.product.stages.find(({ name }) => name === wanted.stage);
}

/** The environments of a stage that count for this one: those of the same client, and those without a client. */
export function upstreamOf(wanted: DesiredEnvironment, path: readonly PathEnvironment[], stage: string): PathEnvironment[] {
  return path.filter(
    (one) => one.stage === stage && (one.client === undefined || wanted.client === undefined || one.client === wanted.client),
  );
}

/** What is verified there under this very digest, or was, before something else was deployed over it. */
export interface Standing extends Omit<VerifiedRelease, 'result'> {
  readonly result: VerifiedRelease['result'] | 'Drifted';
}

/** How a release stands in an environment upstream: by its digest alone, and by what runs there now. */
export function standing({ verified, drifted }: PathEnvironment, releaseDigest: string): Standing | undefined {
  const found = verified.find((entry) => entry.releaseDigest === releaseDigest);
  const isDrifted = found?.result === 'Passed' && drifted?.releaseDigest === releaseDigest;
  return isDrifted ? { ...found, result: 'Drifted' } : found;
}

/** Closed until the same release digest is verified in the stages before, and again when that does not hold any more. */
export const order: Gate = ({ facts, wanted, desired }) => {
  const whole = wanted && stageOf(wanted);
  if (wanted === undefined || whole === undefined || whole.after.length === 0) return undefined;
  const stage = stageFor(wanted) ?? whole;
  if (stage.after.length === 0)
    return passed('PathSkipped', `${wanted.release?.class} may skip ${whole.after.map((rule) => rule.stage).join(' and ')}`);
  if (desired?.releaseDigest === undefined) return waiting('ReleaseDigestUnknown', 'the release digest is not known yet');
  for (const rule of stage.after) {
    const verdict = judge(rule, wanted, { path: facts.path, releaseDigest: desired.releaseDigest });
    if (verdict.state !== 'Passed') return verdict;
  }
  return passed('VerifiedUpstream', `${wanted.version} is verified in ${stage.after.map((rule) => rule.stage).join(' and ')}`);
};

function judge(
  rule: AfterRule,
  wanted: DesiredEnvironment,
  known: { path: readonly PathEnvironment[]; releaseDigest: string },
): Verdict {
  const upstream = upstreamOf(wanted, known.path, rule.stage);
  const place = wanted.client === undefined ? rule.stage : `${rule.stage} of ${wanted.client}`;
  if (upstream.length === 0)
    return blocked('NoUpstream', `no environment of stage ${place}: nothing can be verified there`, {
      who: 'an author, by a commit',
    });
  const states = upstream.map((one) => ({ one, result: standing(one, known.releaseDigest)?.result }));
  const passing = states.filter(({ result }) => result === 'Passed');
  const enough = rule.require === 'all' ? passing.length === states.length : passing.length > 0;
  if (enough) return passed('VerifiedUpstream', '');
  return closed(rule, wanted.version, states);
}

type States = readonly { readonly one: PathEnvironment; readonly result: Standing['result'] | undefined }[];

function closed({ require }: AfterRule, version: string, states: States): Verdict {
  const named = (wanted: Standing['result'] | undefined) => states.flatMap(({ one, result }) => (result === wanted ? [one] : []));
  const names = (ones: readonly PathEnvironment[]) => ones.map(({ environment }) => environment);
  const [failing, drifted, open] = [named('Failed'), named('Drifted'), named(undefined)];
  const isLeft = require === 'all' || open.length === 0;
  if (drifted.length > 0 && isLeft && (require === 'all' ? failing.length === 0 : true)) {
    const what = drifted.map(({ environment, drifted: drift }) => `${drift?.what ?? 'something'} over it in ${environment}`);
    return waiting('DriftedUpstream', `${version} was verified, but ${what.join(', ')}: it counts again once that is put right`, {
      who: `an operator, by settling the drift in ${names(drifted).join(' or ')}`,
    });
  }
  if (failing.length > 0 && isLeft)
    return waiting('VerificationFailedUpstream', `the last verification of ${version} failed in ${names(failing).join(', ')}`);
  const where = require === 'all' ? `all of ${names(open).join(', ')}` : names(open).join(' or ');
  return waiting('NotVerifiedUpstream', `waiting for ${version} to be verified in ${where}`);
}
