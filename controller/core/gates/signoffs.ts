import { compact } from '../compact.js';
import { printable } from '../documents/quote.js';
import type { Asked } from '../governance.js';
import type { DesiredStatus } from '../resources/environment.js';
import { short } from '../signoffs/rejection.js';
import { type RoleStanding, type SignoffQuestion, standingOfSignoffs } from '../signoffs/standing.js';
import { fromTime } from '../time.js';
import type { Millis } from '../units.js';
import { stageOf } from './order.js';
import { blocked, failed, type Gate, type GateInput, passed, type Verdict, waiting } from './verdict.js';

const mostRejected = 3;
const mostNames = 5;

/** Closed until the roles that the stage demands have signed the desired digest. */
export const signoffs: Gate = (input) => {
  const { wanted } = input;
  const demanded = (wanted && stageOf(wanted))?.signoffs ?? [];
  if (demanded.length === 0) return undefined;
  const question = signoffQuestion(input);
  if (question === undefined) return waiting('DigestUnknown', 'the digest that is to be signed is not known yet');
  return judge(standingOfSignoffs(question), question, fromTime(input.desired?.since));
};

/** What the sign-offs of an environment are asked; undefined while what is to be signed is not known. */
export function signoffQuestion({ facts, wanted, desired }: GateInput): SignoffQuestion | undefined {
  if (wanted === undefined || desired?.digest === undefined) return undefined;
  return compact<SignoffQuestion>({
    now: facts.now,
    product: wanted.product,
    stage: wanted.stage,
    client: wanted.client,
    version: wanted.version,
    releaseClass: wanted.release?.class,
    digest: desired.digest,
    governance: facts.governance,
    asked: wanted.asked ?? askedBy(desired),
    verifies: facts.source.verifies ?? false,
  });
}

/** Where the repository does not say which commit brought what is asked for: the one at which it was first seen. */
export function askedBy({ commit, commitAuthor, commitTime }: DesiredStatus): Asked | undefined {
  const [, author = '', email] = /^(.*) <([^<>]*)>$/.exec(commitAuthor ?? '') ?? [];
  return email === undefined ? undefined : { version: { commit, author, email, time: fromTime(commitTime) ?? 0 } };
}

function judge(standings: readonly RoleStanding[], question: SignoffQuestion, since: Millis | undefined): Verdict {
  const gating = standings.filter(({ deferredMs }) => deferredMs === undefined);
  const undefinedRole = gating.map(rolesProblem).find((problem) => problem !== undefined);
  if (undefinedRole !== undefined) return undefinedRole;
  const open = gating.filter(({ state }) => state !== 'signed');
  const signed = gating.filter((standing) => standing.signed.length > 0).map(signedText);
  const nextChange = nextChangeOf(gating);
  if (open.length === 0) return compact<Verdict>({ ...passed('Signed', passedText(standings, signed)), nextChange });
  const message = [
    `waiting for sign-off by ${open.map(openText).join(', ')}${question.client === undefined ? '' : ` (${question.client})`} of ${question.version}`,
    ...(since === undefined ? [] : [`asked since ${day(since)}`]),
    ...(question.governance.releases[question.version] === undefined
      ? [`there is no Release document of ${question.version} that could hold it`]
      : []),
    ...signed,
    ...open.filter(({ state }) => state === 'impossible').map(impossibleText),
    ...rejectedTexts(open),
    `to sign: ${short(question.digest)}`,
  ].join('; ');
  const extra = compact<{ who?: string; nextChange?: Millis }>({ who: open.map(whoText).join('; '), nextChange });
  return open.some(({ state }) => state === 'impossible')
    ? failed('SignersMissing', message, extra)
    : blocked('SignoffMissing', message, extra);
}

/** When the first one that counts expires, or one that is dated ahead begins to count. */
function nextChangeOf(standings: readonly RoleStanding[]): Millis | undefined {
  const expiries = standings.flatMap(({ signed }) => signed.flatMap(({ expires }) => expires ?? []));
  const openings = standings.flatMap(({ rejected }) => rejected.flatMap(({ opensAt }) => opensAt ?? []));
  const times = [...expiries, ...openings];
  return times.length === 0 ? undefined : Math.min(...times);
}

function rolesProblem({ role, state, broken }: RoleStanding): Verdict | undefined {
  const who = { who: 'an author, by a commit that says in a Roles document who it is' };
  if (state === 'broken') return failed('RolesInvalid', `nobody knows who may sign as ${role}: ${broken}`, who);
  if (state === 'unknown') return failed('RoleUnknown', `no Roles document says who may sign as ${role}`, who);
  if (state === 'ambiguous') return failed('RolesInvalid', `several Roles documents say who may sign as ${role}`, who);
  return undefined;
}

const day = (at: Millis): string => new Date(at).toISOString().slice(0, 10);

function openText({ role, quorum, signed }: RoleStanding): string {
  return quorum === 1 ? role : `${role} (${signed.length} of ${quorum})`;
}

function signedText({ role, signed }: RoleStanding): string {
  return `${role}: ${signed.map(({ person, at }) => `${printable(person, 60)} on ${day(at)}`).join(', ')}`;
}

function passedText(standings: readonly RoleStanding[], signed: readonly string[]): string {
  const later = standings.filter(({ deferredMs, state }) => deferredMs !== undefined && state !== 'signed');
  const owed = later.length === 0 ? [] : [`${later.map(({ role }) => role).join(', ')} may sign after the deployment`];
  return [...(signed.length === 0 ? [] : [`signed by ${signed.join('; ')}`]), ...owed].join('; ');
}

function impossibleText({ role, quorum, signed, candidates }: RoleStanding): string {
  return `${quorum} people have to sign as ${role}, and only ${signed.length + candidates.length} may`;
}

/** The newest first: the one that somebody wonders about. */
function rejectedTexts(open: readonly RoleStanding[]): string[] {
  const rejected = open.flatMap((standing) => standing.rejected).sort((a, b) => b.at - a.at);
  const more = rejected.length > mostRejected ? [`${rejected.length - mostRejected} more do not count`] : [];
  return [...rejected.slice(0, mostRejected).map(({ reason }) => reason), ...more];
}

function whoText({ role, candidates, state }: RoleStanding): string {
  if (state === 'impossible') return `an author, by a commit that names more people for ${role} in a Roles document`;
  const names = candidates.slice(0, mostNames).map((name) => printable(name, 60));
  const more = candidates.length > mostNames ? ` or ${candidates.length - mostNames} others` : '';
  return `${names.join(' or ')}${more} as ${role}, by a commit`;
}
