import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runValidate } from '../../controller/commands/validate.js';
import { builtUrl } from '../support/built.js';
import { towpath } from '../support/terminal-world.js';

describe('towpath init', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-init-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const files = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: false })
      .filter((path) => path.includes('.') && !path.startsWith('schemas/'))
      .sort();
  const validate = async () => {
    let said = '';
    const code = await runValidate({ directory: folder, format: 'human', color: false }, (text) => {
      said += text;
    });
    return [code, said];
  };
  const init = (...args: string[]) => towpath(['init', folder, ...args]);
  const minimal = ['--product', 'shop', '--job', 'platform/deploy'];

  it('writes a repository that is valid, from two answers', async () => {
    const { code, stdout } = await init(...minimal);
    expect([code, stdout.split('\n').filter((line) => line.startsWith('  products'))]).toEqual([
      0,
      [
        '  products/shop/product.yaml',
        '  products/shop/releases/1.0.0.yaml',
        ...['qa', 'uat', 'production'].flatMap((name) => [
          `  products/shop/environments/${name}/version.yaml`,
          `  products/shop/environments/${name}/config.yaml`,
        ]),
      ],
    ]);
    expect(await validate()).toEqual([0, '8 documents, 3 environments: valid\n']);
  });

  it('writes environments for each client, and names the bucket', async () => {
    const clients = ['--client', 'acme', '--client', 'globex'];
    expect(
      (await init(...minimal, ...clients, '--stage', 'qa', '--stage', 'production', '--bucket', 'rc', '--version', '2.9')).code,
    ).toBe(0);
    expect(files().filter((path) => path.endsWith('version.yaml'))).toEqual([
      'products/shop/environments/production-acme/version.yaml',
      'products/shop/environments/production-globex/version.yaml',
      'products/shop/environments/qa/version.yaml',
    ]);
    expect(await validate()).toEqual([0, '8 documents, 3 environments: valid\n']);
    expect(
      readFileSync(join(folder, 'products/shop/product.yaml'), 'utf8'),
    ).toBe(`# yaml-language-server: $schema=../../schemas/product.schema.json
apiVersion: towpath.dev/v1alpha1
kind: Product
metadata:
  name: shop
spec:
  # What pins the version of each component of a release: an object in a bucket of the ReleaseSource.
  descriptor:
    bucket: "rc"
    key: shop/\${version}.json
  deployer:
    jenkins:
      server: "main"
      job: "platform/deploy"
      # TOWPATH_RUN is added; the job needs a parameter of that name.
      parameters:
        ENVIRONMENT: \${environment}
        VERSION: \${version}
        DESCRIPTOR: \${descriptor.key}
      timeout: 1h
  # The path to production. A stage may have soak times, sign-offs, checklists and verification jobs.
  stages:
    - name: qa
    - name: production
      after: [qa]
`);
  });

  it('gives every document the schema that its first line names', async () => {
    await init(...minimal);
    const documents = files().filter((path) => path.startsWith('products/'));
    const named = documents.map((path) => {
      const text = readFileSync(join(folder, path), 'utf8');
      const schema = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1] ?? '';
      const { title } = JSON.parse(readFileSync(join(folder, path, '..', schema), 'utf8')) as { title: string };
      return text.includes(`\nkind: ${title}\n`);
    });
    expect([named.length, new Set(named)]).toEqual([8, new Set([true])]);
  });

  it.each([
    ['github', '.github/workflows/releases.yaml', 'github-actions.yaml'],
    ['gitlab', '.gitlab-ci.yml', 'gitlab-ci.yaml'],
    ['jenkins', 'Jenkinsfile', 'Jenkinsfile'],
  ])('adds the workflow of %s', async (kind, path, example) => {
    const { code, stdout } = await init(...minimal, '--with-ci', kind);
    expect([code, stdout]).toEqual([0, expect.stringContaining('and README.md, schemas/ and a workflow\n')]);
    expect(readFileSync(join(folder, path), 'utf8')).toBe(readFileSync(join('examples/ci', example), 'utf8'));
    expect(await validate()).toEqual([0, '8 documents, 3 environments: valid\n']);
  });

  it('overwrites nothing', async () => {
    await init(...minimal);
    expect(await init(...minimal)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'towpath: README.md, products/shop/product.yaml, products/shop/releases/1.0.0.yaml are there already: nothing was written\n',
    });
  });

  it('says what is wrong with answers, and writes nothing', async () => {
    expect((await init('--product', 'shop')).stderr).toBe('towpath: --job is needed: there is no terminal to ask at\n');
    const { code, stderr } = await init(...minimal, '--stage', 'QA', '--client', 'qa', '--version', '-1');
    expect([code, stderr]).toEqual([
      2,
      'towpath: the stage "QA" is not a DNS label (a-z, 0-9 and -, at most 63 characters, first and last no -); ' +
        '"-1" is not a version (letters, digits and . _ + -, at most 63 characters, first a letter or digit)\n',
    ]);
    expect(files()).toEqual([]);
  });

  it('asks for what no flag says, on a terminal', async () => {
    const answers = ['shop', 'qa, production', '', '', 'platform/deploy', '', ''];
    const asked: string[] = [];
    const ask = async (question: string, usual: string) => {
      asked.push(question);
      return answers[asked.length - 1] || usual;
    };
    expect((await towpath(['init', folder], { ask })).code).toBe(0);
    expect([asked.length, await validate()]).toEqual([7, [0, '6 documents, 2 environments: valid\n']]);
  });

  it.skipIf(!existsSync('/usr/bin/script'))('asks at a real terminal, by the built program', async () => {
    const line = `'${process.execPath}' '${fileURLToPath(builtUrl('controller/main.js'))}' init '${folder}'`;
    const child = promisify(execFile)('script', ['-qec', line, '/dev/null']);
    const typed = ['store', '', '', '', '', '', ''];
    child.child.stdout?.on('data', (text: Buffer | string) => {
      if (String(text).includes(': ') && typed.length > 0) child.child.stdin?.write(`${typed.shift()}\n`);
    });
    const { stdout } = await child;
    expect(stdout).toContain('Name of the product [shop]: ');
    expect(files()).toContain('products/store/product.yaml');
  });
});

describe('towpath schema', () => {
  it('lists the kinds, and prints what is published', async () => {
    const kinds = (await towpath(['schema'])).stdout.split('\n').slice(0, -1);
    expect(kinds).toContain('MasterVersion');
    for (const kind of kinds)
      expect((await towpath(['schema', kind.toLowerCase()])).stdout).toBe(
        readFileSync(`schemas/${kind.toLowerCase()}.schema.json`, 'utf8'),
      );
  });

  it('says what may have been meant', async () => {
    const { code, stderr } = await towpath(['schema', 'MasterVersoin']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/did you mean "MasterVersion"\?\n$/)]);
  });
});
