import type { JobDefinition, Outcome } from '../../test/support/jenkins/definition.js';
import { type JenkinsStandIn, startJenkins } from '../../test/support/jenkins/stand-in.js';

/** The Jenkins server of the story, and what goes wrong on it. */
export interface DemoJenkins {
  readonly server: JenkinsStandIn;
  /** The next build that deploys to this environment loses its agent. */
  failNext(environment: string): void;
  close(): Promise<void>;
}

/** A release whose build fails every time: one of its services does not start. */
export const brokenRelease = '2.10.0';

const named = (...names: string[]) => names.map((name) => ({ name }));

const lostAgent: Partial<Outcome> = {
  result: 'FAILURE',
  durationMs: 900,
  log: ['helm upgrade loyalty', 'ERROR: agent linux-2 went offline during the build'],
};
const doesNotStart: Partial<Outcome> = {
  result: 'FAILURE',
  durationMs: 900,
  log: ['helm upgrade loyalty', 'ERROR: wallet-pass 0.5.0 is not ready after 300 s: readiness probe failed'],
};

export async function startDemoJenkins(): Promise<DemoJenkins> {
  const unlucky = new Set<string>();
  const deployment: JobDefinition['outcome'] = ({ ENVIRONMENT = '', DESCRIPTOR = '' }) => {
    if (unlucky.delete(ENVIRONMENT)) return lostAgent;
    return DESCRIPTOR === `loyalty/${brokenRelease}.json` ? doesNotStart : {};
  };
  const server = await startJenkins({
    executors: 8,
    jobs: [
      {
        name: 'platform/comprehensive-deployment',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'DESCRIPTOR', 'DESCRIPTOR_SHA256', 'CONFIG_COMMIT', 'TOWPATH_RUN'),
        durationMs: 1_200,
        log: ['helm upgrade loyalty', 'all components are ready'],
        outcome: deployment,
      },
      {
        name: 'platform/smoke-tests',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'TOWPATH_RUN'),
        durationMs: 300,
        log: ['42 checks passed'],
      },
      {
        name: 'insights/deploy-bundle',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'VERSION', 'CONFIG_COMMIT', 'TOWPATH_RUN'),
        durationMs: 1_200,
        log: ['applying integrations, data pipelines and feature toggles', 'done'],
      },
      {
        name: 'insights/verify-pipelines',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'TOWPATH_RUN'),
        durationMs: 300,
        log: ['all pipelines are green'],
      },
      {
        name: 'checkin/deploy',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'VERSION', 'DESCRIPTOR', 'TOWPATH_RUN'),
        durationMs: 600,
        log: ['helm upgrade checkin', 'kiosks are back'],
      },
      {
        name: 'checkin/regression',
        concurrent: true,
        parameters: named('ENVIRONMENT', 'TOWPATH_RUN'),
        durationMs: 300,
        log: ['318 tests passed'],
      },
    ],
  });
  return {
    server,
    failNext: (environment) => void unlucky.add(environment),
    close: () => server.close(),
  };
}
