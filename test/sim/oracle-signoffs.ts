import type { Governance, Person, ReleaseDocument, Role, Signoff } from '../../controller/core/governance.js';
import type { DesiredEnvironment, Digest, Millis } from '../../controller/core/model.js';

export interface SignQuestion {
  readonly wanted: DesiredEnvironment;
  readonly release: ReleaseDocument | undefined;
  readonly roles: readonly Role[];
  readonly digest: Digest;
  readonly at: Millis;
}

/** Why sign-offs are missing, counted by hand; undefined where nothing is missing. */
export function unsigned(question: SignQuestion): string | undefined {
  const { wanted, roles, release } = question;
  const { stages, classes } = wanted.product;
  const later = classes.find(({ name }) => name === release?.class)?.defers ?? [];
  for (const demand of stages.find(({ name }) => name === wanted.stage)?.signoffs ?? []) {
    const [role, ...others] = roles.filter(({ name, aliases }) => [name, ...aliases].includes(demand.role));
    const names = role === undefined ? [demand.role] : [demand.role, role.name, ...role.aliases];
    if (later.some((one) => names.includes(one.role))) continue;
    if (role === undefined || others.length > 0) return `nobody knows who is ${demand.role}`;
    const expiresMs = demand.expiresMs ?? role.expiresMs ?? Number.POSITIVE_INFINITY;
    const yes = role.people.filter((person) =>
      (release?.signoffs ?? []).some((one) => counts(one, { person, role, expiresMs }, question)),
    );
    const quorum = demand.quorum ?? role.quorum;
    if (yes.length < quorum) return `${yes.length} of ${quorum} have signed as ${demand.role}`;
  }
  return undefined;
}

interface As {
  readonly person: Person;
  readonly role: Role;
  readonly expiresMs: Millis;
}

function counts(one: Signoff, { person, role, expiresMs }: As, { wanted, digest, at }: SignQuestion): boolean {
  const { client, stage, asked } = wanted;
  const isHe = (by: string) => by === person.name || person.emails.includes(by);
  const asks = [asked?.version, asked?.settings].some(
    (brought) => brought !== undefined && person.emails.includes(brought.email),
  );
  const mayNot = asks || asked?.version === undefined;
  return (
    [role.name, ...role.aliases].includes(one.role) &&
    one.stage === stage &&
    (one.client ?? client) === client &&
    isHe(one.by) &&
    (person.clients === undefined || person.clients.includes(client ?? '')) &&
    one.digest === digest &&
    at < one.at + expiresMs &&
    at >= one.at - 5 * 60_000 &&
    (role.authorMaySign || !mayNot) &&
    one.brought !== undefined &&
    person.emails.includes(one.brought.email)
  );
}

/** The governance of one product, by version. */
export function releaseIn({ releases }: Governance, product: string, version: string): ReleaseDocument | undefined {
  return releases.find((one) => one.product === product && one.version === version);
}
