const head = (kind: string, name: string) =>
  `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n`;

const product = `${head('Product', 'shop')}  deployer:
    jenkins:
      server: main
      job: platform/deploy
      parameters: {ENVIRONMENT: "\${environment}", VERSION: "\${version}", URL: "\${settings.url}"}
      timeout: 10m
      retry: {limit: 1, backoff: 30s}
  stages:
    - {name: qa, verification: [{name: smoke, jenkins: {server: main, job: platform/smoke, parameters: {}, timeout: 5m}}]}
    - {name: uat, after: [qa], soak: 2h}
    - {name: production, after: [uat]}
`;
const config = `${head('EnvironmentConfig', 'qa')}  product: shop\n  stage: qa\n  settings: {url: "https://shop.example", replicas: 3, list: [1, {a: b}]}\n`;
const version = `${head('MasterVersion', 'qa')}  product: shop\n  version: "1.0.0"\n`;
const release = `${head('Release', '"1.0.0"')}  product: shop\n  class: minor\n  previous: "0.9.0"\n  dependencies: {basket: "2.0.0"}\n  notes: {user: https://a.example/x}\n  checklist:\n    - {id: desk, kind: manual, title: tell the desk, state: done, by: ada, at: 2026-01-02T03:04:05Z}\n`;
const windows = `${head('DeploymentWindow', 'nights')}  effect: allow\n  schedule: "0 22 * * 1-5"\n  duration: 6h\n  timeZone: Europe/Berlin\n  selector: {stages: [production]}\n---\n${head('DeploymentWindow', 'freeze')}  effect: deny\n  from: "2026-12-20T00:00"\n  to: "2027-01-05T00:00"\n  timeZone: Australia/Adelaide\n`;

export const checkedProduct = `${product.replace('spec:\n', 'spec:\n  settings: {schema: schemas/settings.json}\n')}`;
export const settingsSchema = JSON.stringify({
  type: 'object',
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  properties: {
    url: { type: 'string', pattern: '^https://[a-z.]+$' },
    replicas: { $ref: '#/$defs/count' },
    list: { items: { anyOf: [{ type: 'integer' }, { type: 'object' }] } },
  },
  $defs: { count: { type: 'integer', minimum: 1, maximum: 10 } },
  required: ['url'],
  additionalProperties: false,
});

export const yamlSeeds: readonly (readonly string[])[] = [
  [product, config, version],
  [product, config, version, release, windows],
  [`${product}---\n${config}---\n${version}---\n${release}---\n${windows}`],
  [
    JSON.stringify({
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'EnvironmentConfig',
      metadata: { name: 'qa' },
      spec: { product: 'shop', stage: 'qa', settings: { a: [1, null, true] } },
    }),
  ],
];

export const descriptors = [
  '{"product": "shop", "version": "1.0.0", "components": {"web": "1.2.3", "db": {"version": "4", "image": "a/b:c"}}}',
  'product: shop\nversion: "1.0.0"\ncomponents:\n  web: 1.2.3\n  db: {version: "4"}\n',
];

export const documentWords = [
  'apiVersion: towpath.dev/v1alpha1',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '&a ',
  '*a',
  '!!binary ',
  '!!float ',
  '<<: ',
  '? ',
  ': ',
  '- ',
  '|+2\n',
  '>-\n',
  '\t',
  '{',
  '[',
  '"\\u0000"',
  "'",
  '${settings.a.b}',
  '${',
  '$${',
  'spec:',
  'metadata:',
  '__proto__: ',
  'constructor: ',
  'kind: Product\n',
  'PT1H',
  '0x1F',
  '.inf',
  '~',
  '(a+)+$',
  '"$ref": "#"',
  '"pattern": "(?=a)"',
  '\u2028',
  '\ufeff',
  '\r\n',
];
