import { describe, expect, it } from 'vitest';
import { settingsDigest } from '../../controller/core/digest.js';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';

const encode = (text: string) => new TextEncoder().encode(text);
const load = (files: Record<string, string>) =>
  loadRepository(Object.entries(files).map(([path, content]) => parseFile({ path, content: encode(content) })));

const product = `apiVersion: towpath.dev/v1alpha1
kind: Product
metadata: {name: loyaltyboost}
spec:
  deployer:
    jenkins: {server: main, job: platform/deploy, parameters: {ENVIRONMENT: "\${environment}", VERSION: "\${version}"}, timeout: 90m}
  stages:
    - name: qa
    - {name: uat, after: [qa], soak: 24h}
`;
const version = `apiVersion: towpath.dev/v1alpha1
kind: MasterVersion
metadata: {name: uat-acme}
spec: {product: loyaltyboost, version: 2.9.3, notBefore: 2026-12-01T20:00:00+11:00}
`;
const config = `apiVersion: towpath.dev/v1alpha1
kind: EnvironmentConfig
metadata: {name: uat-acme}
spec: {product: loyaltyboost, stage: uat, client: acme, settings: {featureToggles: {genai: false}}}
`;

describe('a release repository', () => {
  it('becomes the desired state of its environments', () => {
    const settings = { featureToggles: { genai: false } };
    expect(load({ 'product.yaml': product, 'version.yaml': version, 'config.yaml': config })).toEqual({
      environments: [
        {
          product: {
            name: 'loyaltyboost',
            deployer: {
              server: 'main',
              job: 'platform/deploy',
              parameters: { ENVIRONMENT: '${environment}', VERSION: '${version}' },
              timeoutMs: 5_400_000,
              retry: { limit: 0, backoffMs: 300_000 },
              onNewVersion: 'wait',
              unstable: 'failure',
            },
            stages: [
              { name: 'qa', after: [], soakMs: 0, verification: [], signoffs: [], checklist: 'optional' },
              {
                name: 'uat',
                after: [{ stage: 'qa', require: 'any' }],
                soakMs: 86_400_000,
                verification: [],
                signoffs: [],
                checklist: 'optional',
              },
            ],
            driftPolicy: 'report',
            releases: 'optional',
            classes: [],
          },
          environment: 'uat-acme',
          stage: 'uat',
          client: 'acme',
          version: '2.9.3',
          notBefore: Date.parse('2026-12-01T09:00:00Z'),
          settings,
          settingsDigest: settingsDigest(settings),
        },
      ],
      invalid: [],
      governance: { releases: [], windows: [], roles: [], incidents: [], broken: [] },
      findings: [],
      documents: { valid: 3, invalid: 0 },
    });
  });

  it('stops an environment whose stage is misspelled, and says what was meant', () => {
    const repository = load({
      'product.yaml': product,
      'version.yaml': version,
      'config.yaml': config.replace('stage: uat', 'stage: uta'),
    });
    const finding = {
      file: 'config.yaml',
      line: 4,
      column: 38,
      end: { line: 4, column: 41 },
      severity: 'error',
      rule: 'unknown-stage',
      path: 'spec.stage',
      message: '"uta" is not a stage of product loyaltyboost (qa, uat); did you mean "uat"? See product.yaml:8:5',
    };
    expect(repository).toEqual({
      environments: [],
      invalid: [{ product: 'loyaltyboost', environment: 'uat-acme', findings: [finding] }],
      governance: { releases: [], windows: [], roles: [], incidents: [], broken: [] },
      findings: [finding],
      documents: { valid: 2, invalid: 1 },
    });
  });
});
