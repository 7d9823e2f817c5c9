import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InitFlags } from '../cli/init.js';
import type { Terminal } from '../cli/terminal.js';
import { UsageError } from '../config.js';
import { loadRepository } from '../core/documents/load.js';
import { parseFile } from '../core/documents/parse.js';
import { schemaFiles } from '../core/documents/schema-files.js';
import { suggestion } from '../core/documents/suggest.js';
import { type Answers, firstRepository, whyBadAnswers } from '../core/terminal/first-repository.js';

/** `towpath init`. Throws UsageError for wrong answers, and an Error where something is in the way. */
export async function runInit(directory: string, flags: InitFlags, terminal: Terminal): Promise<number> {
  const answers = await answersOf(flags, terminal);
  const problems = whyBadAnswers(answers);
  if (problems.length > 0) throw new UsageError(problems.join('; '));
  const files = { ...firstRepository(answers), ...documentSchemaFiles(), ...(await workflow(flags)) };
  refuseInvalid(files);
  await refuseOverwriting(directory, Object.keys(files));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(directory, dirname(path)), { recursive: true });
    // Whatever has come in between stays.
    await writeFile(join(directory, path), content, { flag: 'wx' });
  }
  terminal.stdout(tell(directory, Object.keys(files), answers));
  return 0;
}

type Ask = NonNullable<Terminal['ask']>;

async function answersOf(flags: InitFlags, { ask }: Terminal): Promise<Answers> {
  const { product, job } = flags;
  if (ask === undefined) {
    const missing = Object.entries({ '--product': product, '--job': job }).flatMap(([flag, value]) =>
      value === undefined ? [flag] : [],
    );
    if (missing.length > 0)
      throw new UsageError(
        `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} needed: there is no terminal to ask at`,
      );
    return usual(flags);
  }
  // Whoever says all that is needed by flags is asked nothing.
  return product !== undefined && job !== undefined ? usual(flags) : askAll(flags, ask);
}

const usualStages = ['qa', 'uat', 'production'];

function usual({ product = '', job = '', stage, client, version = '1.0.0', server = 'main', bucket }: InitFlags): Answers {
  const stages = stage.length === 0 ? usualStages : stage;
  return { product, job, stages, clients: client, version, server, ...(bucket === undefined ? {} : { bucket }) };
}

async function askAll(flags: InitFlags, ask: Ask): Promise<Answers> {
  const told = usual(flags);
  const product = flags.product ?? (await ask('Name of the product', 'shop'));
  const stages =
    flags.stage.length > 0
      ? flags.stage
      : words(await ask('Stages on its path to production, in their order', usualStages.join(' ')));
  const clients =
    flags.client.length > 0
      ? flags.client
      : words(await ask('Clients with environments of their own (none: everybody shares them)', ''));
  const version = flags.version ?? (await ask('Version that runs, or is to run, everywhere', told.version));
  const job = flags.job ?? (await ask('Full name of the Jenkins job that deploys', 'platform/deploy'));
  const server = flags.server ?? (await ask('Name of the Jenkins server, as the operator calls it', told.server));
  const bucket = flags.bucket ?? (await ask('Name of the bucket of descriptors (none: one bundle)', ''));
  return { product, stages, clients, version, job, server, ...(bucket === '' ? {} : { bucket }) };
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

const documentSchemaFiles = () => schemaFiles();

const workflows = {
  github: ['github-actions.yaml', '.github/workflows/releases.yaml'],
  gitlab: ['gitlab-ci.yaml', '.gitlab-ci.yml'],
  jenkins: ['Jenkinsfile', 'Jenkinsfile'],
} as const;

async function workflow({ withCi }: InitFlags): Promise<Readonly<Record<string, string>>> {
  if (withCi === undefined) return {};
  const [file, path] = workflows[withCi];
  // Beside dist/, or beside the sources.
  const places = ['../../../', '../../'].map((root) => new URL(`${root}examples/ci/${file}`, import.meta.url));
  const text = await Promise.any(places.map((place) => readFile(place, 'utf8'))).catch(() => undefined);
  if (text === undefined)
    throw new Error(`examples/ci/${file} is not part of this installation: leave --with-ci out, and copy it later`);
  return { [path]: text };
}

/** A first repository that is not valid would be a poor teacher. */
function refuseInvalid(files: Readonly<Record<string, string>>): void {
  const documents = Object.entries(files).filter(([path]) => path.endsWith('.yaml') && path.startsWith('products/'));
  const { findings } = loadRepository(documents.map(([path, content]) => parseFile({ path, content: Buffer.from(content) })));
  const [first] = findings;
  if (first !== undefined)
    throw new UsageError(`that makes no valid repository: ${first.file}:${first.line} ${first.path} ${first.message}`);
}

async function refuseOverwriting(directory: string, paths: readonly string[]): Promise<void> {
  const there: string[] = [];
  for (const path of paths)
    await access(join(directory, path)).then(
      () => there.push(path),
      () => undefined,
    );
  if (there.length > 0)
    throw new Error(`${there.slice(0, 3).join(', ')} ${there.length === 1 ? 'is' : 'are'} there already: nothing was written`);
}

function tell(directory: string, paths: readonly string[], { product, stages }: Answers): string {
  const place = directory === '.' ? '' : `cd ${directory}\n  `;
  const documents = paths.filter((path) => path.startsWith('products/'));
  return `${[
    ...documents.map((path) => `  ${path}`),
    `and README.md, schemas/${paths.some((path) => path.includes('.git') || path === 'Jenkinsfile') ? ' and a workflow' : ''}`,
    '',
    'Next:',
    `  ${place}git init -b main && git add . && git commit -m "A first path to production"`,
    '  towpath validate',
    `  towpath promote ${product} VERSION ${stages[0]}`,
  ].join('\n')}\n`;
}

/** `towpath schema`. Throws UsageError for a kind that there is not. */
export async function runSchema(kind: string | undefined, terminal: Terminal): Promise<number> {
  const [{ documentKinds }, { resourceSchemaFiles, writtenKinds }] = await Promise.all([
    import('../core/documents/document-schemas.js'),
    import('../core/resources/editor-schemas.js'),
  ]);
  const kinds = [...documentKinds, 'Descriptor', ...writtenKinds];
  if (kind === undefined) {
    terminal.stdout(kinds.map((name) => `${name}\n`).join(''));
    return 0;
  }
  const found = kinds.find((name) => name.toLowerCase() === kind.toLowerCase());
  const content = found && { ...schemaFiles(), ...resourceSchemaFiles() }[`schemas/${found.toLowerCase()}.schema.json`];
  if (content === undefined) throw new UsageError(`"${kind}" is none of ${kinds.join(', ')}${suggestion(kind, kinds)}`);
  terminal.stdout(content);
  return 0;
}
