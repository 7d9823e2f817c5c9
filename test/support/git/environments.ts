/** The documents of a product with so many environments; `shards` folders hold them (1: all in one). */
export function manyEnvironments(count: number, shards = 1): Record<string, string> {
  const files: Record<string, string> = { 'products/loyalty/product.yaml': product };
  for (let number = 0; number < count; number++) {
    const name = environmentName(number);
    const folder = environmentFolder(number, shards);
    files[`${folder}/version.yaml`] = masterVersion(name, `2.9.${number % 10}`);
    files[`${folder}/config.yaml`] = environmentConfig(name, number);
  }
  return files;
}

export const environmentName = (number: number): string => `uat-client-${String(number).padStart(5, '0')}`;

export function environmentFolder(number: number, shards = 1): string {
  const shard = shards === 1 ? '' : `/shard-${String(number % shards).padStart(3, '0')}`;
  return `products/loyalty/environments${shard}/${environmentName(number)}`;
}

export const masterVersion = (name: string, version: string): string => `apiVersion: towpath.dev/v1alpha1
kind: MasterVersion
metadata:
  name: ${name}
spec:
  product: loyalty
  version: ${version}
  reason: Sprint 41 candidate
`;

const environmentConfig = (name: string, number: number): string => `apiVersion: towpath.dev/v1alpha1
kind: EnvironmentConfig
metadata:
  name: ${name}
spec:
  product: loyalty
  stage: uat
  client: client-${String(number).padStart(5, '0')}
  settings:
    integrations:
      crm:
        url: https://crm-${number}.example
        credentials: {secretRef: crm-${number}}
    dataPipelines: {nightly: true}
    featureToggles: {genai: ${number % 2 === 0}}
`;

const product = `apiVersion: towpath.dev/v1alpha1
kind: Product
metadata:
  name: loyalty
spec:
  deployer:
    jenkins:
      server: main
      job: platform/deploy
      parameters:
        ENVIRONMENT: \${environment}
        VERSION: \${version}
      timeout: 90m
  stages:
    - name: qa
    - name: uat
      after: [qa]
`;
