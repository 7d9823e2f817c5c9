import { desiredDigest, releaseDigest, settingsDigest } from '../../controller/core/digest.js';
import type { Brought, ChecklistItem, Governance, ReleaseDocument, Role, Signoff } from '../../controller/core/governance.js';
import type { DesiredEnvironment, JsonObject, Millis, Product, Snapshot } from '../../controller/core/model.js';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { EnvironmentResource } from '../../controller/core/resources/environment.js';
import { toTime } from '../../controller/core/time.js';
import { aCommit, aProduct, aRun, aStage, at } from '../support/facts.js';
import { aClass, aDocument } from '../support/release-worlds.js';

/** Products come in pairs that need each other; each has two environments (uat, production) for every client. */
export interface Size {
  readonly products: number;
  readonly clients: number;
}

export interface World {
  readonly snapshot: Snapshot;
  readonly environments: readonly EnvironmentResource[];
  readonly runs: readonly DeploymentRunResource[];
}

const hour: Millis = 3_600_000;
const versions = ['2.8.0', '2.9.0', '2.9.1', '2.9.2', '2.9.3', '2.9.4'] as const;
const [recorded, wanted] = ['2.9.1', '2.9.4'] as const;
const components = Array.from({ length: 25 }, (_, at) => `component-${at}`);
/** As many as one Release document may hold. */
const mostSignoffs = 1000;

const nameOf = (product: number): string => `product-${product}`;
const digestOf = (product: number, version: string) =>
  releaseDigest({ product: nameOf(product), version, descriptor: { version } });

const toProduct = (product: number): Product =>
  aProduct({
    name: nameOf(product),
    descriptor: { bucket: 'candidates', key: `${nameOf(product)}/\${version}.json` },
    concurrency: 50,
    releases: 'required',
    stages: [
      aStage({ name: 'uat', checklist: 'required' }),
      aStage({
        name: 'production',
        after: [{ stage: 'uat', require: 'any' }],
        soakMs: 24 * hour,
        signoffs: [{ role: 'quality-analyst' }, { role: 'client' }],
        checklist: 'required',
        parity: { with: 'uat', allow: ['integrations.*.url'] },
      }),
    ],
    classes: [
      aClass({ name: 'minor', changes: 'claimed', notice: { periodMs: 48 * hour, stages: ['production'] } }),
      aClass({ name: 'emergency', priority: 10, skips: [{ stage: 'uat', owner: 'quality-analyst', withinMs: 24 * hour }] }),
    ],
  });

const settingsOf = (client: string, stage: string): JsonObject => ({
  integrations: Object.fromEntries(
    ['crm', 'erp', 'mail'].map((name) => [name, { url: `https://${name}.${client}.${stage}.example` }]),
  ),
  featureToggles: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`toggle-${at}`, at % 2 === 0])),
  dataPipelines: { nightly: true, hourly: false },
});

const brought = (name: string): Brought => ({
  commit: 'd'.repeat(40),
  author: name,
  email: `${name.toLowerCase()}@shop.example`,
  time: at('08:00'),
});

function toDesired(product: Product, index: number, { client, stage }: { client: string; stage: string }): DesiredEnvironment {
  const settings = settingsOf(client, stage);
  return {
    product,
    environment: `${stage}-${client}`,
    stage,
    client,
    version: wanted,
    notBefore: at('07:00'),
    settings,
    settingsDigest: settingsDigest(settings),
    release: { class: 'minor' },
    asked: { version: { ...brought('Eve'), commit: index.toString(16).padStart(40, '0') } },
  };
}

/** Eight items a release; one of them is said to be done client by client. */
function checklistOf(version: string, clients: readonly string[]): ChecklistItem[] {
  return Array.from({ length: 8 }, (_, index) => ({
    id: `item-${index}-of-${version.replaceAll('.', '-')}`,
    kind: 'manual',
    title: `Do what ${version} needs done before it comes, number ${index}`,
    phase: index === 7 ? 'post' : 'pre',
    reversible: index !== 6,
    owner: 'operator',
    completions:
      index === 0
        ? clients.slice(0, 1000).map((client) => ({ client, state: 'done' as const, by: 'Bo', at: at('08:00') }))
        : [{ state: 'done' as const, by: 'Bo', at: at('08:00') }],
  }));
}

function releasesOf(index: number, clients: readonly string[], signed: readonly DesiredEnvironment[]): ReleaseDocument[] {
  return versions.map((version, order) => {
    const previous = versions[order - 1];
    return aDocument({
      product: nameOf(index),
      version,
      ...(previous === undefined ? {} : { previous }),
      components,
      dependencies: { [nameOf(index % 2 === 0 ? index + 1 : index - 1)]: '>=2.9' },
      announced: at('08:00') - 72 * hour,
      tickets: Array.from({ length: 20 }, (_, ticket) => ({
        id: `${nameOf(index)}-${order}-${ticket}`,
        state: 'resolved' as const,
      })),
      checklist: checklistOf(version, clients),
      signoffs: version === wanted ? signed.flatMap((one) => signoffsFor(index, one)).slice(0, mostSignoffs) : [],
    });
  });
}

const digestFor = (index: number, { environment, settings }: DesiredEnvironment, version: string = wanted) =>
  desiredDigest({ releaseDigest: digestOf(index, version), product: nameOf(index), environment, settings });

