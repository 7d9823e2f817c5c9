import { sha256 } from '../digest.js';
import type { CommitSignature, Person, Role } from '../governance.js';

/** The roles that a name stands for, by its own name or an alias; more than one only where documents contradict each other. */
export function rolesNamed(roles: readonly Role[], name: string): readonly Role[] {
  return roles.filter((role) => role.name === name || role.aliases.includes(name));
}

/** Addresses are the same whatever their case. */
export function sameEmail(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

export function hasEmail({ emails }: Person, email: string): boolean {
  return emails.some((own) => sameEmail(own, email));
}

/** Whether a commit is signed with a key of the person. */
export function hasSigned({ keys }: Person, signature: CommitSignature | undefined): boolean {
  if (signature === undefined || 'problem' in signature) return false;
  return keys.some((key) => signature.keys.includes(sha256(key.trim())));
}

/** The person of a role that a sign-off names, by name or e-mail. */
export function personNamed({ people }: Role, by: string): Person | undefined {
  return people.find((person) => person.name === by.trim() || hasEmail(person, by));
}

/** Somebody who signs for some clients signs for no others, and for nothing that is without a client. */
export function signsFor({ clients }: Person, client: string | undefined): boolean {
  return clients === undefined || clients.length === 0 || (client !== undefined && clients.includes(client));
}
