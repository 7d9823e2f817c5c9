import { type Commands, run } from '../../../controller/cli/program.js';
import { controllerConfig, standaloneConfig, UsageError } from '../../../controller/config.js';
import { parseDuration } from '../../../controller/core/duration.js';
import { toTime } from '../../../controller/core/time.js';
import { parseDocuments } from '../../../controller/kube/documents.js';
import { parseS3Location } from '../../../controller/s3/descriptor-reader.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';
import { parseGitLocation } from './git-location.js';

const configuring: Partial<Commands> = {
  controller: async (flags) => {
    controllerConfig(flags);
    return 0;
  },
  standalone: async (flags) => {
    standaloneConfig(flags);
    return 0;
  },
};

/** Every other command does nothing: what is tried is what comes before it. */
const commands = new Proxy(configuring, {
  get: (own, name) => own[name as keyof Commands] ?? (async () => 0),
}) as Commands;

/** The command line (a part an argument), and the small texts that people write into fields and files: an exit code, or a UsageError. */
export const commandLine: Target = {
  name: 'command-line',
  guide: /controller\/(?:cli|core|kube|s3|git)\/|controller\/config/,
  words: [
    '--data',
    '--config=',
    '--http',
    ':8080',
    '[::1]:1',
    '--log-level',
    'trace',
    '--',
    '-',
    '--no-',
    '=',
    'standalone',
    'controller',
    'delta',
    's3://a/b?versionId=',
    '99999999999999999999d',
    '0.1ms',
    'https://a:b@c/',
    'file://',
    'git@host:x',
  ],
  open: async () => ({
    seeds: [
      bytesOf('standalone', '--data', 'a', '--config', 'b', '--http', '127.0.0.1:0', '--api-port', '1', '--log-level', 'debug'),
      bytesOf('controller', '--kubeconfig', 'x', '--namespace', 'n', '--http', '[::1]:8080', '--lease-namespace', 'l'),
      bytesOf('delta', 's3://a/b?versionId=c', 'd', '--format', 'json', '--exit-code'),
      bytesOf('validate', '.', '--format=sarif'),
      bytesOf('1h30m', 'https://git.example/a.git', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\nnull\n'),
    ],
    run: async (input) => {
      const argv = partsOf(input).map((part) => part.toString('utf8'));
      const { stdout, stderr } = process;
      const write = stdout.write;
      const writeError = stderr.write;
      stdout.write = () => true;
      stderr.write = () => true;
      try {
        const code = await run(argv, commands, '1').catch((error: unknown) => {
          if (error instanceof UsageError) return 2;
          throw error;
        });
        promise(code === 0 || code === 2, 'an exit code', code);
      } finally {
        stdout.write = write;
        stderr.write = writeError;
      }
      for (const text of argv) checkText(text);
    },
    close: async () => undefined,
  }),
};

function checkText(text: string): void {
  const ms = parseDuration(text);
  if (ms !== undefined) toTime(1_800_000_000_000 + ms);
  const place = parseS3Location(text);
  promise(place === undefined || (place.bucket !== '' && place.key !== ''), 'a place', place);
  parseGitLocation(text);
  try {
    promise(
      parseDocuments(text, 'a.yaml').every(({ metadata }) => typeof metadata.name === 'string'),
      'a document without a name',
      text,
    );
  } catch (error) {
    promise(error instanceof Error && error.constructor === Error, 'not a plain error', String(error));
  }
}
