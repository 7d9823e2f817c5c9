import { suggestion } from '../core/documents/suggest.js';
import type { EnvironmentResource } from '../core/resources/environment.js';
import type { Api, KindName, Kinds } from './api.js';
import { NotFound } from './not-found.js';

/** From the names that people write to objects. */

const nouns: Readonly<Record<KindName, string>> = {
  environments: 'environment',
  releases: 'release',
  runs: 'run',
  holds: 'hold',
  sources: 'source',
};

/** A name as the API can be asked for it; nothing else is ever the name of an object. */
const askable = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The one object of the name. Throws NotFound, with what may have been meant, and where there are several. */
export async function findOne<K extends KindName>(api: Api, kind: K, name: string): Promise<Kinds[K]> {
  const found = await findAll(api, kind, name);
  const [first, second] = found;
  if (first === undefined) throw await unknown(api, kind, name);
  if (second !== undefined) throw ambiguous(kind, name, found);
  return first;
}

/** Objects of the name in all namespaces that are looked at; an environment also by its own name, where one product alone has it. */
export async function findAll<K extends KindName>(api: Api, kind: K, name: string): Promise<readonly Kinds[K][]> {
  const exact = askable.test(name) ? (await api.list(kind, { name })).items : [];
  if (exact.length > 0 || kind !== 'environments' || name.includes('.') || !askable.test(name)) return exact;
  const own = await api.list('environments', { labels: { environment: name } });
  return own.items as readonly Kinds[K][];
}

/** An environment by PRODUCT.ENVIRONMENT, or by the name of the environment alone. Throws NotFound. */
export const findEnvironment = (api: Api, name: string): Promise<EnvironmentResource> => findOne(api, 'environments', name);

async function unknown(api: Api, kind: KindName, name: string): Promise<NotFound> {
  const { items, misfits } = await api.list(kind);
  const poisoned = misfits.find(({ key }) => key.name === name);
  if (poisoned !== undefined) return new NotFound(poisoned.message);
  const all: readonly { readonly metadata: { readonly name: string } }[] = items;
  const names = all.map(({ metadata }) => metadata.name);
  const near = suggestion(name, names, 2_000) || suggestionOfLast(name, names);
  const where = api.namespace === undefined ? '' : ` in the namespace ${api.namespace}`;
  const none = all.length === 0 ? `; there are no ${kind} at all${where}` : '';
  return new NotFound(`there is no ${nouns[kind]} ${name}${where}${near}${none}`);
}

/** `uat-acne` for `loyalty.uat-acme`: people leave the product out. */
function suggestionOfLast(name: string, names: readonly string[]): string {
  return suggestion(
    name,
    names.map((one) => one.slice(one.indexOf('.') + 1)),
    2_000,
  );
}

function ambiguous(kind: KindName, name: string, found: readonly { metadata: { namespace: string; name: string } }[]): NotFound {
  const places = found.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
  const namespaces = new Set(found.map(({ metadata }) => metadata.namespace));
  const advice = namespaces.size === found.length ? 'name the namespace with --namespace' : 'write the name out';
  return new NotFound(`the ${nouns[kind]} ${name} may be ${places}: ${advice}`);
}
