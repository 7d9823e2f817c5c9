import { environmentFiles, productDocument } from '../e2e/documents.js';

/** A release repository as people write it: two clients in UAT, a release that is documented, and one that cannot be taken back. */

export const bom = Buffer.from([0xef, 0xbb, 0xbf]);
export const uatFile = 'products/shop/environments/uat-acme/version.yaml';
/** As people write: comments, blank lines, columns, a mark at the beginning, line ends of Windows. */
export const uat = `# Acme's UAT.   Ask Bob before you touch it!
apiVersion: towpath.dev/v1alpha1
kind:       MasterVersion

metadata: { name: uat-acme }   # the environment
spec:
    product:  shop
    version:  '1.0.0'      # 1.0.0 since October

    # notBefore: 2026-12-01T20:00:00+11:00
`.replaceAll('\n', '\r\n');
export const globexFile = 'products/shop/environments/uat-globex/version.json';
export const globex = JSON.stringify(
  {
    apiVersion: 'towpath.dev/v1alpha1',
    kind: 'MasterVersion',
    metadata: { name: 'uat-globex' },
    spec: { product: 'shop', version: '1.0.0' },
  },
  null,
  '\t',
);

export const release = (version: string, more = '') =>
  `apiVersion: towpath.dev/v1alpha1\nkind: Release\nmetadata:\n  name: ${version}\nspec:\n  product: shop\n  class: minor\n${more}`;

function config(name: string, client: string): Record<string, string> {
  const files = environmentFiles(name, { stage: 'uat', version: '1.0.0' });
  const path = `products/shop/environments/${name}/config.yaml`;
  return { [path]: (files[path] ?? '').replace('  stage: uat\n', `  stage: uat\n  client: ${client}\n`) };
}

export const files: Record<string, string | Buffer> = {
  'products/shop/product.yaml': productDocument(),
  'products/shop/releases/1.0.0.yaml': release('1.0.0'),
  'products/shop/releases/1.1.0.yaml': release(
    '1.1.0',
    '  previous: 1.0.0\n  checklist:\n    - {id: move-points, kind: data-migration, title: Move the points, reversible: false, rollback: Restore the backup}\n',
  ),
  ...environmentFiles('qa', { version: '1.1.0' }),
  ...config('uat-acme', 'acme'),
  ...config('uat-globex', 'globex'),
  [uatFile]: Buffer.concat([bom, Buffer.from(uat)]),
  [globexFile]: globex,
};
