import { isReadable, type Problem } from '../parsed.js';
import { enumerate, quote } from '../quote.js';
import { type RepositoryIndex, readable } from '../repository-index.js';
import { usualClasses } from '../schema/release.js';
import { suggestion } from '../suggest.js';
import { error, type Verdict, warning } from './verdict.js';

/** The classes that the releases of a product may have; undefined where the product cannot be read. */
export function classesOf(index: RepositoryIndex, product: string): readonly string[] | undefined {
  const found = readable(index.products, product);
  if (found === undefined) return undefined;
  return found.content.spec.classes?.map(({ name }) => name) ?? usualClasses;
}

/** A release is of a class that its product knows. */
export function releaseClassesExist(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Release')) return [];
    const { product, class: written } = document.content.spec;
    const classes = classesOf(index, product);
    if (classes === undefined || classes.includes(written)) return [];
    const message = `${quote(written)} is not a class of product ${product} (${enumerate([...classes])})${suggestion(written, [...classes])}`;
    return [error(document, { rule: 'unknown-class', path: ['spec', 'class'], message })];
  });
}

/** The classes that a window exempts exist; a window may be written ahead of them, so this is a warning. */
export function exemptClassesExist(index: RepositoryIndex): Verdict[] {
  const products = [...index.products.keys()];
  const all = [...new Set(products.length === 0 ? usualClasses : products.flatMap((name) => classesOf(index, name) ?? []))];
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'DeploymentWindow')) return [];
    return (document.content.spec.exempt ?? []).flatMap((name, at) => {
      if (all.includes(name)) return [];
      const message = `no product has a release class ${quote(name)} (${enumerate(all)})${suggestion(name, all)}`;
      return [warning(document, { rule: 'unknown-class', path: ['spec', 'exempt', at], message })];
    });
  });
}

/** What the classes of a product name exists, and is named once. */
export function classesAreSound(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'Product')) return [];
    const { classes = [], stages } = document.content.spec;
    const known = stages.map(({ name }) => name);
    const problems: Problem[] = [];
    const stageExists = (stage: string, path: (string | number)[]) => {
      if (known.includes(stage)) return;
      const message = `${quote(stage)} is not a stage of product ${document.content.metadata.name} (${enumerate(known)})${suggestion(stage, known)}`;
      problems.push({ rule: 'unknown-stage', path, message });
    };
    classes.forEach((each, at) => {
      const path = ['spec', 'classes', at];
      if (classes.findIndex(({ name }) => name === each.name) < at)
        problems.push({ rule: 'duplicate-name', path: [...path, 'name'], message: `a second class ${quote(each.name)}` });
      for (const [place, { stage }] of (each.skips ?? []).entries()) stageExists(stage, [...path, 'skips', place, 'stage']);
      for (const [place, stage] of (each.notice?.stages ?? []).entries())
        stageExists(stage, [...path, 'notice', 'stages', place]);
    });
    return problems.map((problem) => error(document, problem));
  });
}
