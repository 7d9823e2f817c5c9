import type { PathEnvironment } from '../facts.js';
import type { AfterRule, DesiredEnvironment, Stage } from '../model.js';
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

export function standing(one: PathEnvironment, releaseDigest: string): VerifiedRelease | undefined {
  return one.verified.find((entry) => entry.releaseDigest === releaseDigest);
}

/** Closed until the same release digest is verified in the stages before. */
export const order: Gate = ({ facts, wanted, desired }) => {
  const stage = wanted && stageOf(wanted);
  if (wanted === undefined || stage === undefined || stage.after.length === 0) return undefined;
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
  const states = upstream.map((one) => ({ name: one.environment, result: standing(one, known.releaseDigest)?.result }));
  const passing = states.filter(({ result }) => result === 'Passed');
  const enough = rule.require === 'all' ? passing.length === states.length : passing.length > 0;
  if (enough) return passed('VerifiedUpstream', '');
  const failing = states.filter(({ result }) => result === 'Failed').map(({ name }) => name);
  if (failing.length > 0 && (rule.require === 'all' || failing.length === states.length)) {
    return waiting('VerificationFailedUpstream', `the last verification of ${wanted.version} failed in ${failing.join(', ')}`);
  }
  const open = states.filter(({ result }) => result === undefined).map(({ name }) => name);
  const where = rule.require === 'all' ? `all of ${open.join(', ')}` : open.join(' or ');
  return waiting('NotVerifiedUpstream', `waiting for ${wanted.version} to be verified in ${where}`);
}
