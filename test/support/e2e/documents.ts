import type { JobDefinition } from '../jenkins/definition.js';

/** A small product: one bundle, a path of three stages, builds that take a second. */

const header = (kind: string, name: string) => `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;

export interface ProductOptions {
  readonly name?: string;
  /** Lines under `deployer.jenkins`, for instance `retry: {limit: 1, backoff: 1s}`. */
  readonly deployer?: readonly string[];
  /** Whether a check follows in QA. */
  readonly verified?: boolean;
  /** The name of its job. */
  readonly job?: string;
  /** Lines under `spec.stages`; qa, uat and production in this order where absent. */
  readonly stages?: readonly string[];
  /** Lines under `spec`. */
  readonly more?: readonly string[];
}

export const deployJob = 'platform/deploy';
export const smokeJob = 'platform/smoke';

/** A check as it stands in a stage. */
export const smokeCheck = `verification: [{name: smoke, jenkins: {server: main, job: ${smokeJob}, parameters: {ENVIRONMENT: "\${environment}"}, timeout: 5m}}]`;

function pathStages(verified: boolean): string[] {
  return [`{name: qa${verified ? `, ${smokeCheck}` : ''}}`, '{name: uat, after: [qa]}', '{name: production, after: [uat]}'];
}

export function productDocument(options: ProductOptions = {}): string {
  const { name = 'shop', deployer = [], verified = true, more = [], job = deployJob } = options;
  return [
    `${header('Product', name)}spec:`,
    '  deployer:',
    '    jenkins:',
    '      server: main',
    `      job: ${job}`,
    '      parameters: {PRODUCT: "${product}", ENVIRONMENT: "${environment}", VERSION: "${version}"}',
    '      timeout: 10m',
    ...deployer.map((line) => `      ${line}`),
    '  stages:',
    ...(options.stages ?? pathStages(verified)).map((line) => `    - ${line}`),
    ...more.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

export interface EnvironmentOptions {
  readonly product?: string;
  readonly stage?: string;
  readonly version: string;
}

const folderOf = (product: string, name: string) => `products/${product}/environments/${name}`;

/** The file that says which version an environment shall run. */
export function versionFile(name: string, version: string, product = 'shop'): Record<string, string> {
  const text = `${header('MasterVersion', name)}spec:\n  product: ${product}\n  version: "${version}"\n`;
  return { [`${folderOf(product, name)}/version.yaml`]: text };
}

/** Both files of an environment; its stage is its name where none is given. */
export function environmentFiles(name: string, options: EnvironmentOptions): Record<string, string> {
  const { product = 'shop', stage = name, version } = options;
  const config = `${header('EnvironmentConfig', name)}spec:\n  product: ${product}\n  stage: ${stage}\n  settings: {}\n`;
  return { ...versionFile(name, version, product), [`${folderOf(product, name)}/config.yaml`]: config };
}

export const path = ['qa', 'uat', 'production'] as const;

/** The whole product with its three environments at one version. */
export function productFiles(version: string, options: ProductOptions = {}): Record<string, string> {
  const { name = 'shop' } = options;
  const environments = path.map((stage) => environmentFiles(stage, { product: name, version }));
  return Object.assign({ [`products/${name}/product.yaml`]: productDocument(options) }, ...environments) as Record<
    string,
    string
  >;
}

/** One commit that asks for a version in all three environments. */
export function promotionFiles(version: string, product = 'shop'): Record<string, string> {
  return Object.assign({}, ...path.map((stage) => versionFile(stage, version, product))) as Record<string, string>;
}

const strings = (...names: string[]) => names.map((name) => ({ name }));

/** The jobs that the product names. */
export function jobs(deploy: Partial<JobDefinition> = {}, smoke: Partial<JobDefinition> = {}): JobDefinition[] {
  const parameters = strings('PRODUCT', 'ENVIRONMENT', 'VERSION', 'TOWPATH_RUN');
  return [
    { name: deployJob, concurrent: true, parameters, durationMs: 700, log: ['deploying', 'done'], ...deploy },
    { name: smokeJob, concurrent: true, parameters: strings('ENVIRONMENT', 'TOWPATH_RUN'), durationMs: 300, ...smoke },
  ];
}
