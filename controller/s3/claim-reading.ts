import { type ClaimReading, recordedResults } from '../core/run/observation.js';
import { fromTime } from '../core/time.js';
import { absenceOf, type ObjectPlace, toObjectFailure } from './failures.js';
import type { ObjectReading } from './object.js';

/** Fetches one object; throws the SDK's error as it is. */
export type FetchObject = (place: ObjectPlace) => Promise<ObjectReading>;

/**
 * What the two objects say of a run: `key`, its claim, and the same with `.end`, its end. Only an answer that there is no such key counts
 * as absence. Throws for an aborted signal alone.
 */
export async function readClaimObjects(
  { bucket, key }: ObjectPlace,
  fetch: FetchObject,
  signal: AbortSignal,
): Promise<ClaimReading> {
  // The claim first: an end that is written in between is found, and one without its claim counts as well.
  const claim = await readEntry({ bucket, key }, fetch, signal);
  return toReading(claim, await readEntry({ bucket, key: `${key}.end` }, fetch, signal));
}

/** An object's fields. `deleted`: there was one, so a build had claimed the run. */
type Entry =
  | { readonly state: 'found'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly state: 'absent' | 'deleted' }
  | { readonly state: 'unavailable'; readonly message: string };

async function readEntry(place: ObjectPlace, fetch: FetchObject, signal: AbortSignal): Promise<Entry> {
  try {
    const object = await fetch(place);
    return object.state === 'found' ? { state: 'found', fields: parseFields(object.bytes) } : unavailable(object.message);
  } catch (error) {
    signal.throwIfAborted();
    const absence = absenceOf(error);
    return absence === undefined ? unavailable(toObjectFailure(error, place).message) : { state: absence };
  }
}

function toReading(claim: Entry, end: Entry): ClaimReading {
  if (claim.state === 'unavailable') return claim;
  if (end.state === 'unavailable') return end;
  const { build, at } = claim.state === 'found' ? claim.fields : {};
  const time = typeof at === 'string' ? fromTime(at) : undefined;
  const who = { ...(isBuildNumber(build) ? { build } : {}), ...(time === undefined ? {} : { at: time }) };
  if (end.state === 'found') {
    const { result } = end.fields;
    if (typeof result === 'string' && recordedResults.has(result)) return { state: 'ended', result, ...who };
    return unavailable('the end that stands in the claim ledger names no result of a build');
  }
  return claim.state === 'absent' && end.state === 'absent' ? { state: 'absent' } : { state: 'claimed', ...who };
}

function isBuildNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** What cannot be read as an object has no fields: that it is there is what counts. */
function parseFields(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function unavailable(message: string): { readonly state: 'unavailable'; readonly message: string } {
  return { state: 'unavailable', message };
}
