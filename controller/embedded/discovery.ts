import type { Json, ResourceType } from './resource-type.js';

/** What the server says of itself, in discovery and OpenAPI. */
export const serverVersion = 'v1.32.0+towpath';

/** Older clients refuse nothing of it, newer ones turn on server-side field validation. */
const version = {
  major: '1',
  minor: '32',
  gitVersion: serverVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'towpath/embedded',
};

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const reviewGroup = 'authorization.k8s.io';
const reviews = ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'].map((kind) => ({
  name: `${kind.toLowerCase()}s`,
  singularName: kind.toLowerCase(),
  namespaced: false,
  kind,
  verbs: ['create'],
}));

/**
 * The document of /version, /api, /apis and the paths below that name a group or a group's version; undefined for any other path.
 * Aggregated discovery is not served: clients that ask for it take these instead, as from servers before 1.26.
 */
export function discoveryDocument(path: string, types: readonly ResourceType[]): Json | undefined {
  const [root, group, groupVersion, ...rest] = path.replace(/\/$/, '').split('/').slice(1);
  if (root === 'version' && group === undefined) return version;
  if (root === 'api') {
    if (group === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return group === 'v1' && groupVersion === undefined ? resourceList('v1', types.filter(isCore)) : undefined;
  }
  if (root !== 'apis' || rest.length > 0) return undefined;
  const groups = groupsOf(types);
  if (group === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groups].map(apiGroup) };
  const versions = groups.get(group);
  if (versions === undefined) return undefined;
  if (groupVersion === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup([group, versions]) };
  if (!versions.includes(groupVersion)) return undefined;
  const served = types.filter((type) => type.group === group && type.version === groupVersion);
  return resourceList(`${group}/${groupVersion}`, served, group === reviewGroup ? reviews : []);
}

function isCore(type: ResourceType): boolean {
  return type.group === '' && type.version === 'v1';
}

function groupsOf(types: readonly ResourceType[]): Map<string, string[]> {
  const groups = new Map([[reviewGroup, ['v1']]]);
  for (const { group, version: served } of types) {
    if (group === '') continue;
    const versions = groups.get(group) ?? [];
    if (!versions.includes(served)) groups.set(group, [...versions, served]);
  }
  return groups;
}

function apiGroup([name, served]: readonly [string, readonly string[]]): { [key: string]: Json } {
  const versions = served.map((one) => ({ groupVersion: `${name}/${one}`, version: one }));
  return { name, versions, preferredVersion: versions[0] ?? null };
}

function resourceList(groupVersion: string, types: readonly ResourceType[], more: readonly Json[] = []): Json {
  const resources = types.flatMap(resourcesOf);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [...resources, ...more] };
}

function resourcesOf(type: ResourceType): Json[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = type;
  const isNamespace = type.group === '' && kind === 'Namespace';
  const own: Json = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: isNamespace ? verbs.filter((verb) => verb !== 'deletecollection') : verbs,
    ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
    ...(categories.length > 0 ? { categories: [...categories] } : {}),
  };
  const part = (name: string, partVerbs: string[]): Json => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind,
    verbs: partVerbs,
  });
  return [
    own,
    ...(isNamespace ? [part('finalize', ['update'])] : []),
    ...(type.statusSubresource ? [part('status', ['get', 'patch', 'update'])] : []),
  ];
}
