import type { JobDefinition, LogLine, ParameterDefinition } from './definition.js';

/** The jobs of the recorded exchanges. */

const parameters: readonly ParameterDefinition[] = [
  { name: 'ENVIRONMENT', type: 'choice', choices: ['dev', 'staging', 'prod'] },
  { name: 'VERSION' },
  { name: 'DESCRIPTOR', type: 'text' },
  { name: 'CONFIG_SHA' },
  { name: 'DEPLOYMENT_ID' },
  { name: 'SLEEP', default: '3' },
  { name: 'RESULT', type: 'choice', choices: ['success', 'failure', 'unstable'] },
  { name: 'DRY_RUN', type: 'boolean' },
  { name: 'SECRET', type: 'password' },
];

/** The script that Jenkins made for a build; only its name differs. */
const scripts: Readonly<Record<string, string>> = { ab: '2598602366833673963', log: '10958592056480112476' };

function deployJob(name: string, more: Partial<JobDefinition> = {}): JobDefinition {
  return {
    name,
    parameters,
    durationParameter: 'SLEEP',
    resultParameter: 'RESULT',
    outcome: (given, { number }) => {
      const seconds = Number(given.SLEEP);
      const id = given.DEPLOYMENT_ID ?? '';
      const progress = Array.from(
        { length: seconds },
        (_, second): LogLine => [second * 1000, `[deploy] progress ${second + 1}/${seconds}`],
      );
      const log: LogLine[] = [
        [0, `[${name}] $ /bin/sh -e /tmp/jenkins${scripts[id] ?? '1'}.sh`],
        [0, `[deploy] id=${id} env=${given.ENVIRONMENT} version=${given.VERSION} sha=${given.CONFIG_SHA} build=${number}`],
        ...progress,
        [seconds * 1000, '[deploy] done'],
      ];
      return { log };
    },
    ...more,
  };
}

const bigLog: JobDefinition = {
  name: 'biglog',
  parameters: [{ name: 'LINES', default: '10' }],
  outcome: ({ LINES }) => ({
    durationMs: 1000,
    log: [
      [0, '[biglog] $ /bin/sh /tmp/jenkins4821206593316924930.sh'],
      ...Array.from({ length: Number(LINES) }, (_, index): LogLine => [0, `line number: ${index + 1}`]),
    ],
  }),
};

export const recordedJobs: readonly JobDefinition[] = [
  bigLog,
  deployJob('deploy', { description: 'serial parameterized' }),
  deployJob('deploy-concurrent', { concurrent: true }),
  deployJob('deploy-defaultquiet', { quietPeriodMs: 5000 }),
  deployJob('deploy-disabled', { disabled: true }),
  deployJob('deploy-noagent', { label: 'no-such-label' }),
  deployJob('deploy-quiet', { quietPeriodMs: 20_000 }),
  deployJob('déploi avec espaces'),
  { name: 'plain' },
  deployJob('team/deploy'),
  deployJob('team/platform eng/deploy'),
];
