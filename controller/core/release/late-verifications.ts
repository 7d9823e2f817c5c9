import { compact } from '../compact.js';
import type { Millis } from '../model.js';
import type { EnvironmentStatus, VerifiedRelease } from '../resources/environment.js';
import { fromTime } from '../time.js';
import { type Deployed, idOf, type ObligationsInput, type Owed } from './owed.js';
import { stagesBefore } from './path.js';

/** A skipped stage that a later one did not wait for is verified late: with this release, or with a later one of the client. */
export function lateVerifications(
  { product, class: path, before, ...known }: ObligationsInput,
  places: readonly Deployed[],
): Owed[] {
  const paid = new Set(before.flatMap(({ id, state }) => (state === 'met' ? [id] : [])));
  const owed = new Set(before.map(({ id }) => id));
  const { version } = known.document;
  const digests = new Map(known.environments.map(({ spec, status }) => [spec.environment, digestOf(status, version)]));
  return (path?.skips ?? []).flatMap(({ stage, owner, withinMs }) => {
    const verified = verifiedIn(stage, known);
    const later = new Set(product.stages.map(({ name }) => name).filter((name) => stagesBefore(product, name).has(stage)));
    const behind = firstOf(places, (place) => later.has(place.stage));
    return [...behind.values()].flatMap(({ client, at, environment, stage: reached }): Owed[] => {
      const id = idOf('verification', stage, client);
      const { own, later: laterAt } = verified(client);
      const digest = digests.get(environment);
      const times = own.filter(({ releaseDigest }) => digest === undefined || digest === releaseDigest);
      // It was there in time: nothing was skipped.
      if (!owed.has(id) && times.some(({ since }) => (fromTime(since) ?? at) <= at)) return [];
      const title = `verify ${version}, or a later release, in ${stage}${forClient(client)}: ${reached} did not wait for it`;
      const met = times.length > 0 || laterAt > at || paid.has(id);
      return [compact<Owed>({ id, kind: 'verification', title, stage, client, owner, since: at, withinMs, met })];
    });
  });
}

/** The digest under which the release was deployed there, where that is still known. */
function digestOf(status: EnvironmentStatus | undefined, version: string): string | undefined {
  if (status?.recorded?.version === version) return status.recorded.releaseDigest;
  return status?.verified?.find((entry) => entry.version === version)?.releaseDigest;
}

interface Standing {
  /** Verifications of this release that hold. */
  readonly own: readonly VerifiedRelease[];
  /** When a later release was last verified; 0 for never. */
  readonly later: Millis;
}

const nothing: Standing = { own: [], later: 0 };

const together = (a: Standing = nothing, b: Standing = nothing): Standing => ({
  own: [...a.own, ...b.own],
  later: Math.max(a.later, b.later),
});

/** What is verified in a stage, by client; an environment without a client is everybody's. */
function verifiedIn(
  stage: string,
  { document: { version }, environments, sequence }: Pick<ObligationsInput, 'document' | 'environments' | 'sequence'>,
): (client: string | undefined) => Standing {
  const byClient = new Map<string, Standing>();
  for (const { spec, status } of environments) {
    if (spec.stage !== stage) continue;
    const passed = (status?.verified ?? []).filter(({ result }) => result === 'Passed');
    const standing = {
      own: passed.filter((entry) => entry.version === version),
      later: Math.max(0, ...passed.filter((entry) => sequence.isAfter(entry.version)).map(({ since }) => fromTime(since) ?? 0)),
    };
    byClient.set(spec.client ?? '', together(byClient.get(spec.client ?? ''), standing));
  }
  const each = [...byClient.values()];
  const all = { own: each.flatMap(({ own }) => own), later: each.reduce((latest, { later }) => Math.max(latest, later), 0) };
  return (client) => (client === undefined ? all : together(byClient.get(client), byClient.get('')));
}

/** The first deployment for each client, of those that count. */
function firstOf(places: readonly Deployed[], counts: (place: Deployed) => boolean): Map<string, Deployed> {
  const first = new Map<string, Deployed>();
  for (const place of places) {
    const known = first.get(place.client ?? '');
    if (counts(place) && (known === undefined || place.at < known.at)) first.set(place.client ?? '', place);
  }
  return first;
}

const forClient = (client: string | undefined): string => (client === undefined ? '' : ` for ${client}`);
