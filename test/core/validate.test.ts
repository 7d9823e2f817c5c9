import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ValidateFormat } from '../../controller/cli/validate.js';
import { runValidate } from '../../controller/commands/validate.js';
import { changed, type Files, valid } from './documents-fixture.js';

const folders: string[] = [];

async function folderOf(files: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-validate-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Exit code and output; the folder's own name is shown as `DIR`. */
async function validate(directory: string, format: ValidateFormat = 'human', color = false): Promise<[number, string]> {
  let output = '';
  const code = await runValidate({ directory, format, color }, (text) => {
    output += text;
  });
  return [code, output.replaceAll(directory, 'DIR')];
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const wrong = changed('config.yaml', 'stage: uat', 'stage: uta');

describe('towpath validate', () => {
  it('counts what it found in a valid folder', async () => {
    expect(await validate(await folderOf(valid))).toEqual([0, '4 documents, 1 environment: valid\n']);
  });

  it('shows each error with its line', async () => {
    expect(await validate(await folderOf({ ...wrong, 'release.yaml': `${valid['release.yaml']}  previous: 2.9.2\n` }))).toEqual([
      1,
      `DIR/config.yaml:6:10 error spec.stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5
  6 |   stage: uta
    |          ^^^

DIR/release.yaml:7:13 warning spec.previous: product shop has no Release "2.9.2": what it needs is not counted in jumps over it
  7 |   previous: 2.9.2
    |             ^^^^^

4 documents, 1 environment: 1 error, 1 warning; 1 document and 1 environment not valid
`,
    ]);
  });

  it('is content with warnings', async () => {
    const [code] = await validate(await folderOf({ ...valid, 'release.yaml': `${valid['release.yaml']}  previous: 2.9.2\n` }));
    expect(code).toBe(0);
  });

  it('shows the part of a long line that it speaks of, and masks control characters', async () => {
    const settings = `{a: "${'x'.repeat(300)}", b: &b "\u0007"}`;
    const [, output] = await validate(await folderOf(changed('config.yaml', '{url: https://acme.example}', settings)));
    expect(output.split('\n').slice(0, 3)).toEqual([
      'DIR/config.yaml:8:327 error spec.settings.b: anchors such as &b are not allowed',
      `  8 | ${'x'.repeat(51)}", b: &b "\ufffd"}`,
      `    | ${' '.repeat(60)}^^^`,
    ]);
  });

  it('colours only where it is asked to', async () => {
    const folder = await folderOf(valid);
    expect(await validate(folder, 'human', true)).toEqual([0, '\u001b[32m4 documents, 1 environment: valid\u001b[0m\n']);
  });

  it('writes workflow commands', async () => {
    expect(await validate(await folderOf(wrong), 'github')).toEqual([
      1,
      `::error file=DIR/config.yaml,line=6,col=10,endLine=6,endColumn=13,title=towpath unknown-stage::spec.stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5
3 valid and 1 invalid documents, 0 valid and 1 invalid environments
`,
    ]);
  });

  it('cannot be made to write other workflow commands', async () => {
    const [, output] = await validate(await folderOf(changed('version.yaml', 'shop', '"x%0A\\n::error::y"')), 'github');
    expect(
      output
        .split('\n')
        .filter((line) => line.startsWith('::'))
        .map((line) => line.slice(line.indexOf('::', 2))),
    ).toEqual([
      '::spec.product: "x%250A\\n::error::y" is not a DNS label (a-z, 0-9 and -, at most 63 characters, first and last no -)',
    ]);
  });

  it('writes JSON', async () => {
    const [code, output] = await validate(await folderOf(wrong), 'json');
    expect([code, JSON.parse(output)]).toEqual([
      1,
      {
        valid: false,
        documents: { valid: 3, invalid: 1 },
        environments: { valid: 0, invalid: 1 },
        findings: [
          {
            file: 'DIR/config.yaml',
            line: 6,
            column: 10,
            end: { line: 6, column: 13 },
            severity: 'error',
            rule: 'unknown-stage',
            path: 'spec.stage',
            message: '"uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5',
          },
        ],
      },
    ]);
  });

  it('writes SARIF with a rule and a region for each finding', async () => {
    const [code, output] = await validate(await folderOf(wrong), 'sarif');
    const { version, runs } = JSON.parse(output) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleIndex: number }[] }[];
    };
    const rules = runs[0]?.tool.driver.rules ?? [];
    const results = runs[0]?.results ?? [];
    expect([code, version, results.map(({ ruleIndex }) => rules[ruleIndex]?.id), results]).toEqual([
      1,
      '2.1.0',
      ['unknown-stage'],
      [
        {
          ruleId: 'unknown-stage',
          ruleIndex: rules.findIndex(({ id }) => id === 'unknown-stage'),
          level: 'error',
          message: {
            text: 'spec.stage: "uta" is not a stage of product shop (qa, uat); did you mean "uat"? See product.yaml:11:5',
          },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'DIR/config.yaml' },
                region: { startLine: 6, startColumn: 10, endLine: 6, endColumn: 13 },
              },
            },
          ],
        },
      ],
    ]);
  });

  it('follows no links, and leaves .git and node_modules alone', async () => {
    const folder = await folderOf({
      ...valid,
      '.git/x.yaml': 'apiVersion: towpath.dev/v9',
      'node_modules/x.yaml': 'apiVersion: towpath.dev/v9',
    });
    await symlink('/etc', join(folder, 'etc'));
    await symlink(join(folder, 'version.yaml'), join(folder, 'other.yaml'));
    expect(await validate(folder)).toEqual([
      1,
      `DIR/other.yaml:1:1 error is a symbolic link: links are not followed

5 documents, 1 environment: 1 error; 1 document and 0 environments not valid
`,
    ]);
  });

  it('says which folder it cannot read', async () => {
    const folder = await folderOf({});
    const [code, output] = await validate(join(folder, 'missing'));
    expect([code, output]).toEqual([2, 'DIR cannot be read: there is no such folder\n']);
    const file = join(await folderOf(valid), 'version.yaml');
    expect(await validate(file)).toEqual([2, 'DIR cannot be read: it is no folder\n']);
  });

  it('does not call a folder valid that holds nothing of Towpath', async () => {
    const folder = await folderOf({ 'chart/values.yaml': 'replicas: 1\n' });
    expect(await validate(folder)).toEqual([
      0,
      'no documents of Towpath (apiVersion: towpath.dev/v1alpha1) in DIR: nothing to check\n',
    ]);
  });
});
