import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatGithub } from '../cli/format/github.js';
import { formatHuman } from '../cli/format/human.js';
import { formatSarif } from '../cli/format/sarif.js';
import { readFolder } from '../cli/repository-folder.js';
import type { ValidateFormat } from '../cli/validate.js';
import { loadRepository } from '../core/documents/load.js';
import { printable } from '../core/documents/quote.js';
import type { Finding, ReleaseRepository } from '../core/model.js';

export interface ValidateArgs {
  /** Root of the release repository, or the folder of it that Towpath reads. */
  readonly directory: string;
  readonly format: ValidateFormat;
  readonly color: boolean;
}

/** `towpath validate`: everything that is wrong with the documents of a folder. Exit code 0: valid, 1: not valid, 2: cannot be read. */
export async function runValidate(args: ValidateArgs, out: (text: string) => void): Promise<number> {
  let repository: ReleaseRepository;
  try {
    repository = withDirectory(loadRepository(await readFolder(args.directory)), args.directory);
  } catch (error) {
    out(`${printable(args.directory)} ${whyUnreadable(error)}\n`);
    return 2;
  }
  out(await formatted(repository, args));
  return repository.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function whyUnreadable(error: unknown): string {
  const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  if (code === 'ENOENT') return 'cannot be read: there is no such folder';
  if (code === 'ENOTDIR') return 'cannot be read: it is no folder';
  return `cannot be read: ${printable(message)}`;
}

/** Paths as seen from where the command runs, so that terminals, editors and code hosts find the files. */
function withDirectory(repository: ReleaseRepository, directory: string): ReleaseRepository {
  return { ...repository, findings: repository.findings.map((finding) => ({ ...finding, file: join(directory, finding.file) })) };
}

async function formatted(repository: ReleaseRepository, { directory, format, color }: ValidateArgs): Promise<string> {
  if (format === 'github') return formatGithub(repository);
  if (format === 'sarif') return formatSarif(repository);
  if (format === 'json') return `${JSON.stringify(summary(repository), null, 2)}\n`;
  const { documents, findings } = repository;
  if (documents.valid + documents.invalid + findings.length === 0)
    return `no documents of Towpath (apiVersion: towpath.dev/v1alpha1) in ${printable(directory)}: nothing to check\n`;
  return formatHuman(repository, { color, lines: await readLines(repository.findings) });
}

function summary({ findings, documents, environments, invalid }: ReleaseRepository): object {
  return {
    valid: !findings.some(({ severity }) => severity === 'error'),
    documents,
    environments: { valid: environments.length, invalid: invalid.length },
    findings,
  };
}

/** File → its lines, of the files that are spoken of; what cannot be read has none. */
async function readLines(findings: readonly Finding[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const lines = new Map<string, readonly string[]>();
  for (const { file, rule } of findings) {
    if (lines.has(file) || rule === 'symbolic-link') continue;
    lines.set(
      file,
      await readFile(file, 'utf8').then(
        (text) => text.replace(/^\ufeff/, '').split(/\r?\n/),
        () => [],
      ),
    );
  }
  return lines;
}