const signoffsFor = (index: number, desired: DesiredEnvironment): Signoff[] =>
  [['quality-analyst', 'Ann'] as const, ['client', 'Carla'] as const].map(([role, by]) => ({
    role,
    stage: desired.stage,
    ...(desired.client === undefined ? {} : { client: desired.client }),
    by,
    at: at('08:30'),
    digest: digestFor(index, desired),
    brought: brought(by),
  }));

const toRole = (name: string, ...people: string[]): Role => ({
  name,
  aliases: [],
  people: people.map((person) => ({ name: person, emails: [`${person.toLowerCase()}@shop.example`], keys: [] })),
  quorum: 1,
  expiresMs: 30 * 24 * hour,
  authorMaySign: false,
});

const governing = (releases: readonly ReleaseDocument[]): Governance => ({
  releases,
  windows: [
    {
      name: 'year-end-freeze',
      effect: 'deny',
      selector: { stages: ['production'] },
      timeZone: 'Australia/Adelaide',
      reason: 'Retail peak',
      exempt: ['emergency'],
      when: { from: '2026-12-18T00:00:00', to: '2027-01-05T00:00:00' },
    },
    {
      name: 'change-hours',
      effect: 'allow',
      selector: { stages: ['uat', 'production'] },
      timeZone: 'Australia/Sydney',
      exempt: [],
      when: { schedule: '0 6 * * *', durationMs: 20 * hour },
    },
  ],
  roles: [toRole('quality-analyst', 'Ann', 'Ben'), toRole('client', 'Carla', 'Cleo'), toRole('operator', 'Bo')],
  incidents: [],
  broken: [],
});

function toResource(index: number, desired: DesiredEnvironment, key: number): EnvironmentResource {
  const { environment, stage, client = '', settingsDigest: settings } = desired;
  const since = toTime(at('08:00') - 48 * hour);
  const digests = (version: string) => ({ digest: digestFor(index, desired, version), releaseDigest: digestOf(index, version) });
  const change = { change: 'upgraded' as const, from: '1.0.0', to: '1.1.0' };
  return {
    metadata: {
      name: `${nameOf(index)}.${environment}`,
      namespace: 'default',
      uid: `e-${key}`,
      resourceVersion: String(key),
      generation: 1,
    },
    spec: { product: nameOf(index), environment, stage, client, source: 'releases' },
    status: {
      observedGeneration: 1,
      desired: {
        version: wanted,
        ...digests(wanted),
        descriptorKey: `${nameOf(index)}/${wanted}.json`,
        descriptorSha256: 'a'.repeat(64),
        settingsDigest: settings,
        commit: 'c'.repeat(40),
        commitTime: toTime(at('07:00')),
        commitAuthor: 'Eve <eve@shop.example>',
        since: toTime(at('07:00')),
      },
      recorded: {
        version: recorded,
        ...digests(recorded),
        certain: true,
        verified: true,
        run: `${nameOf(index)}.${environment}.1`,
        since,
      },
      delta: {
        added: 0,
        removed: 0,
        upgraded: 25,
        downgraded: 0,
        changed: 0,
        components: components.map((name) => ({ name, ...change })),
      },
      verified: [wanted, '2.9.3', '2.9.2', recorded].map((version) => ({
        releaseDigest: digestOf(index, version),
        version,
        since,
        result: 'Passed' as const,
      })),
    },
  };
}

function toRun(index: number, desired: DesiredEnvironment, key: number): DeploymentRunResource {
  const { environment, stage, client = '' } = desired;
  const name = `${nameOf(index)}.${environment}.1`;
  const product = nameOf(index);
  const digests = { digest: digestFor(index, desired, recorded), releaseDigest: digestOf(index, recorded) };
  const run = aRun({
    at: at('08:00') - 48 * hour,
    spec: { product, environment, stage, client, version: recorded, class: 'minor', ...digests },
  });
  return { ...run, metadata: { ...run.metadata, name, uid: `r-${key}`, resourceVersion: String(key) } };
}

/** Everything that is configured is configured: all gates are judged in production, and in uat all but those that hang on a stage before. */
export function buildWorld({ products, clients: count }: Size): World {
  const clients = Array.from({ length: count }, (_, index) => `client-${index}`);
  const all = Array.from({ length: products }, (_, index) => {
    const product = toProduct(index);
    const own = clients.flatMap((client, at) =>
      ['uat', 'production'].map((stage) => toDesired(product, index * count + at, { client, stage })),
    );
    return own.map((desired) => ({ index, desired }));
  });
  const releases = all.flatMap((own, index) => {
    const inProduction = own.flatMap(({ desired }) => (desired.stage === 'production' ? [desired] : []));
    return releasesOf(index, clients, inProduction);
  });
  const places = all.flat();
  const repository = {
    environments: places.map(({ desired }) => desired),
    invalid: [],
    governance: governing(releases),
    findings: [],
    documents: { valid: places.length * 2, invalid: 0 },
  };
  return {
    snapshot: { commit: aCommit(), repository },
    environments: places.map(({ index, desired }, key) => toResource(index, desired, key + 1)),
    runs: places.map(({ index, desired }, key) => toRun(index, desired, key + 1)),
  };
}
