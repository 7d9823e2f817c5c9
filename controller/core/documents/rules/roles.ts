import { isReadable, type Problem, type ReadableDocument } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, quote } from '../quote.js';
import type { RepositoryIndex } from '../repository-index.js';
import type { ProductDocument } from '../schema/product.js';
import type { RolesDocument } from '../schema/roles.js';
import { suggestion } from '../suggest.js';
import { error, placeOf, type Verdict, warning } from './verdict.js';

type ProductSpec = ProductDocument['spec'];
type WrittenRole = RolesDocument['spec']['roles'][number];

interface RoleEntry {
  readonly document: ReadableDocument<'Roles'>;
  readonly path: Path;
  readonly role: WrittenRole;
  /** Undefined: for every product. */
  readonly products: readonly string[] | undefined;
}

/** What a role is called, with every other name of it. */
const namesOf = ({ name, aliases = [] }: WrittenRole): string[] => [...new Set([name, ...aliases])];

function roleEntries(index: RepositoryIndex): RoleEntry[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Roles')) return [];
    const { products, roles } = document.content.spec;
    const some = products === undefined || products.length === 0 ? undefined : products;
    return roles.map((role, at) => ({ document, path: ['spec', 'roles', at], role, products: some }));
  });
}

/** The roles that there are for one product. */
export interface KnownRoles {
  /** By its name or another name of it. */
  get(name: string): WrittenRole | undefined;
  names(): string[];
}

/** Product → its roles, found in one step however many there are. */
export function rolesByProduct(index: RepositoryIndex): (product: string) => KnownRoles {
  const every = new Map<string, WrittenRole>();
  const some = new Map<string, Map<string, WrittenRole>>();
  for (const { role, products } of roleEntries(index))
    for (const name of namesOf(role)) {
      if (products === undefined) every.set(name, role);
      for (const product of products ?? [])
        some.set(product, (some.get(product) ?? new Map<string, WrittenRole>()).set(name, role));
    }
  return (product) => ({
    get: (name) => some.get(product)?.get(name) ?? every.get(name),
    names: () => [...(some.get(product)?.keys() ?? []), ...every.keys()],
  });
}

/** A name stands for one role of a product. Of two neither counts: nobody knows which was meant. */
export function roleNamesAreUnique(index: RepositoryIndex): Verdict[] {
  const entries = roleEntries(index);
  const slots = new Map<string, RoleEntry[]>();
  // Two of each are enough to find another one.
  const note = (slot: string, entry: RoleEntry) => {
    const known = slots.get(slot);
    if (known === undefined) slots.set(slot, [entry]);
    else if (known.length < 2) known.push(entry);
  };
  for (const entry of entries)
    for (const name of namesOf(entry.role)) {
      note(`${name} any`, entry);
      if (entry.products === undefined) note(`${name} every`, entry);
      for (const product of entry.products ?? []) note(`${name} for ${product}`, entry);
    }
  const other = (slot: string, entry: RoleEntry) => slots.get(slot)?.find((one) => one !== entry);
  return entries.flatMap((entry) => {
    for (const name of namesOf(entry.role)) {
      const slotsOf = entry.products?.flatMap((product) => [`${name} for ${product}`]) ?? [`${name} any`];
      const twin = [`${name} every`, ...slotsOf].map((slot) => other(slot, entry)).find((one) => one !== undefined);
      if (twin === undefined) continue;
      const message = `${quote(name)} is a role at ${placeOf(twin.document, [...twin.path, 'name'])} too`;
      return [error(entry.document, { rule: 'duplicate-name', path: [...entry.path, 'name'], message })];
    }
    return [];
  });
}

