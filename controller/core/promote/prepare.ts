import { enumerate, quote } from '../documents/quote.js';
import { suggestion } from '../documents/suggest.js';
import type { ProductGovernance } from '../governance.js';
import type { Product } from '../model.js';
import type { Plan } from '../plan/plan.js';
import { PromoteRefused } from './refused.js';

const versionLike = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,62}$/;

/** Says no to what is no version, and to one that would never be deployed; a sentence where it is only unusual. */
export function checkVersion(version: string, product: Product | undefined, { releases, broken }: ProductGovernance): string[] {
  if (!versionLike.test(version)) throw new PromoteRefused(`${quote(version)} is no version`);
  const known = Object.keys(releases);
  if (Object.hasOwn(releases, version) || broken.some(({ kind, name }) => kind === 'Release' && name === version)) return [];
  const newest = known.slice(-10);
  const hint = `${known.length === 0 ? '' : ` (${enumerate(newest)})`}${suggestion(version, known, 2_000)}`;
  const none = `there is no Release document of ${product?.name ?? 'the product'} ${version}${hint}`;
  if (product?.releases === 'required') throw new PromoteRefused(`${none}; the product demands one`);
  return known.length === 0 ? [] : [none];
}

const mostFindings = 5;

/** Says no to an edit that would not be valid: what is wrong now and was not, and what is wrong with what it touches. */
export function checkPlan({ valid, findings }: Plan): void {
  if (valid) return;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const lines = errors.slice(0, mostFindings).map(({ file, line, column, path, message }) => {
    const where = path === '' ? '' : `${path}: `;
    return `  ${file}:${line}:${column} ${where}${message}`;
  });
  const more = errors.length > mostFindings ? [`  and ${errors.length - mostFindings} more`] : [];
  throw new PromoteRefused(['the documents would not be valid:', ...lines, ...more].join('\n'));
}
