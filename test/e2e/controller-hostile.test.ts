import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { environmentFiles, path, productFiles, promotionFiles, versionFile } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World } from '../support/e2e/world.js';

const header =
  'apiVersion: towpath.dev/v1alpha1\nkind: EnvironmentConfig\nmetadata:\n  name: hostile\nspec:\n  product: shop\n  stage: qa\n';
const keys = (count: number) => Array.from({ length: count }, (_, index) => `    key${index}: 1\n`).join('');
const bomb = () => {
  const levels = ['    a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'];
  for (let level = 1; level < 9; level += 1) {
    levels.push(`    a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]\n`);
  }
  return levels.join('');
};

/** Path → content, and what is said of it. */
const hostile: Readonly<Record<string, { content: string | Buffer; says: RegExp }>> = {
  'hostile/keys.yaml': {
    content: `${header}  settings:\n${keys(40_000)}    key17: 2\n`,
    says: /^40009:5 .*"key17" is written twice; the first is at 26:5$/,
  },
  'hostile/aliases.yaml': { content: `${header}  settings:\n${bomb()}`, says: /^9:\d+ .*(anchor|alias)/i },
  'hostile/nesting.yaml': {
    content: `${header}  settings: {deep: ${'['.repeat(5_000)}${']'.repeat(5_000)}}\n`,
    says: /^8:\d+ .*(nest|deep)/i,
  },
  'hostile/bytes.yaml': {
    content: Buffer.concat([Buffer.from(header), Buffer.from([0x20, 0xff, 0xfe])]),
    says: /^8:2 .*0xff.*not UTF-8/,
  },
  'hostile/twice.yaml': {
    content: `${header}  stage: uat\n  settings: {}\n`,
    says: /^8:3 spec\.stage: "stage" is written twice; the first is at 7:3$/,
  },
  'hostile/float.yaml': {
    content:
      'apiVersion: towpath.dev/v1alpha1\nkind: MasterVersion\nmetadata:\n  name: books\nspec:\n  product: shop\n  version: 2.10\n',
    says: /^7:12 spec\.version: 2\.10 is a number \(2\.1\): write "2\.10"$/,
  },
};

/** Adds a file whose name leads out of the folder: no git command makes such a tree, so it is written as the object that it is. */
function commitEscape({ repository }: World): void {
  const git = (args: readonly string[], input: Buffer | string = '') =>
    execFileSync('git', ['-C', repository.folder, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.com', ...args], { input });
  const oid = git(['hash-object', '-w', '--stdin'], `${header}  settings: {}\n`).toString().trim();
  const entry = Buffer.concat([Buffer.from('100644 ../../x.yaml\0'), Buffer.from(oid, 'hex')]);
  const tree = Buffer.concat([entry, git(['cat-file', 'tree', 'main^{tree}'])]);
  const root = git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], tree).toString().trim();
  const commit = git(['commit-tree', root, '-p', 'main', '-m', 'Escape']).toString().trim();
  git(['update-ref', 'refs/heads/main', commit]);
}

async function leaseAgeMs({ api }: World): Promise<number> {
  const lease = await api.ask('GET', '/apis/coordination.k8s.io/v1/namespaces/default/leases/towpath');
  return Date.now() - Date.parse((lease as { spec: { renewTime: string } }).spec.renewTime);
}

it('hostile files in a commit are each named with their place, and hold up neither the other environments nor the lease', async () => {
  const world = await startWorld({
    files: { ...productFiles('1.0.0'), ...environmentFiles('large', { stage: 'qa', version: '1.0.0' }) },
  });
  try {
    await world.ready('large', '1.0.0');
    await world.repository.commit({
      message: 'Everything at once',
      files: {
        ...promotionFiles('1.1.0'),
        ...versionFile('large', '1.1.0'),
        'products/shop/environments/large/config.yaml': Buffer.alloc(50 * 1024 * 1024, header),
        ...Object.fromEntries(Object.entries(hostile).map(([file, { content }]) => [file, content])),
      },
      links: { 'hostile/link.yaml': '/etc/passwd' },
    });
    commitEscape(world);
    const head = await world.repository.git('rev-parse', 'main');
    const ages: number[] = [];
    const status = await eventually(
      async () => {
        ages.push(await leaseAgeMs(world));
        const source = await world.api.get('releasesources', 'releases');
        return source.status?.commit?.sha === head ? source.status : undefined;
      },
      'the commit was read',
      20_000,
    );
    const errors = (status.errors ?? []).map(({ file, line, column, message }) => ({
      file,
      text: `${line}:${column} ${message}`,
    }));
    const of = (file: string) => errors.filter((error) => error.file === file).map(({ text }) => text);
    for (const [file, { says }] of Object.entries(hostile)) expect(of(file), file).toContainEqual(expect.stringMatching(says));
    expect(of('hostile/link.yaml')).toEqual(['1:1 is a symbolic link: links are not followed']);
    expect(of('../../x.yaml')).toEqual(['1:1 has a name that is not allowed: no "..", no backslash, no control character']);
    expect(of('products/shop/environments/large/config.yaml')).toEqual(['1:1 is larger than 1,048,576 bytes: it is not read']);
    for (const stage of path) {
      await eventually(async () => {
        ages.push(await leaseAgeMs(world));
        return (await world.api.get('environments', `shop.${stage}`)).status?.recorded?.version === '1.1.0';
      }, `${stage} goes on to 1.1.0`);
    }
    expect(Math.max(...ages)).toBeLessThan(10_000);
    await world.says('large', /large\/version\.yaml:4:9 .*environment large of product shop has no EnvironmentConfig/, 'Valid');
    expect((await world.runs('large')).map(({ spec }) => spec.version)).toEqual(['1.0.0']);
  } finally {
    await world.close();
  }
});
