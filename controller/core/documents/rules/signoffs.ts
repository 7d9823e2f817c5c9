import { isReadable, type Problem } from '../parsed.js';
import { enumerate, quote } from '../quote.js';
import { type RepositoryIndex, readable } from '../repository-index.js';
import type { ReleaseDocumentContent } from '../schema/release.js';
import { suggestion } from '../suggest.js';
import { type KnownRoles, rolesByProduct } from './roles.js';
import { error, placeOf, seeAlso, type Verdict, warning } from './verdict.js';

type WrittenSignoff = NonNullable<ReleaseDocumentContent['spec']['signoffs']>[number];

/** A sign-off is for a stage of the product. */
export function signoffsNameStages(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Release')) return [];
    const product = readable(index.products, document.content.spec.product);
    if (product === undefined) return [];
    const stages = product.content.spec.stages.map(({ name }) => name);
    return (document.content.spec.signoffs ?? []).flatMap(({ stage }, at) => {
      if (stages.includes(stage)) return [];
      const where = placeOf(product, ['spec', 'stages']);
      const known = `${product.content.metadata.name} (${enumerate(stages)})`;
      const message = `${quote(stage)} is not a stage of product ${known}${seeAlso(suggestion(stage, stages), where)}`;
      return [error(document, { rule: 'unknown-stage', path: ['spec', 'signoffs', at, 'stage'], message })];
    });
  });
}

/** A sign-off is by somebody of a role that its stage demands. One that is not counts for nothing, so this is a warning. */
export function signoffsCanCount(index: RepositoryIndex): Verdict[] {
  const rolesOf = rolesByProduct(index);
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Release')) return [];
    const { product, signoffs = [] } = document.content.spec;
    const stages = readable(index.products, product)?.content.spec.stages;
    return signoffs.flatMap((signoff, at) => {
      const stage = stages?.find(({ name }) => name === signoff.stage);
      const demanded = (stage?.signoffs ?? []).map((one) => (typeof one === 'string' ? one : one.role));
      return stage === undefined
        ? []
        : problemsOf(signoff, demanded, rolesOf(product)).map(({ field, message }) => {
            const problem: Problem = { rule: 'unknown-role', path: ['spec', 'signoffs', at, field], message };
            return warning(document, problem);
          });
    });
  });
}

function problemsOf(
  { role, by, stage }: WrittenSignoff,
  demanded: readonly string[],
  roles: KnownRoles,
): { field: string; message: string }[] {
  const known = roles.get(role);
  const asked = demanded.includes(role) || (known !== undefined && demanded.some((name) => roles.get(name) === known));
  if (!asked) {
    const which = demanded.length === 0 ? 'none' : enumerate(demanded);
    const message = `stage ${stage} demands no sign-off by ${quote(role)} (${which}): it counts for nothing${suggestion(role, demanded)}`;
    return [{ field: 'role', message }];
  }
  if (known === undefined || known.people.some((person) => isPerson(person, by))) return [];
  const names = known.people.map(({ name }) => name);
  const message = `Roles names nobody ${quote(by)} as ${known.name} (${enumerate(names)}): it counts for nothing${suggestion(by, names)}`;
  return [{ field: 'by', message }];
}

function isPerson({ name, emails }: { name: string; emails: readonly string[] }, by: string): boolean {
  return name === by.trim() || emails.some((email) => email.trim().toLowerCase() === by.trim().toLowerCase());
}
