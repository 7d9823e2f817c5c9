import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtUrl } from '../support/built.js';

const program = `${process.execPath} ${fileURLToPath(builtUrl('controller/main.js'))}`;
const place = 'products/insights/environments/insights-uat-acme/version.yaml';

interface Step {
  readonly run?: string;
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
interface Pipeline {
  readonly validate: { readonly script: string[]; readonly after_script: string[] };
  readonly plan: { readonly script: string[] };
}

const read = (file: string) => readFileSync(`examples/ci/${file}`, 'utf8');

/** Every command of the three files, in its order. */
const commands = {
  'github-actions.yaml': Object.values((parse(read('github-actions.yaml')) as Workflow).jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run }) => run ?? []),
  ),
  'gitlab-ci.yaml': ((pipeline: Pipeline) => [
    ...pipeline.validate.script,
    ...pipeline.validate.after_script,
    ...pipeline.plan.script,
  ])(parse(read('gitlab-ci.yaml')) as Pipeline),
  Jenkinsfile: [...read('Jenkinsfile').matchAll(/^\s*sh '(.*)'$/gm)].map(([, command = '']) => command),
};

describe.each(Object.entries(commands))('the commands of %s', (_, all) => {
  let folder: string;
  let base: string;
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();

  /** As a runner does it: in a shell, in the checkout of a pull request. */
  function run(): { code: number; said: string }[] {
    const env = {
      PATH: process.env.PATH,
      TOWPATH: program,
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      CI_COMMIT_SHA: git('rev-parse', 'HEAD'),
    };
    return all.map((command) => {
      const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', command], { cwd: folder, env, encoding: 'utf8' });
      return { code: status ?? -1, said: `${stdout}${stderr}` };
    });
  }
  const written = (file: string) => readFileSync(join(folder, file), 'utf8');

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'towpath-ci-'));
    cpSync('examples/releases', folder, { recursive: true });
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'All as it is');
    base = git('rev-parse', 'HEAD');
    git('update-ref', 'refs/remotes/origin/main', base);
    git('switch', '--quiet', '--create', 'promote');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are there, and each names the program by what the file says that it is', () => {
    expect(all.filter((command) => command.startsWith('$TOWPATH validate')).length).toBeGreaterThan(0);
    expect(all.filter((command) => command.startsWith('$TOWPATH plan')).length).toBeGreaterThan(0);
  });

  it('find a promotion valid and say what it would change', () => {
    const text = written(place);
    writeFileSync(join(folder, place), text.replace(/^( {2}version: ).*$/m, '$199.0.0'));
    git('commit', '--quiet', '--all', '--message', 'Promote 99.0.0');
    const results = run();
    expect(results.filter(({ code }) => code !== 0)).toEqual([]);
    const plan = all.some((command) => command.includes('GITHUB_STEP_SUMMARY')) ? written('summary.md') : written('plan.md');
    expect(plan).toContain('insights-uat-acme');
    expect(plan).toContain('99.0.0');
  });

  it('fail where a document is not valid, and name the line', () => {
    writeFileSync(join(folder, place), written(place).replace('99.0.0', '99.0'));
    git('commit', '--quiet', '--all', '--message', 'Forget the quotes');
    const results = run();
    const validating = results.filter((__, at) => /^\$TOWPATH validate(?!.*\|\| true)/.test(all[at] ?? ''));
    expect(validating.map(({ code }) => code)).toEqual(validating.map(() => 1));
    expect(validating.map(({ said }) => said).join('')).toContain(place);
    const report = all.some((command) => command.includes('gl-code-quality'))
      ? written('gl-code-quality-report.json')
      : undefined;
    if (report !== undefined)
      expect(JSON.parse(report)).toContainEqual(
        expect.objectContaining({ severity: 'major', location: { path: place, lines: { begin: expect.any(Number) } } }),
      );
  });
});
