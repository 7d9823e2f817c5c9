import { compact } from '../compact.js';
import { askedBy } from '../gates/signoffs.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { type SignoffQuestion, standingOfSignoffs } from '../signoffs/standing.js';
import { type Deployed, idOf, type ObligationsInput, type Owed } from './owed.js';

/** Sign-offs that the class lets follow, in each place that demands them; whether they count is judged as before a deployment. */
export function lateSignoffs(input: ObligationsInput, places: readonly Deployed[]): Owed[] {
  const { product, class: path, environments } = input;
  if (path === undefined || path.defers.length === 0) return [];
  const demanding = new Set(product.stages.filter((stage) => stage.signoffs.length > 0).map(({ name }) => name));
  const resources = new Map(environments.map((environment) => [environment.spec.environment, environment]));
  return places.flatMap((place) => {
    const environment = resources.get(place.environment);
    if (environment === undefined || !demanding.has(place.stage)) return [];
    return signoffsIn({ ...environment, place }, input);
  });
}

function signoffsIn(
  { status, place }: Pick<EnvironmentResource, 'status'> & { readonly place: Deployed },
  { now, document, product, governance, verifies, asked, before }: ObligationsInput,
): Owed[] {
  const { version } = document;
  const { stage, client, environment, at } = place;
  const told =
    status?.recorded?.version === version ? status.recorded : status?.history?.find((entry) => entry.version === version);
  const isAsked = status?.desired?.version === version && status.desired.digest === told?.digest;
  const question = compact<SignoffQuestion>({
    now,
    product,
    stage,
    client,
    version,
    releaseClass: document.class,
    // Of one that is long gone nobody knows the digest any more: nothing can be signed for it.
    digest: told?.digest ?? '',
    governance,
    asked: asked?.get(environment) ?? (isAsked && status.desired !== undefined ? askedBy(status.desired) : undefined),
    verifies,
  });
  return standingOfSignoffs(question).flatMap(({ role, state, deferredMs, signed }): Owed[] => {
    if (deferredMs === undefined) return [];
    const id = idOf('signoff', role, environment);
    const known = before.find((one) => one.id === id);
    // It was there in time: nothing was left for later.
    if (known === undefined && state === 'signed' && signed.every((one) => one.at <= at)) return [];
    const title = `sign ${version} as ${role} in ${environment}`;
    const met = state === 'signed' || known?.state === 'met';
    return [
      compact<Owed>({
        id,
        kind: 'signoff',
        title,
        stage,
        client,
        environment,
        owner: role,
        since: at,
        withinMs: deferredMs,
        met,
      }),
    ];
  });
}
