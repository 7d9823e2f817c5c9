import { compact } from '../compact.js';
import type { Asked, BrokenDocument, DemandedSignoff, Person, ProductGovernance, Role, Signoff } from '../governance.js';
import type { Product } from '../model.js';
import type { Digest, Millis } from '../units.js';
import { personNamed, rolesNamed, signsFor } from './people.js';
import { asksForIt, rejectionOf } from './rejection.js';

/** What sign-offs are judged by: what is to be signed, for which place, and what git says of who has. */
export interface SignoffQuestion {
  readonly now: Millis;
  readonly product: Pick<Product, 'stages' | 'classes'>;
  readonly stage: string;
  readonly client?: string;
  readonly version: string;
  /** The class of the release; absent where there is no Release document. */
  readonly releaseClass?: string;
  /** The desired digest that is to be signed. */
  readonly digest: Digest;
  readonly governance: Pick<ProductGovernance, 'roles' | 'releases' | 'broken'>;
  /** Who asks for it; absent: nobody knows. */
  readonly asked?: Asked;
  /** Whether the commits that bring sign-offs have to be signed. */
  readonly verifies: boolean;
}

/** A sign-off that counts. */
export interface GivenSignoff {
  readonly person: string;
  readonly at: Millis;
  /** When it lapses. */
  readonly expires?: Millis;
  readonly evidence?: string;
  readonly comment?: string;
  readonly commit?: string;
}

/** A sign-off that does not count, and why: a whole sentence without a full stop. */
export interface RejectedSignoff {
  readonly by: string;
  readonly at: Millis;
  readonly reason: string;
  /** When it begins to count by itself. */
  readonly opensAt?: Millis;
}

/** How far the sign-off of one demanded role is. */
export interface RoleStanding {
  /** As the stage names it. */
  readonly role: string;
  /**
   * `impossible`: fewer people may sign than have to. `unknown`: no Roles document defines the role. `ambiguous`: several do.
   * `broken`: a Roles document that could is not valid.
   */
  readonly state: 'signed' | 'missing' | 'impossible' | 'unknown' | 'ambiguous' | 'broken';
  readonly quorum: number;
  /** The class of the release lets it follow the deployment, within this time. */
  readonly deferredMs?: Millis;
  /** Different people, the earliest first. */
  readonly signed: readonly GivenSignoff[];
  readonly rejected: readonly RejectedSignoff[];
  /** Names of those who have not signed and may. */
  readonly candidates: readonly string[];
  /** The Roles document that is not valid. */
  readonly broken?: string;
}

/** Where each role that the stage demands stands, in the order of the stage. The one place that says whether a sign-off counts. */
export function standingOfSignoffs(question: SignoffQuestion): RoleStanding[] {
  const demanded = question.product.stages.find(({ name }) => name === question.stage)?.signoffs ?? [];
  return demanded.map((demand) => standingOf(demand, question));
}

function standingOf(demand: DemandedSignoff, question: SignoffQuestion): RoleStanding {
  const named = rolesNamed(question.governance.roles, demand.role);
  const [role] = named;
  const none = { quorum: demand.quorum ?? 1, signed: [], rejected: [], candidates: [] };
  const deferredMs = deferral(demand.role, role, question);
  const known = (standing: Pick<RoleStanding, 'state'> & Partial<RoleStanding>) =>
    compact<RoleStanding>({ role: demand.role, deferredMs, broken: undefined, ...none, ...standing });
  if (role === undefined) {
    const broken = question.governance.broken.find(({ kind }) => kind === 'Roles');
    return broken === undefined ? known({ state: 'unknown' }) : known({ state: 'broken', broken: where(broken) });
  }
  if (named.length > 1) return known({ state: 'ambiguous' });
  return known(count({ role, expiresMs: demand.expiresMs ?? role.expiresMs }, demand.quorum ?? role.quorum, question));
}

const where = ({ name, message }: BrokenDocument): string => (name === '' ? message : `${name}: ${message}`);

function deferral(name: string, role: Role | undefined, { product, releaseClass }: SignoffQuestion): Millis | undefined {
  const defers = product.classes.find((one) => one.name === releaseClass)?.defers ?? [];
  return defers.find((one) => one.role === name || (role !== undefined && rolesNamed([role], one.role).length > 0))?.withinMs;
}

interface Demanded {
  readonly role: Role;
  readonly expiresMs: Millis | undefined;
}

function count({ role, expiresMs }: Demanded, quorum: number, question: SignoffQuestion) {
  const signed = new Map<Person, GivenSignoff>();
  const rejected: RejectedSignoff[] = [];
  for (const signoff of concerning(role, question)) {
    const person = personNamed(role, signoff.by);
    const rejection = rejectionOf(signoff, { role, person, expiresMs }, question);
    if (rejection !== undefined) rejected.push(compact<RejectedSignoff>({ by: signoff.by, at: signoff.at, ...rejection }));
    else if (person !== undefined && !((signed.get(person)?.at ?? Number.NEGATIVE_INFINITY) >= signoff.at))
      signed.set(person, given(signoff, person, expiresMs));
  }
  const candidates = role.people.filter((person) => !signed.has(person) && maySign(person, role, question));
  const missing = signed.size + candidates.length < quorum ? 'impossible' : 'missing';
  return {
    state: signed.size >= quorum ? ('signed' as const) : (missing as 'impossible' | 'missing'),
    quorum,
    signed: [...signed.values()].sort((a, b) => a.at - b.at),
    rejected,
    candidates: candidates.map(({ name }) => name),
  };
}

/** The sign-offs that are meant for the role, the stage and the client. One without a client is for whichever client its digest is of. */
function concerning(role: Role, { governance, version, stage, client }: SignoffQuestion): readonly Signoff[] {
  return (governance.releases[version]?.signoffs ?? []).filter(
    (signoff) =>
      rolesNamed([role], signoff.role).length > 0 &&
      signoff.stage === stage &&
      (signoff.client === undefined || signoff.client === client),
  );
}

function maySign(person: Person, role: Role, question: SignoffQuestion): boolean {
  return signsFor(person, question.client) && (role.authorMaySign || !asksForIt(person, question.asked));
}

function given({ at, evidence, comment, brought }: Signoff, person: Person, expiresMs: Millis | undefined): GivenSignoff {
  return compact<GivenSignoff>({
    person: person.name,
    at,
    expires: expiresMs === undefined ? undefined : at + expiresMs,
    evidence,
    comment,
    commit: brought?.commit,
  });
}
