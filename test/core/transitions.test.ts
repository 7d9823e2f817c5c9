import { describe, expect, it } from 'vitest';
import { decide } from '../../controller/core/decide.js';
import { desiredDigest, releaseDigest } from '../../controller/core/digest.js';
import type { EnvironmentFacts } from '../../controller/core/facts.js';
import { environmentEvents } from '../../controller/core/status/transitions.js';
import { aDesired, aForeignBuild, anEnvironment, aProduct, aRun, at, someFacts } from '../support/facts.js';

const release = releaseDigest({ product: 'shop', version: '1.1.0' });
const digest = desiredDigest({ releaseDigest: release, product: 'shop', environment: 'qa', settings: {} });
const ours = (over: Parameters<typeof aRun>[0] = {}) => aRun({ ...over, spec: { digest, releaseDigest: release, ...over.spec } });

/** The events of a sequence of passes, each over the status that the one before left. */
function eventsOf(...passes: (Partial<EnvironmentFacts> & { annotations?: Record<string, string> })[]): string[][] {
  let environment = anEnvironment();
  return passes.map(({ annotations, ...facts }) => {
    environment = { ...environment, metadata: { ...environment.metadata, annotations: annotations ?? {} } };
    const { status } = decide(someFacts({ ...facts, environment }));
    const events = environmentEvents(environment, status).map(({ reason, message }) => `${reason}: ${message}`);
    environment = { ...environment, status };
    return events;
  });
}

describe('the events of an environment', () => {
  it('tell of a gate when it closes and when all are open, not in every pass', () => {
    const suspended = { 'towpath.dev/suspend': 'audit', 'towpath.dev/confirm': '1.1.0' };
    expect(
      eventsOf({ annotations: suspended }, { annotations: suspended }, { annotations: { 'towpath.dev/confirm': '1.1.0' } }),
    ).toEqual([['Suspended: suspended: audit'], [], ['Resumed: deployments may go on']]);
  });

  it('tell of an adoption, and of no gate that has nothing to hold any more', () => {
    expect(eventsOf({}, { annotations: { 'towpath.dev/adopt': '1.1.0' } })[1]).toEqual([
      'DeploymentAdopted: 1.1.0 is recorded as what runs here',
    ]);
  });

  it('tell of a foreign deployment once, and that it is resolved when the deployment over it has succeeded, not before', () => {
    const history = [aForeignBuild()];
    const desired = aDesired({ product: aProduct({ driftPolicy: 'reconcile' }) });
    const over = (phase: 'Running' | 'Succeeded') => ours({ number: 10, phase, at: at('09:55') });
    expect(
      eventsOf(
        { desired, runs: [ours()], history: [] },
        { desired, runs: [ours()], history },
        { desired, runs: [ours()], history },
        { desired, runs: [ours(), over('Running')], history },
        { desired, runs: [ours(), over('Succeeded')], history },
      ),
    ).toEqual([
      [],
      [
        'ForeignDeployment: bob (build #9) deployed 0.9.0: https://jenkins/job/deploy/9/',
        'DriftDetected: 1.1.0 is recorded, 0.9.0 was seen',
      ],
      [],
      [],
      ['DriftResolved: 1.1.0 is recorded, and nothing else was seen since'],
    ]);
  });

  it('tell of broken documents once', () => {
    const finding = {
      severity: 'error' as const,
      rule: 'x',
      file: 'a.yaml',
      line: 1,
      column: 2,
      path: 'spec',
      message: 'broken',
    };
    const events = eventsOf({ runs: [ours()] }, { runs: [ours()], findings: [finding] }, { runs: [ours()], findings: [finding] });
    expect(events.map((pass) => pass.filter((event) => event.startsWith('ValidationFailed')))).toEqual([
      [],
      ['ValidationFailed: a.yaml:1:2 spec: broken'],
      [],
    ]);
  });
});
