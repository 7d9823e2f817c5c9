import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Commands, run } from '../../controller/cli/program.js';
import type { Terminal } from '../../controller/cli/terminal.js';
import { peoplesCommands } from '../../controller/commands/for-people.js';
import { UsageError } from '../../controller/config.js';
import { startEmbeddedApi } from '../../controller/embedded/start.js';
import { type Api, createApi } from './e2e/api.js';

/** An object of the API as a test writes it: its name, and what stands in it. */
export interface Written {
  readonly name: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: object;
  readonly status?: object;
}

export type Plural = 'releasesources' | 'environments' | 'deploymentruns' | 'releases' | 'holds';

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The embedded API with what a test puts into it, and the command line in this process. Objects are twelve days old. */
export interface TerminalWorld {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly api: Api;
  readonly now: number;
  put(plural: Plural, ...objects: readonly Written[]): Promise<void>;
  /** As a user would, at a time that stands still; `terminal` tells of the terminal that it runs in, none where absent. */
  towpath(args: readonly string[], terminal?: Partial<Terminal>): Promise<Answer>;
  close(): Promise<void>;
}

const twelveDaysMs = 12 * 86_400_000;

export async function createTerminalWorld(): Promise<TerminalWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-terminal-'));
  const files = readdirSync('crds').filter((file) => file.startsWith('towpath.dev_'));
  const crds = files.map((file) => parse(readFileSync(join('crds', file), 'utf8')) as never);
  const now = Date.now();
  const embedded = await startEmbeddedApi({ directory: join(folder, 'data'), crds, now: () => now - twelveDaysMs });
  const api = createApi(embedded.kubeconfigPath);
  const put: TerminalWorld['put'] = async (plural, ...objects) => {
    for (const object of objects) await putOne(api, plural, object);
  };
  return {
    folder,
    kubeconfig: embedded.kubeconfigPath,
    api,
    now,
    put,
    towpath: (args, terminal = {}) =>
      towpath([...args, '--kubeconfig', embedded.kubeconfigPath], { now: () => now, ...terminal }),
    close: async () => {
      api.close();
      await embedded.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function putOne(
  api: Api,
  plural: Plural,
  { name, namespace = 'default', annotations, spec, status }: Written,
): Promise<void> {
  const path = `/apis/towpath.dev/v1alpha1/namespaces/${namespace}/${plural}`;
  const kinds = {
    releasesources: 'ReleaseSource',
    environments: 'Environment',
    deploymentruns: 'DeploymentRun',
    releases: 'Release',
    holds: 'Hold',
  };
  const type = { apiVersion: 'towpath.dev/v1alpha1', kind: kinds[plural] };
  const metadata = { name, namespace, labels: labelsOf(spec), ...(annotations === undefined ? {} : { annotations }) };
  const made = (await api.ask('POST', path, { ...type, metadata, spec })) as object;
  if (status !== undefined) await api.ask('PUT', `${path}/${name}/status`, { ...made, ...type, status });
}

/** Those that the controller gives. */
function labelsOf(spec: object): Record<string, string> {
  const named = Object.entries(spec).filter(([field]) => ['source', 'product', 'environment', 'stage', 'client'].includes(field));
  return Object.fromEntries(named.map(([field, value]) => [`towpath.dev/${field}`, String(value)]));
}

/** The command line with everything that is meant for a terminal. */
export async function towpath(args: readonly string[], terminal: Partial<Terminal> = {}): Promise<Answer> {
  const said = { stdout: '', stderr: '' };
  const full: Terminal = {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    color: false,
    interactive: false,
    width: 120,
    height: 40,
    now: Date.now,
    ...terminal,
  };
  try {
    const code = await run(args, peoplesCommands(full) as Commands, '0.0.0');
    return { code, ...said };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: error instanceof UsageError ? 2 : 1, ...said, stderr: `${said.stderr}towpath: ${message}\n` };
  }
}
