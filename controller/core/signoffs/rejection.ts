import { printable } from '../documents/quote.js';
import type { Asked, Brought, Person, Role, Signoff } from '../governance.js';
import { readableTime } from '../time.js';
import type { Digest, Millis } from '../units.js';
import { hasEmail, hasSigned, signsFor } from './people.js';

/** Clocks of people and of the controller may differ by so much. */
const toleranceMs: Millis = 5 * 60_000;

export interface Rejection {
  readonly reason: string;
  readonly opensAt?: Millis;
}

interface Claimed {
  readonly role: Role;
  /** Whom the sign-off names, where that is somebody of the role. */
  readonly person: Person | undefined;
  readonly expiresMs: Millis | undefined;
}

interface Circumstances {
  readonly now: Millis;
  readonly client?: string;
  readonly digest: Digest;
  readonly asked?: Asked;
  readonly verifies: boolean;
}

/** Why a sign-off does not count; undefined where it does. */
export function rejectionOf(signoff: Signoff, claimed: Claimed, now: Circumstances): Rejection | undefined {
  const { role, person, expiresMs } = claimed;
  const what = `${printable(person?.name ?? signoff.by, 60)}'s sign-off as ${signoff.role}`;
  if (person === undefined)
    return { reason: `${what} does not count: Roles names nobody of that name or e-mail as ${role.name}` };
  if (!signsFor(person, now.client))
    return { reason: `${what} does not count: Roles lets ${person.name} sign for ${(person.clients ?? []).join(', ')} only` };
  if (signoff.digest !== now.digest)
    return {
      reason: `${what} is for another content (${short(signoff.digest)}): settings or release changed since, or another environment was meant`,
    };
  if (expiresMs !== undefined && now.now >= signoff.at + expiresMs)
    return { reason: `${what} expired on ${readableTime(signoff.at + expiresMs)}` };
  if (signoff.at > now.now + toleranceMs)
    return { reason: `${what} is dated ${readableTime(signoff.at)}, which is still to come`, opensAt: signoff.at - toleranceMs };
  const author = role.authorMaySign ? undefined : askedBy(person, now.asked);
  if (author !== undefined) return { reason: `${what} does not count: ${author}` };
  const origin = originProblem(signoff, person, now);
  return origin === undefined ? undefined : { reason: `${what} ${origin}` };
}

/** `sha256:` and the first twelve digits. */
export function short(digest: Digest): string {
  return digest.slice(0, 'sha256:'.length + 12);
}

/** Whether somebody wrote, or signed, the commits that ask for what is to be signed. */
export function asksForIt(person: Person, asked: Asked | undefined): boolean {
  return [asked?.version, asked?.settings].some(
    (brought) => brought !== undefined && (hasEmail(person, brought.email) || hasSigned(person, brought.signature)),
  );
}

/** Why the person may not sign what was asked for by these commits. */
function askedBy(person: Person, asked: Asked | undefined): string | undefined {
  if (asksForIt(person, asked)) return `${person.name} asked for it, and the role may not sign its own releases`;
  if (asked?.version !== undefined) return undefined;
  return `nobody knows who asked for it${asked?.unknown === undefined ? '' : ` (${asked.unknown})`}, and the role may not sign its own releases`;
}

/** What is wrong with the commit that brought it; a sign-off is worth what its author can be held to. */
function originProblem({ brought, unbrought }: Signoff, person: Person, { verifies }: Circumstances): string | undefined {
  if (brought === undefined)
    return `does not count: nobody knows which commit brought it${unbrought === undefined ? '' : ` (${unbrought})`}`;
  return verifies ? signatureProblem(brought, person) : authorProblem(brought, person);
}

function authorProblem(brought: Brought, person: Person): string | undefined {
  if (hasEmail(person, brought.email)) return undefined;
  return `was brought by a commit of ${printable(brought.author, 60)} <${printable(brought.email, 60)}> (${brought.commit.slice(0, 12)})`;
}

function signatureProblem({ commit, signature }: Brought, person: Person): string | undefined {
  const which = `was brought by commit ${commit.slice(0, 12)}, which`;
  if (signature === undefined) return `${which} was not verified yet`;
  if ('problem' in signature) return `${which} ${printable(signature.problem)}`;
  if (hasSigned(person, signature)) return undefined;
  return `${which} is signed with ${signature.signedBy}, no key of ${person.name}`;
}
