import type { Written } from './terminal-world.js';

/** Objects that commands of the terminal are tried on. */

const condition = (type: string, status: string, { reason, message }: { reason: string; message: string }) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-20T10:00:00Z',
  observedGeneration: 1,
});

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const desired = (version: string) => ({
  version,
  digest: digest('d'),
  releaseDigest: digest('e'),
  settingsDigest: digest('5'),
  commit: 'c0ffee'.padEnd(40, '0'),
  commitAuthor: 'Ada <ada@acme.example>',
  since: '2026-11-20T10:00:00Z',
});

const recorded = (version: string, run?: string) => ({
  version,
  digest: digest('d'),
  releaseDigest: digest('e'),
  certain: true,
  verified: true,
  since: '2026-11-20T10:10:00Z',
  ...(run === undefined ? {} : { run }),
});

export interface EnvironmentWords {
  readonly client?: string;
  readonly product?: string;
  readonly stage?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Beside the parts that follow from the rest. */
  readonly status?: object;
}

function environment(name: string, words: EnvironmentWords, status: object): Written {
  const { product = 'loyalty', client, namespace, annotations } = words;
  const stage = words.stage ?? name.split('-')[0] ?? name;
  return {
    name: `${product}.${name}`,
    ...(namespace === undefined ? {} : { namespace }),
    ...(annotations === undefined ? {} : { annotations }),
    spec: { product, environment: name, stage, source: 'releases', ...(client === undefined ? {} : { client }) },
    status: { observedGeneration: 1, ...status, ...words.status },
  };
}

/** One that has what git asks for. */
export function atRest(name: string, version: string, words: EnvironmentWords = {}): Written {
  const said = { reason: 'Deployed', message: `${version} is deployed and verified` };
  return environment(name, words, {
    desired: desired(version),
    recorded: recorded(version, `${words.product ?? 'loyalty'}.${name}.1`),
    conditions: [condition('Ready', 'True', said), condition('Valid', 'True', { reason: 'Valid', message: 'valid' })],
  });
}

/** One that waits for somebody. */
export function blocked(
  name: string,
  versions: readonly [from: string | undefined, to: string],
  words: EnvironmentWords = {},
): Written {
  const [from, to] = versions;
  const said = { reason: 'Blocked', message: `${to}: waiting for sign-off by client (acme) of ${to}` };
  return environment(name, words, {
    desired: { ...desired(to), digest: digest('f'), releaseDigest: digest('a') },
    ...(from === undefined ? {} : { recorded: recorded(from) }),
    waitingFor: 'signoffs',
    gates: [
      { name: 'order', state: 'Passed', reason: 'Verified', message: `${to} is verified in uat-acme` },
      {
        name: 'signoffs',
        state: 'Blocked',
        reason: 'SignoffMissing',
        message: `waiting for sign-off by client (acme) of ${to}`,
        who: 'client (acme)',
        since: '2026-11-20T10:00:00Z',
      },
    ],
    conditions: [condition('Ready', 'False', said), condition('Stalled', 'True', said)],
  });
}

/** One that is being deployed to, by its run of that number. */
export function deploying(name: string, versions: readonly [from: string, to: string], number: number): Written {
  const [from, to] = versions;
  const said = { reason: 'Deploying', message: `deploying ${to}: platform/deploy: build 7 is running` };
  return environment(
    name,
    {},
    {
      desired: { ...desired(to), digest: digest('f'), releaseDigest: digest('a') },
      recorded: recorded(from),
      run: `loyalty.${name}.${number}`,
      conditions: [condition('Ready', 'False', said), condition('Reconciling', 'True', said)],
    },
  );
}

/** One whose last deployment failed. */
export function failedEnvironment(name: string, versions: readonly [from: string, to: string], number: number): Written {
  const [from, to] = versions;
  const said = { reason: 'DeploymentFailed', message: `deployment of ${to} ended Failed (platform/deploy ended with FAILURE)` };
  return environment(
    name,
    {},
    {
      desired: { ...desired(to), digest: digest('f'), releaseDigest: digest('a') },
      recorded: { ...recorded(from), certain: false },
      run: `loyalty.${name}.${number}`,
      conditions: [condition('Ready', 'False', said), condition('Stalled', 'True', said)],
    },
  );
}

export function run(environmentName: string, number: number, { version, status }: { version: string; status: object }): Written {
  const job = { server: 'main', job: 'platform/deploy', parameters: {}, timeout: '90m' };
  return {
    name: `loyalty.${environmentName}.${number}`,
    spec: {
      source: 'releases',
      product: 'loyalty',
      environment: environmentName,
      stage: environmentName.split('-')[0],
      version,
      digest: digest('f'),
      releaseDigest: digest('a'),
      commit: 'c0ffee'.padEnd(40, '0'),
      number,
      attempt: 1,
      action: 'deploy',
      deployer: { jenkins: job, unstable: 'failure' },
      cause: { type: 'desired', message: `git asks for ${version}; 2.9.2 is recorded` },
    },
    status: { observedGeneration: 1, ...status },
  };
}

export const release = (version: string, status: object = {}): Written => ({
  name: `loyalty.${version}`,
  spec: { product: 'loyalty', version, documented: true, class: 'minor', previous: '2.9.2', source: 'releases' },
  status: { observedGeneration: 1, progress: 'qa 1/1, uat 1/2', open: 'production-acme: signoffs', ...status },
});

export const hold = (name: string, selector: object): Written => ({
  name,
  spec: { reason: 'Incident 4711', by: 'ada', selector },
});

export const source: Written = {
  name: 'releases',
  spec: { git: { url: 'https://git.example/acme/releases.git' } },
  status: {
    observedGeneration: 1,
    commit: {
      sha: 'c0ffee'.padEnd(40, '0'),
      short: 'c0ffee000000',
      author: 'Ada',
      time: '2026-11-20T09:00:00Z',
      subject: 'Promote',
    },
    documents: { valid: 60, invalid: 1 },
    errors: [{ file: 'a.yaml', line: 3, column: 5, message: 'spec.stage: "uta" is not a stage' }],
    environments: 20,
    conditions: [condition('Ready', 'True', { reason: 'Fetched', message: 'c0ffee000000 is in force' })],
  },
};
