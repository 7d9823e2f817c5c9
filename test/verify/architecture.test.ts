import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Source, sourcesIn } from './sources.js';

const sources = sourcesIn('controller');

const files = (...folders: string[]) => folders.map((folder) => (folder.endsWith('.ts') ? folder : `controller/${folder}/`));
const adapter = (own: string, ...packages: string[]) => [
  ...files(own, 'core', 'controller/reconcile/ports.ts', 'telemetry'),
  'node:',
  ...packages,
];

/** What a file in each folder may import from elsewhere: the beginning of a path or of a package name. */
const allowed: Record<string, readonly string[]> = {
  core: [...files('core'), 'yaml', 'ajv', 'ajv-formats', '@sinclair/typebox', '@noble/hashes', 'canonicalize', 'semver', 're2js'],
  reconcile: files('core', 'reconcile'),
  git: adapter('git', 'isomorphic-git', 'openpgp', 'undici'),
  jenkins: adapter('jenkins', 'jenkins', 'undici'),
  forge: adapter('forge', 'undici'),
  s3: adapter('s3', '@aws-sdk/client-s3', '@smithy/'),
  notify: adapter('notify', 'undici', 'nodemailer'),
  kube: adapter('kube', '@kubernetes/client-node', 'undici', 'yaml'),
  // Beside its store: YAML bodies of server-side apply.
  embedded: [...files('embedded'), 'node:', 'classic-level', 'yaml'],
  http: [...files('http'), 'node:', 'hono', '@hono/node-server'],
  telemetry: [...files('telemetry'), 'node:', 'pino', 'prom-client'],
  // What commands do with a cluster: composition roots of their own.
  operate: [...files('operate', 'core', 'forge', 'git', 'kube', 'reconcile', 's3'), 'node:'],
  commands: [...files('commands', 'cli', 'core', 'operate'), 'controller/config.ts', 'controller/standalone.ts', 'node:', 'yaml'],
  cli: [...files('cli', 'core'), 'controller/app.ts', 'controller/config.ts', 'node:', 'commander'],
};

/** Files at the top: the composition roots know everything but the command line. */
const allowedAtTop: Record<string, RegExp> = {
  'controller/app.ts': /^(?!controller\/(cli\/|main\.ts))/,
  'controller/adapters.ts': /^controller\/(forge|git|jenkins|kube|notify|reconcile|s3|telemetry)\//,
  'controller/observability.ts': /^controller\/(core|kube|reconcile|telemetry)\//,
  'controller/standalone.ts': /^(?!controller\/(cli\/|main\.ts))/,
  'controller/config.ts': /^(controller\/core\/|node:)/,
  'controller/generate.ts': /^(controller\/(core|telemetry)\/|node:|yaml$)/,
  'controller/main.ts': /./,
};

function forbidden({ path, imports }: Source): string[] {
  const [, folder = ''] = path.split('/');
  const top = allowedAtTop[path];
  if (top !== undefined) return imports.filter((name) => !top.test(name));
  const rule = allowed[folder];
  if (rule === undefined) return [`the folder ${folder} stands in no rule`];
  return imports.filter(
    (name) => !rule.some((prefix) => (prefix.endsWith('/') || prefix.endsWith(':') ? name.startsWith(prefix) : name === prefix)),
  );
}

