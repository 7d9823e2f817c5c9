import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { DeploymentRunResource, Phase } from '../../../controller/core/resources/deployment-run.js';
import type { Condition } from '../../../controller/core/resources/environment.js';
import { createRepository, type TestRepository } from '../git/repository.js';
import { type JenkinsStandIn, type StandInOptions, startJenkins } from '../jenkins/stand-in.js';
import { type Api, createApi } from './api.js';
import { jobs } from './documents.js';
import { eventually } from './eventually.js';
import { createProgram, type Program } from './program.js';

export interface WorldOptions {
  /** What the repository says first. */
  readonly files: Readonly<Record<string, string>>;
  readonly jenkins?: Partial<StandInOptions>;
  /** Changes of `spec.jenkins[0]` of the ReleaseSource. */
  readonly server?: object;
  /** Changes of `spec` of the ReleaseSource. */
  readonly source?: object;
  /** Changes of `spec.git` of the ReleaseSource. */
  readonly git?: object;
  /** More objects to apply at the start. */
  readonly objects?: readonly object[];
  readonly nodeArgs?: readonly string[];
}

/** A stand-in for Jenkins, a repository, and the built program in its standalone form, with everything in one temporary folder. */
export interface World {
  readonly folder: string;
  readonly kubeconfigPath: string;
  readonly jenkins: JenkinsStandIn;
  readonly repository: TestRepository;
  readonly program: Program;
  readonly api: Api;
  /** Waits until the environment is Ready with the version that git asks for. */
  ready(environment: string, version: string, withinMs?: number): Promise<void>;
  condition(environment: string, type: string): Promise<Condition | undefined>;
  /** Waits until the condition has a message that matches, and gives it. */
  says(environment: string, pattern: RegExp, type?: string): Promise<string>;
  /** Of one environment, by number; of all of them where it is absent. */
  runs(environment?: string): Promise<DeploymentRunResource[]>;
  /** Waits until the run has a phase that is one of these, and gives it. */
  run(name: string, ...phases: readonly Phase[]): Promise<DeploymentRunResource>;
  close(): Promise<void>;
}

export const credentials = { username: 'controller', token: `11${'c'.repeat(32)}` };

/** Everything but the program; `start` it. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-e2e-'));
  const jenkins = await startJenkins({ jobs: jobs(), executors: 6, ...options.jenkins });
  const repository = await createRepository({ folder });
  await repository.commit({ files: options.files, message: 'All environments as they are' });
  const configuration = join(folder, 'standalone.yaml');
  const objects = [
    ...secretAndSource(options, { jenkinsUrl: jenkins.url, repositoryUrl: repository.url }),
    ...(options.objects ?? []),
  ];
  await writeFile(configuration, objects.map((object) => stringify(object)).join('---\n'));
  const data = join(folder, 'data');
  const kubeconfigPath = join(data, 'kubeconfig');
  const flags = ['--data', data, '--config', configuration, '--http', '127.0.0.1:0', '--log-level', 'debug'];
  const { nodeArgs = [] } = options;
  const program = createProgram({ args: ['standalone', ...flags], folder: join(folder, 'logs'), nodeArgs });
  const api = createApi(kubeconfigPath);
  const close = async () => {
    api.close();
    await program.kill();
    await jenkins.close();
    if (process.env.TOWPATH_KEEP === undefined) await rm(folder, { recursive: true, force: true });
    else console.log(`kept ${folder}`);
  };
  return { folder, kubeconfigPath, jenkins, repository, program, api, ...questions(api), close };
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const world = await createWorld(options);
  try {
    await world.program.start();
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

export function secretAndSource(
  { server, source, git }: Pick<WorldOptions, 'server' | 'source' | 'git'>,
  { jenkinsUrl, repositoryUrl }: { jenkinsUrl: string; repositoryUrl: string },
): object[] {
  const times = { delay: '1s', grace: '3s', pollInterval: '500ms', observeInterval: '1s', timeout: '5s' };
  const main = { name: 'main', url: jenkinsUrl, secretRef: { name: 'jenkins' }, jobs: ['platform/*'], ...times, ...server };
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'jenkins' }, stringData: credentials },
    {
      apiVersion: 'towpath.dev/v1alpha1',
      kind: 'ReleaseSource',
      metadata: { name: 'releases' },
      spec: { git: { url: repositoryUrl, interval: '1s', ...git }, firstDeployment: 'deploy', jenkins: [main], ...source },
    },
  ];
}

/** What tests ask about environments of the product `shop`, and runs. */
export function questions(api: Api): Pick<World, 'ready' | 'condition' | 'says' | 'runs' | 'run'> {
  const environment = (name: string) => api.get('environments', name.includes('.') ? name : `shop.${name}`);
  const condition: World['condition'] = async (name, type) =>
    (await environment(name)).status?.conditions?.find((one) => one.type === type);
  const runs: World['runs'] = async (name) => {
    const all = await api.list('deploymentruns');
    return all
      .filter(({ spec }) => name === undefined || spec.environment === name)
      .sort((a, b) => a.spec.environment.localeCompare(b.spec.environment) || a.spec.number - b.spec.number);
  };
  return {
    condition,
    runs,
    async ready(name, version, withinMs) {
      const check = async () => {
        const { status } = await environment(name);
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        if (status?.recorded?.version === version && status.desired?.version === version && ready?.status === 'True') return true;
        throw new Error(`${ready?.reason}: ${ready?.message}`);
      };
      await eventually(check, `${name} is ready with ${version}`, withinMs);
    },
    says: (name, pattern, type = 'Ready') =>
      eventually(async () => {
        const message = (await condition(name, type))?.message ?? '';
        if (pattern.test(message)) return message;
        throw new Error(message);
      }, `${type} of ${name} says ${pattern}`),
    run: (name, ...phases) =>
      eventually(
        async () => {
          const run = await api.get('deploymentruns', name);
          if (phases.includes(run.status?.phase ?? 'Pending')) return run;
          throw new Error(`${run.status?.phase}: ${run.status?.message}`);
        },
        `${name} is ${phases.join(' or ')}`,
      ),
  };
}