/** People can be told apart, have an address, and keys that are public keys. */
export function peopleAreSound(index: RepositoryIndex): Verdict[] {
  return roleEntries(index).flatMap(({ document, path, role }) => {
    const seen = new Map<string, string>();
    const problems = role.people.flatMap((person, at): Problem[] => {
      const place = [...path, 'people', at];
      const words = [person.name.trim(), ...person.emails.map((email) => email.trim().toLowerCase())];
      const again = [...words, ...(person.keys ?? []).map(keyOf)].flatMap((word) => {
        const first = seen.get(word);
        seen.set(word, person.name);
        const what = words.includes(word) ? quote(word) : 'one of the keys';
        return first === undefined || first === person.name ? [] : [`${what} is ${quote(first)} as well`];
      });
      const twice =
        role.people.findIndex(({ name }) => name === person.name) < at ? [`a second person ${quote(person.name)}`] : [];
      return [
        ...[...twice, ...again]
          .slice(0, 1)
          .map((message) => ({ rule: 'duplicate-name' as const, path: [...place, 'name'], message })),
        ...emailProblems(person.emails, place),
        ...(person.keys ?? []).flatMap((key, number) => keyProblems(key, [...place, 'keys', number])),
      ];
    });
    return problems.map((problem) => error(document, problem));
  });
}

function emailProblems(emails: readonly string[], place: Path): Problem[] {
  if (emails.length === 0)
    return [{ rule: 'person-email', path: [...place, 'emails'], message: 'needs an address that the person commits with' }];
  return emails.flatMap((email, at): Problem[] => {
    if (/^[^\s@<>]+@[^\s@<>]+$/.test(email.trim())) return [];
    return [{ rule: 'person-email', path: [...place, 'emails', at], message: `${quote(email)} is not an e-mail address` }];
  });
}

/** A key without what is only a comment to it: who holds it signs with it, whatever it is called. */
function keyOf(key: string): string {
  const [type = '', data = ''] = key.trim().split(/[ \t]+/);
  return sshKey.test(key.trim()) ? `${type} ${data}` : key.replaceAll(/\s+/g, '');
}

const sshKey = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521))[ \t]+[A-Za-z0-9+/]+={0,2}(?:[ \t].*)?$/;

function keyProblems(key: string, path: Path): Problem[] {
  const rule = 'person-key';
  if (/PRIVATE KEY/.test(key))
    return [{ rule, path, message: 'holds a private key: remove it, and give its owner a new one; public keys belong here' }];
  if (sshKey.test(key.trim()) || key.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return [];
  const message =
    'should be an SSH public key in one line (ssh-ed25519, ssh-rsa or ecdsa-sha2-nistp…), or an OpenPGP public key, armored';
  return [{ rule, path, message }];
}

/** There are as many people as have to sign; people may join later, so this is a warning. */
export function quorumsCanBeReached(index: RepositoryIndex): Verdict[] {
  return roleEntries(index).flatMap(({ document, path, role }) => {
    const { quorum = 1, people } = role;
    if (quorum <= people.length) return [];
    const message = `${quorum} people have to sign as ${role.name}, and there are ${people.length}`;
    return [warning(document, { rule: 'quorum', path: [...path, 'quorum'], message })];
  });
}

/** The roles that products demand something of exist; they may be written later, so this is a warning: the gate stays closed without. */
export function demandedRolesExist(index: RepositoryIndex): Verdict[] {
  const rolesOf = rolesByProduct(index);
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Product')) return [];
    const { metadata, spec } = document.content;
    const roles = rolesOf(metadata.name);
    return rolesNamedBy(spec).flatMap(({ role, path }) => {
      if (roles.get(role) !== undefined) return [];
      const known = roles.names();
      const which = known.length === 0 ? 'there is none' : enumerate(known);
      const message = `no Roles document says who is ${quote(role)} (${which})${suggestion(role, known)}`;
      return [warning(document, { rule: 'unknown-role', path, message })];
    });
  });
}

function rolesNamedBy({ stages, classes = [] }: ProductSpec): { role: string; path: Path }[] {
  const demanded = stages.flatMap(({ signoffs = [] }, at) =>
    signoffs.map((one, place) => {
      const path = ['spec', 'stages', at, 'signoffs', place];
      return typeof one === 'string' ? { role: one, path } : { role: one.role, path: [...path, 'role'] };
    }),
  );
  const owed = classes.flatMap(({ skips = [], defers = [], followUps = [] }, at) => [
    ...skips.map(({ owner }, place) => ({ role: owner, path: ['spec', 'classes', at, 'skips', place, 'owner'] })),
    ...defers.map(({ role }, place) => ({ role, path: ['spec', 'classes', at, 'defers', place, 'role'] })),
    ...followUps.map(({ owner }, place) => ({ role: owner, path: ['spec', 'classes', at, 'followUps', place, 'owner'] })),
  ]);
  return [...demanded, ...owed];
}