describe('architecture', () => {
  it('every file imports only what its folder may', () => {
    const found = sources.flatMap((source) => forbidden(source).map((name) => `${source.path} imports ${name}`));
    expect(found).toEqual([]);
  });

  it('there are no import cycles, types included', () => {
    expect(cyclesOf(sources)).toEqual([]);
  });

  it('addresses are read by trying: what URL.canParse says changes on Node 20 once it is compiled', () => {
    expect(sources.filter(({ text }) => /URL\.canParse\(/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('the core knows no clock, no randomness and no mutable module state', () => {
    const found = sources
      .filter(({ path }) => path.startsWith('controller/core/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/Date\.now\(|new Date\(\)|Math\.random\(|performance\.|^(?:export )?let /gm)].map(
          ([match]) => `${path}: ${match}`,
        ),
      );
    expect(found).toEqual([]);
  });

  it('only config.ts reads the environment, and only main.ts ends the process', () => {
    const found = sources.flatMap(({ path, text }) => [
      ...(path !== 'controller/config.ts' && text.includes('process.env') ? [`${path} reads process.env`] : []),
      ...(path !== 'controller/main.ts' && text.includes('process.exit') ? [`${path} calls process.exit`] : []),
    ]);
    expect(found).toEqual([]);
  });

  it('there are no barrels, no default exports and no drawers', () => {
    const found = sources.flatMap(({ path, text }) => [
      ...(/(^|\/)index\.ts$/.test(path) ? [`${path} is a barrel`] : []),
      ...(/^export default /m.test(text) ? [`${path} has a default export`] : []),
      ...(/(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$|-)/.test(path) ? [`${path} is a drawer`] : []),
    ]);
    expect(found).toEqual([]);
  });

  it('files stay within 400 lines, and nearly all within 250', () => {
    const all = [...sources, ...sourcesIn('test'), ...sourcesIn('examples')].map(({ path, text }) => ({
      path,
      lines: text.split('\n').length - 1,
    }));
    expect(all.filter(({ lines }) => lines > 400)).toEqual([]);
    const long = all.filter(({ lines }) => lines > 250);
    expect(long.length, long.map(({ path, lines }) => `${path} ${lines}`).join('\n')).toBeLessThanOrEqual(all.length / 20);
  });

  it('functions stay within 60 lines and four parameters', () => {
    const found = sources.flatMap(({ path, text }) => longFunctions(text).map((what) => `${path}: ${what}`));
    expect(found).toEqual([]);
  });

  it('tests mock no modules', () => {
    const found = sourcesIn('test').filter(
      ({ path, text }) => !path.startsWith('test/verify/') && /\bvi\.(mock|doMock)\(/.test(text),
    );
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('the top level is what it is meant to be', () => {
    const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
    const top = [...new Set(tracked.map((path) => path.split('/')[0] ?? ''))].filter((name) => !name.startsWith('.'));
    const wanted = [
      'Dockerfile',
      'README.md',
      'controller',
      'crds',
      'docs',
      'examples',
      'manifests',
      'package-lock.json',
      'package.json',
      'schemas',
      'test',
      'tsconfig.json',
    ];
    expect(top.filter((name) => !wanted.includes(name))).toEqual([]);
  });
});

function cyclesOf(all: readonly Source[]): string[] {
  const graph = new Map(all.map(({ path, imports }) => [path, imports.filter((name) => name.startsWith('controller/'))]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    state.set(path, 'open');
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

/** Functions by their indentation, which the formatter guarantees: a head that ends with `{`, and the line that closes it. */
function longFunctions(text: string): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, start) => {
    const head =
      /^(\s*)(?:export )?(?:async )?(?:(?:static|override|private|get) )*(?:function\*? )?(#?\w+)\s*(?:<.*>)?\((.*)\).*\{$/.exec(
        line,
      );
    if (head === null || /^(if|for|while|switch|catch|return)$/.test(head[2] ?? '')) return [];
    const end = lines.indexOf(`${head[1]}}`, start);
    const length = end - start + 1;
    const parameters = countParameters(head[3] ?? '');
    return [
      ...(length > 60 ? [`${head[2]} has ${length} lines`] : []),
      ...(parameters > 4 ? [`${head[2]} has ${parameters} parameters`] : []),
    ];
  });
}

/** Commas outside of every bracket separate parameters. */
function countParameters(list: string): number {
  let depth = 0;
  let count = list.trim() === '' ? 0 : 1;
  for (const character of list.replaceAll('=>', '')) {
    if ('({[<'.includes(character)) depth += 1;
    else if (')}]>'.includes(character)) depth -= 1;
    if (depth < 0) return count;
    if (character === ',' && depth === 0) count += 1;
  }
  return count;
}
