import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { RolesDocument } from '../../controller/core/documents/schema/roles.js';

/** Whom the Roles documents of the example name, with the address that each commits with. */
export async function addressBook(directory: string): Promise<ReadonlyMap<string, string>> {
  const documents = parseAllDocuments(await readFile(join(directory, 'people/roles.yaml'), 'utf8'));
  const people = documents.flatMap((document) => {
    const { spec } = document.toJS() as RolesDocument;
    return spec.roles.flatMap((role) => role.people);
  });
  return new Map(people.map(({ name, emails }) => [name, emails[0] ?? '']));
}

/** People without a role commit too. */
export function emailOf(book: ReadonlyMap<string, string>, name: string): string {
  return book.get(name) ?? `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@platform.example`;
}
