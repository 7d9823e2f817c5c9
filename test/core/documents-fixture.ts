import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import type { Finding, ReleaseRepository } from '../../controller/core/model.js';

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export const parseText = (content: string, path = 'a.yaml') => parseFile({ path, content: encode(content) });

export type Files = Readonly<Record<string, string>>;

export function load(files: Files): ReleaseRepository {
  return loadRepository(Object.entries(files).map(([path, content]) => parseFile({ path, content: encode(content) })));
}

/** A finding as a person sees it: `file:line:column path: message`, warnings marked. */
export function sentence({ file, line, column, severity, path, message }: Finding): string {
  const mark = severity === 'warning' ? 'warning ' : '';
  return `${file}:${line}:${column} ${mark}${path === '' ? '' : `${path}: `}${message}`;
}

export const sentences = (files: Files): string[] => load(files).findings.map(sentence);

export const product = `apiVersion: towpath.dev/v1alpha1
kind: Product
metadata: {name: shop}
spec:
  deployer:
    jenkins:
      server: main
      job: platform/deploy
      parameters: {ENVIRONMENT: "\${environment}"}
  stages:
    - name: qa
    - {name: uat, after: [qa]}
`;

export const version = `apiVersion: towpath.dev/v1alpha1
kind: MasterVersion
metadata: {name: uat-acme}
spec:
  product: shop
  version: 2.9.3
`;

export const config = `apiVersion: towpath.dev/v1alpha1
kind: EnvironmentConfig
metadata: {name: uat-acme}
spec:
  product: shop
  stage: uat
  client: acme
  settings: {url: https://acme.example}
`;

export const release = `apiVersion: towpath.dev/v1alpha1
kind: Release
metadata: {name: 2.9.3}
spec:
  product: shop
  class: minor
`;

export const window = `apiVersion: towpath.dev/v1alpha1
kind: DeploymentWindow
metadata: {name: freeze}
spec:
  effect: deny
  timeZone: Australia/Adelaide
  from: 2026-12-18T00:00:00
  to: 2027-01-05T00:00:00
`;

/** A valid repository of one environment. */
export const valid: Files = { 'product.yaml': product, 'version.yaml': version, 'config.yaml': config, 'release.yaml': release };

/** The valid repository with one text replaced in one of its files; the text must be there. */
export function changed(file: string, from: string, to: string): Files {
  const before = valid[file] ?? '';
  if (!before.includes(from)) throw new Error(`${file} does not hold ${from}`);
  return { ...valid, [file]: before.replace(from, () => to) };
}
