import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runValidate } from '../../controller/commands/validate.js';
import { DeploymentWindowSchema } from '../../controller/core/documents/schema/deployment-window.js';
import { EnvironmentConfigSchema } from '../../controller/core/documents/schema/environment-config.js';
import { IncidentSchema } from '../../controller/core/documents/schema/incident.js';
import { MasterVersionSchema } from '../../controller/core/documents/schema/master-version.js';
import { ProductSchema } from '../../controller/core/documents/schema/product.js';
import { ReleaseSchema } from '../../controller/core/documents/schema/release.js';
import { RolesSchema } from '../../controller/core/documents/schema/roles.js';

const root = 'examples/releases';

interface Written {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const documents = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .flatMap((path) => parseAllDocuments(readFileSync(join(root, path), 'utf8')).map((document) => document.toJS() as Written));

const schemas = {
  DeploymentWindow: DeploymentWindowSchema,
  EnvironmentConfig: EnvironmentConfigSchema,
  Incident: IncidentSchema,
  MasterVersion: MasterVersionSchema,
  Product: ProductSchema,
  Release: ReleaseSchema,
  Roles: RolesSchema,
} as const;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every field that a schema has, as `spec.stages.soak`: elements of lists and alternatives are one. */
function fieldsOf({ properties = {}, items, anyOf = [] }: Schema, path: string): string[] {
  const own = Object.entries(properties).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    return [at, ...fieldsOf(field, at)];
  });
  return [...own, ...[...(items === undefined ? [] : [items]), ...anyOf].flatMap((one) => fieldsOf(one, path))];
}

function writtenIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => writtenIn(element, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [`${path}.${name}`, ...writtenIn(field, `${path}.${name}`)]);
}

/** What the example does without: what would hold or pass the releases that are played through it, and what needs keys or claims. */
const leftOut = [
  'DeploymentWindow.spec.selector.clients',
  'MasterVersion.spec.notBefore',
  'MasterVersion.spec.override',
  'MasterVersion.spec.override.by',
  'MasterVersion.spec.override.gates',
  'MasterVersion.spec.override.reason',
  'MasterVersion.spec.override.version',
  'Product.spec.deployer.jenkins.claim',
  'Product.spec.deployer.jenkins.claim.bucket',
  'Product.spec.deployer.jenkins.claim.configMap',
  'Product.spec.deployer.jenkins.claim.configMap.namespace',
  'Product.spec.deployer.jenkins.claim.prefix',
  'Product.spec.deployer.jenkins.unstable',
  'Roles.spec.roles.people.keys',
];

const valid = expect.stringMatching(/^\d+ documents, 20 environments: valid\n$/);

async function validated(directory: string): Promise<[code: number, said: string]> {
  let said = '';
  const code = await runValidate({ directory, format: 'human', color: false }, (text) => {
    said += text;
  });
  return [code, said];
}

describe('the example repository', () => {
  it('is valid, without a warning', async () => {
    expect(await validated(root)).toEqual([0, valid]);
  });

  it('is valid with the override that it shows as a comment', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'towpath-examples-'));
    try {
      await cp(root, directory, { recursive: true });
      const path = join(directory, 'products/insights/environments/insights-production-acme/version.yaml');
      const text = (await readFile(path, 'utf8')).replace('version: 5.1.0', 'version: 5.2.0');
      const uncommented = text.replaceAll(/^( *)# ((?:override| {2}gates| {2}version| {2}reason| {2}by):.*)$/gm, '$1$2');
      const { spec } = parse(uncommented) as { spec: { override?: object } };
      expect(spec.override).toMatchObject({ version: '5.2.0', gates: ['soak', 'window'] });
      await writeFile(path, uncommented);
      expect(await validated(directory)).toEqual([0, valid]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('shows every field of every kind, but for those that are left out by name', () => {
    const written = new Set(documents.flatMap((document) => writtenIn(document, document.kind)));
    const unused = Object.entries(schemas)
      .flatMap(([kind, schema]) => fieldsOf(schema as Schema, kind))
      .filter((field) => !written.has(field));
    expect([...new Set(unused)].sort()).toEqual(leftOut);
  });
});
