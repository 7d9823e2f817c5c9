import { enumerate, quote } from '../documents/quote.js';
import { suggestion } from '../documents/suggest.js';
import type { ProductGovernance } from '../governance.js';
import { compareVersions } from '../jump/version.js';
import type { InvalidEnvironment, Product } from '../model.js';
import type { Plan } from '../plan/plan.js';
import type { PromotionPlace } from './places.js';
import { PromoteRefused } from './refused.js';

const versionLike = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,62}$/;

export interface VersionQuestion {
  readonly version: string;
  /** Undefined where none of its environments is valid. */
  readonly product: Product | undefined;
  readonly governance: ProductGovernance;
  /** Whether a version without a Release document is meant, where the product does not demand one. */
  readonly isUndocumented: boolean;
}

/** Says no to what is no version, and to one that nobody has documented although others are: a slip, mostly. */
export function checkVersion({ version, product, governance, isUndocumented }: VersionQuestion): string[] {
  if (!versionLike.test(version)) throw new PromoteRefused(`${quote(version)} is no version`);
  const { releases, broken } = governance;
  if (Object.hasOwn(releases, version) || broken.some(({ kind, name }) => kind === 'Release' && name === version)) return [];
  const known = Object.keys(releases).sort((a, b) => compareVersions(a, b) ?? (a < b ? -1 : 1));
  const shown = known.length === 0 ? '' : ` (${enumerate(known.slice(-10))})`;
  const none = `there is no Release document of version ${version}${shown}`;
  const near = suggestion(version, known, 2_000);
  if (product?.releases === 'required') throw new PromoteRefused(`${none}, and the product demands one${near}`);
  if (known.length === 0) return [];
  if (!isUndocumented) throw new PromoteRefused(`${none}${near}; --undocumented asks for it all the same`);
  return [none];
}

/** What was written for the version before and stays where nobody says otherwise. */
export function staleWarnings(places: readonly PromotionPlace[], reason: string | undefined): string[] {
  if (reason !== undefined) return [];
  return places.flatMap(({ environment, document }) => {
    const { spec } = document.value as { readonly spec?: { readonly reason?: unknown } };
    return typeof spec?.reason === 'string'
      ? [`${environment} keeps its reason ${quote(spec.reason)}; --reason replaces it`]
      : [];
  });
}

const mostFindings = 5;

/** Says no to an edit that would not be valid: what is wrong now and was not, what is wrong with what changes, and with what it is meant for. */
export function checkValid({ valid, findings }: Plan, invalid: readonly InvalidEnvironment[]): void {
  const errors = [...(valid ? [] : findings), ...invalid.flatMap((one) => one.findings)].filter(
    ({ severity }) => severity === 'error',
  );
  const lines = errors.map(
    ({ file, line, column, path, message }) => `  ${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`,
  );
  const each = [...new Set(lines)];
  if (each.length === 0) return;
  const more = each.length > mostFindings ? [`  and ${each.length - mostFindings} more`] : [];
  throw new PromoteRefused(['the documents would not be valid:', ...each.slice(0, mostFindings), ...more].join('\n'));
}
