import type { Problem, ReadableDocument } from '../parsed.js';
import type { Path } from '../places.js';
import { enumerate, quote } from '../quote.js';
import { type RepositoryIndex, readable } from '../repository-index.js';
import { suggestion } from '../suggest.js';
import { readableReleases } from './releases.js';
import { error, type Verdict, warning } from './verdict.js';

type Release = ReadableDocument<'Release'>;
type Item = NonNullable<Release['content']['spec']['checklist']>[number];
type Completion = NonNullable<Item['completions']>[number];

function eachItem(document: Release, rule: (item: Item, path: Path) => Verdict[]): Verdict[] {
  return (document.content.spec.checklist ?? []).flatMap((item, at) => rule(item, ['spec', 'checklist', at]));
}

/** Checklist items are named once, and say why they do not apply. */
export function checklistsAreSound(index: RepositoryIndex): Verdict[] {
  return readableReleases(index).flatMap((document) => {
    const seen = new Set<string>();
    return eachItem(document, (item, path) => {
      const problems: Problem[] = [];
      if (seen.has(item.id)) {
        const message = `a second checklist item ${quote(item.id)}`;
        problems.push({ rule: 'duplicate-name', path: [...path, 'id'], message });
      }
      seen.add(item.id);
      problems.push(...unexplained(item, path), ...completionProblems(item.completions ?? [], path));
      return problems.map((problem) => error(document, problem));
    });
  });
}

function unexplained({ state, reason }: Pick<Item, 'state' | 'reason'>, path: Path): Problem[] {
  if (state !== 'not-applicable' || reason !== undefined) return [];
  return [{ rule: 'checklist-reason', path: [...path, 'state'], message: 'not-applicable needs a reason beside it' }];
}

/** Of two completions for one place nobody could tell which one holds. */
function completionProblems(completions: readonly Completion[], item: Path): Problem[] {
  const seen = new Set<string>();
  return completions.flatMap((completion, at): Problem[] => {
    const path = [...item, 'completions', at];
    const { stage, client, environment } = completion;
    const place = [stage, client, environment].filter((name) => name !== undefined).join(', ');
    const key = JSON.stringify([stage, client, environment]);
    const twice = seen.has(key);
    seen.add(key);
    if (place === '')
      return [
        { rule: 'checklist-place', path, message: 'names no stage, client or environment: state of the item is for everywhere' },
      ];
    if (twice) return [{ rule: 'duplicate-name', path, message: `a second completion for ${place}` }];
    return unexplained(completion, path);
  });
}

/** How one goes back where something cannot be taken back has to be known before, not in the night when it is needed. */
export function irreversibleItemsSayHow(index: RepositoryIndex): Verdict[] {
  return readableReleases(index).flatMap((document) =>
    eachItem(document, ({ id, reversible, rollback }, path) => {
      if (reversible !== false || rollback !== undefined) return [];
      const message = `${id} cannot be taken back: a rollback beside it would tell how one goes back, or on`;
      return [warning(document, { rule: 'checklist-rollback', path: [...path, 'reversible'], message })];
    }),
  );
}

interface Named {
  readonly kind: 'stage' | 'client' | 'environment';
  readonly name: string;
  readonly path: Path;
}

/** An item for a stage that does not exist would never be demanded; clients and environments may still come. */
export function checklistPlacesExist(index: RepositoryIndex): Verdict[] {
  const places = new Map<string, Record<'client' | 'environment', Set<string>>>();
  const placesOf = (product: string) => {
    const known = places.get(product) ?? placesOfProduct(index, product);
    places.set(product, known);
    return known;
  };
  return readableReleases(index).flatMap((document) => {
    const { product } = document.content.spec;
    const stages = readable(index.products, product)?.content.spec.stages.map(({ name }) => name);
    if (stages === undefined) return [];
    const known = { stage: new Set(stages), ...placesOf(product) };
    return eachItem(document, (item, path) =>
      namedIn(item, path).flatMap(({ kind, name, path: at }) => {
        if (known[kind].has(name)) return [];
        const names = [...known[kind]];
        const there = names.length === 0 ? 'there is none' : enumerate(names);
        const message = `${quote(name)} is not ${kind === 'environment' ? 'an' : 'a'} ${kind} of product ${product} (${there})${suggestion(name, names)}`;
        return kind === 'stage'
          ? [error(document, { rule: 'unknown-stage', path: at, message })]
          : [warning(document, { rule: 'checklist-place', path: at, message })];
      }),
    );
  });
}

function placesOfProduct(index: RepositoryIndex, product: string): Record<'client' | 'environment', Set<string>> {
  const found = { client: new Set<string>(), environment: new Set<string>() };
  for (const document of index.documents) {
    if (document.kind !== 'EnvironmentConfig' || document.content?.spec.product !== product) continue;
    found.environment.add(document.content.metadata.name);
    if (document.content.spec.client !== undefined) found.client.add(document.content.spec.client);
  }
  return found;
}

function namedIn(item: Item, path: Path): Named[] {
  const list = (kind: Named['kind'], names: readonly string[] | undefined, field: string): Named[] =>
    (names ?? []).map((name, at) => ({ kind, name, path: [...path, field, at] }));
  const completions = (item.completions ?? []).flatMap((completion, at) =>
    (['stage', 'client', 'environment'] as const).flatMap((kind): Named[] => {
      const name = completion[kind];
      return name === undefined ? [] : [{ kind, name, path: [...path, 'completions', at, kind] }];
    }),
  );
  return [
    ...list('stage', item.stages, 'stages'),
    ...list('client', item.clients, 'clients'),
    ...list('environment', item.environments, 'environments'),
    ...completions,
  ];
}
