import { quote } from './quote.js';

/** Optimal string alignment distance, or `limit + 1` as soon as it is more than the limit. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    if (Math.min(...row) > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

/** The candidate that was most likely meant; undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>, most = 200): string | undefined {
  if (word.length === 0 || word.length > 100) return undefined;
  const lower = word.toLowerCase();
  let limit = word.length <= 2 ? 1 : Math.min(3, Math.ceil(word.length / 3));
  let found: string | undefined;
  let looked = 0;
  for (const candidate of candidates) {
    looked += 1;
    // Each comparison costs, and a commit can hold many misspellings.
    if (looked > most) break;
    if (candidate === word || candidate.length > 100) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), limit);
    if (distance < limit || (distance === limit && found === undefined)) {
      found = candidate;
      limit = distance;
    }
  }
  return found;
}

/** `; did you mean "uat"?`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>, most?: number): string {
  const found = nearest(word, candidates, most);
  return found === undefined ? '' : `; did you mean ${quote(found)}?`;
}
