/** A release repository of many environments, in the layout of the examples, and a change of some of them. */

export interface PlanWorldSize {
  readonly products: number;
  /** Each has a uat and a production environment in every product. */
  readonly clients: number;
  readonly releases: number;
}

const productName = (index: number): string => `product-${String(index).padStart(2, '0')}`;
const versionAt = (index: number): string => `2.${index}.0`;
const head = (kind: string, name: string): string =>
  `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`;

function product(index: number): string {
  const name = productName(index);
  return `${head('Product', name)}  settingsSchema: settings.schema.json
  descriptor: { bucket: release-candidates, key: "${name}/\${version}.json" }
  deployer:
    jenkins:
      server: main
      job: platform/deploy
      parameters: { ENVIRONMENT: "\${environment}", DESCRIPTOR: "\${descriptor.key}", CONFIG_COMMIT: "\${commit}" }
      timeout: 90m
      retry: { limit: 1, backoff: 5m }
  concurrency: 3
  stages:
    - name: qa
    - { name: uat, after: [qa], soak: 24h }
    - { name: production, after: [uat], signoffs: [quality-analyst, client], checklist: required }
  classes:
    - { name: minor }
    - { name: hotfix, priority: 10, skips: [{ stage: uat, owner: quality-analyst, within: 5d }] }
`;
}

const schema = JSON.stringify(
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      domain: { type: 'string', format: 'hostname' },
      replicas: { type: 'integer', minimum: 1, maximum: 50 },
      featureToggles: { type: 'object', additionalProperties: { type: 'boolean' } },
      integrations: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: { url: { type: 'string', format: 'uri' }, credentials: { type: 'object' } },
          required: ['url'],
        },
      },
    },
    required: ['domain', 'replicas'],
  },
  null,
  2,
);

function release(index: number, at: number): string {
  const name = productName(index);
  return `${head('Release', versionAt(at))}  product: ${name}
  class: minor
${at === 0 ? '' : `  previous: ${versionAt(at - 1)}\n`}  notes: { user: "https://notes.example/${name}/${versionAt(at)}", technical: "https://wiki.example/${name}/${versionAt(at)}" }
  tickets: [PX-${index}${at}1, PX-${index}${at}2]
  checklist:
    - { id: rotate-${at}, kind: secret, title: Rotate the secret of the CRM, state: done, by: ops, evidence: "https://tickets.example/${at}" }
    - { id: index-${at}, kind: index, title: Build the new index, owner: operations, phase: during }
`;
}

function environmentFiles(
  index: number,
  name: string,
  stage: string,
  client: string | undefined,
  version: string,
): [string, string][] {
  const folder = `products/${productName(index)}/environments/${name}`;
  const owner = client === undefined ? '' : `  client: ${client}\n`;
  const settings = `  settings:
    domain: ${name}.${productName(index)}.example
    replicas: 6
    featureToggles: { genai: false, wallet: true, kiosk: false }
    integrations:
      crm: { url: "https://crm.${client ?? 'shared'}.example", credentials: { secretRef: ${client ?? 'shared'}-crm } }
`;
  return [
    [
      `${folder}/config.yaml`,
      `${head('EnvironmentConfig', name)}  product: ${productName(index)}\n  stage: ${stage}\n${owner}${settings}`,
    ],
    [`${folder}/version.yaml`, versionFile(index, name, version)],
  ];
}

const versionFile = (index: number, name: string, version: string): string =>
  `${head('MasterVersion', name)}  product: ${productName(index)}\n  version: ${version}\n  reason: Sprint 41 candidate\n`;

const clientName = (at: number): string => `client-${String(at).padStart(3, '0')}`;

function roles(): string {
  return `${head('Roles', 'people')}  roles:
    - { name: quality-analyst, people: [{ name: Ann, emails: [ann@shop.example] }, { name: Ben, emails: [ben@shop.example] }] }
    - { name: client, people: [{ name: Carla, emails: [carla@client.example] }, { name: Cleo, emails: [cleo@client.example] }] }
    - { name: operations, people: [{ name: Otto, emails: [otto@shop.example] }] }
`;
}

const freeze = `${head('DeploymentWindow', 'year-end-freeze')}  effect: deny
  selector: { stages: [production] }
  from: 2026-12-18T00:00:00
  to: 2027-01-05T00:00:00
  timeZone: Australia/Adelaide
  reason: Retail peak
`;

/** Path → content of the first revision. */
export function planWorld(size: PlanWorldSize): Record<string, string> {
  const files: Record<string, string> = { 'people/roles.yaml': roles(), 'windows/year-end-freeze.yaml': freeze };
  const asked = versionAt(size.releases - 3);
  for (let index = 0; index < size.products; index += 1) {
    files[`products/${productName(index)}/product.yaml`] = product(index);
    files[`products/${productName(index)}/settings.schema.json`] = schema;
    for (let at = 0; at < size.releases; at += 1)
      files[`products/${productName(index)}/releases/${versionAt(at)}.yaml`] = release(index, at);
    for (const [path, content] of environmentFiles(index, 'qa', 'qa', undefined, asked)) files[path] = content;
    for (let client = 0; client < size.clients; client += 1)
      for (const stage of ['uat', 'production'])
        for (const [path, content] of environmentFiles(index, `${stage}-${clientName(client)}`, stage, clientName(client), asked))
          files[path] = content;
  }
  return files;
}

/** Path → content of what `count` environments ask for next, spread over all products. */
export function planChange(size: PlanWorldSize, count: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at += 1) {
    const index = at % size.products;
    const client = clientName(Math.floor(at / size.products / 2) % size.clients);
    const name = `${Math.floor(at / size.products) % 2 === 0 ? 'uat' : 'production'}-${client}`;
    files[`products/${productName(index)}/environments/${name}/version.yaml`] = versionFile(
      index,
      name,
      versionAt(size.releases - 1),
    );
  }
  return files;
}
