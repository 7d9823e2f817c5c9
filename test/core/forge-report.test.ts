import { describe, expect, it } from 'vitest';
import { type CommitFacts, reportCommits } from '../../controller/core/forge-report/commits.js';
import { type EnvironmentReport, reportEnvironment } from '../../controller/core/forge-report/environment.js';
import { reportPullRequest } from '../../controller/core/forge-report/pull-request.js';
import type { Finding } from '../../controller/core/model.js';
import type { EnvironmentPlan, Plan } from '../../controller/core/plan/plan.js';
import type { Condition, EnvironmentResource } from '../../controller/core/resources/environment.js';

const one = 'a'.repeat(40);
const two = 'b'.repeat(40);

const aReport = (report: Partial<EnvironmentReport> = {}): EnvironmentReport => ({
  name: 'shop.qa',
  commit: one,
  state: 'success',
  description: '1.1.0 is deployed',
  short: 'deployed',
  ...report,
});
const waiting = { state: 'pending', description: 'waiting for a sign-off', short: 'waiting for signoffs' } as const;

const facts = (more: Partial<CommitFacts> = {}): CommitFacts => ({
  source: 'releases',
  tip: { sha: one, documents: 24, errors: [] },
  environments: [],
  open: [],
  ...more,
});

const anError = (line: number): Finding => ({
  severity: 'error',
  rule: 'schema',
  file: 'products/shop/product.yaml',
  line,
  column: 3,
  path: 'spec.stages',
  message: 'is missing',
});

describe('what commits are told', () => {
  it('is of the newest that it is valid and changes nothing, where it does', () => {
    const description = '24 valid documents; it changes no environment';
    const status = { sha: one, context: 'towpath/releases', state: 'success', description };
    expect(reportCommits(facts())).toEqual({ statuses: [status], open: [] });
  });

  it('is a status for each environment, sorted, and one for all of them', () => {
    const environments = [aReport({ name: 'shop.uat', ...waiting, url: 'https://ci.example/7' }), aReport()];
    expect(reportCommits(facts({ environments }))).toEqual({
      statuses: [
        { sha: one, context: 'towpath/shop.qa', state: 'success', description: '1.1.0 is deployed' },
        {
          sha: one,
          context: 'towpath/shop.uat',
          state: 'pending',
          description: 'waiting for a sign-off',
          url: 'https://ci.example/7',
        },
        {
          sha: one,
          context: 'towpath/releases',
          state: 'pending',
          description: '2 environments: 1 deployed, 1 waiting for signoffs',
        },
      ],
      open: [{ commit: one, environments: ['shop.uat'] }],
    });
  });

  it('is a failure of the whole where one failed, or where the documents are not valid', () => {
    const whole = (more: Partial<CommitFacts>) => reportCommits(facts(more)).statuses.at(-1);
    const failed = aReport({ name: 'shop.uat', state: 'failure', short: 'failed' });
    expect(whole({ environments: [failed, aReport({ ...waiting })] })).toMatchObject({
      state: 'failure',
      description: '2 environments: 1 waiting for signoffs, 1 failed',
    });
    expect(whole({ tip: { sha: one, documents: 23, errors: [anError(4), anError(9)] } })).toMatchObject({
      state: 'failure',
      description: '2 errors: products/shop/product.yaml:4:3 spec.stages: is missing',
    });
  });

  it('is nothing of those that were done long ago', () => {
    const { statuses } = reportCommits(facts({ environments: [aReport({ commit: two })] }));
    expect(statuses.map(({ sha }) => sha)).toEqual([one]);
  });

  it('is to the end what becomes of those that are under way', () => {
    const open = [{ commit: two, environments: ['shop.qa'] }];
    const { statuses, open: after } = reportCommits(facts({ environments: [aReport({ commit: two })], open }));
    expect(statuses.filter(({ sha }) => sha === two)).toEqual([
      { sha: two, context: 'towpath/shop.qa', state: 'success', description: '1.1.0 is deployed' },
      { sha: two, context: 'towpath/releases', state: 'success', description: '1 environment: 1 deployed' },
    ]);
    expect(after).toEqual([]);
  });

  it('is that another commit asks for something else, or none does, where one was told to be pending', () => {
    const open = [{ commit: two, environments: ['shop.qa', 'shop.gone'] }];
    const { statuses } = reportCommits(facts({ environments: [aReport()], open }));
    expect(statuses.filter(({ sha }) => sha === two)).toEqual([
      { sha: two, context: 'towpath/shop.qa', state: 'error', description: 'not deployed: aaaaaaaaaaaa asks for something else' },
      {
        sha: two,
        context: 'towpath/shop.gone',
        state: 'error',
        description: 'not deployed: git does not ask for it any more',
      },
      {
        sha: two,
        context: 'towpath/releases',
        state: 'success',
        description: 'it asks nothing of an environment any more',
      },
    ]);
  });

  it('is no more than twenty statuses and a summary of a commit that changes thousands', () => {
    const environments = Array.from({ length: 3_000 }, (_, at) =>
      aReport({ name: `shop.e${String(at).padStart(4, '0')}`, ...waiting }),
    );
    const { statuses, open } = reportCommits(facts({ environments }));
    expect([statuses.length, statuses.at(-1)?.description]).toEqual([21, '3000 environments: 3000 waiting for signoffs']);
    expect(open.map((each) => each.environments.length)).toEqual([20]);
  });
});

describe('what is told of an environment', () => {
  const anEnvironment = (ready: Partial<Condition>, more: object = {}, others: readonly string[] = []): EnvironmentResource => {
    const condition = (type: string, change: Partial<Condition>): Condition => ({
      type,
      status: 'True',
      reason: 'Deployed',
      message: '1.1.0 is deployed and verified',
      lastTransitionTime: '2026-11-22T08:00:00Z',
      observedGeneration: 1,
      ...change,
    });
    return {
      metadata: { namespace: 'default', name: 'shop.qa' },
      spec: { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' },
      status: {
        observedGeneration: 1,
        desired: { version: '1.1.0', settingsDigest: '', commit: one, since: '2026-11-22T08:00:00Z' },
        conditions: [condition('Ready', ready), ...others.map((type) => condition(type, {}))],
        ...more,
      },
    };
  };
  const told = (...of: Parameters<typeof anEnvironment>) => reportEnvironment(anEnvironment(...of), 'https://ci.example/job/7');
  const about = { name: 'shop.qa', commit: one };

  it('is that it is done, without the page of a build', () => {
    expect(told({})).toEqual({ ...about, state: 'success', description: '1.1.0 is deployed and verified', short: 'deployed' });
  });

  it('is which gate it waits for, in its own words', () => {
    const message = 'waiting for sign-off by client (acme) of 1.1.0';
    expect(told({ status: 'False', reason: 'Blocked', message }, { waitingFor: 'signoffs' })).toEqual({
      ...about,
      state: 'pending',
      description: message,
      short: 'waiting for signoffs',
      url: 'https://ci.example/job/7',
    });
  });

  it('is that it is being deployed, and not how far: that would be told every second', () => {
    const message = 'deploying 1.1.0: build 7, 45 %';
    expect(told({ status: 'False', reason: 'Deploying', message }, {}, ['Reconciling'])).toMatchObject({
      state: 'pending',
      description: 'deploying 1.1.0',
      short: 'deploying',
    });
  });

  it('is a failure, unless it is tried again', () => {
    const failed = { status: 'False', reason: 'DeploymentFailed', message: 'build 7 failed' } as const;
    expect(told(failed, {}, ['Stalled'])).toMatchObject({ state: 'failure', description: 'build 7 failed', short: 'failed' });
    expect(told(failed, {}, ['Reconciling'])).toMatchObject({ state: 'pending' });
  });

  it('is nothing before it is known what git asks for', () => {
    expect(told({}, { desired: undefined })).toBeUndefined();
    expect(told({}, { conditions: [] })).toBeUndefined();
  });

  it('names no page that is none', () => {
    expect(reportEnvironment(anEnvironment({ status: 'False' }), 'javascript:alert(1)')?.url).toBeUndefined();
  });
});

describe('what a pull request is told', () => {
  const aPlan = (more: Partial<Plan> = {}): Plan => ({
    base: { name: 'main', commit: one },
    head: { name: 'promote', commit: two },
    at: '2026-11-22T08:00:00Z',
    judgedBy: 'cluster',
    valid: true,
    environments: [],
    governing: [],
    findings: [],
    unknown: [],
    ...more,
  });
  const planned = (environment: string, waitingFor?: string): EnvironmentPlan => ({
    product: 'shop',
    environment,
    change: 'changed',
    from: { version: '1.0.0', stage: 'qa', settingsDigest: '' },
    to: { version: '1.1.0', stage: 'qa', settingsDigest: '' },
    deploys: true,
    settings: [],
    gates: [],
    findings: [],
    ...(waitingFor === undefined ? {} : { waitingFor }),
  });
  const statusOf = (more: Partial<Plan>) => reportPullRequest(aPlan(more), { fold: true }).status;

  it('is what would change, and what would hold it', () => {
    expect(statusOf({})).toEqual({ state: 'success', description: 'valid; changes no environment' });
    const environments = [planned('qa'), planned('uat', 'order'), planned('live', 'order'), planned('other', 'window')];
    expect(statusOf({ environments })).toEqual({
      state: 'success',
      description: 'valid; 4 environments would change; held by order, window',
    });
    const governing = [{ kind: 'Release', name: '1.1.0', product: 'shop', change: 'added' }] as const;
    expect(statusOf({ governing })).toEqual({
      state: 'success',
      description: 'valid; changes no environment, but 1 document that governs',
    });
  });

  it('is what is wrong', () => {
    const warning = { ...anError(1), severity: 'warning' } as const;
    expect(statusOf({ findings: [warning, anError(4)], valid: false, environments: [planned('qa')] })).toEqual({
      state: 'failure',
      description: '1 error: products/shop/product.yaml:4:3 spec.stages: is missing',
    });
    expect(statusOf({ findings: [warning] }).state).toBe('success');
  });

  it('is the same text for the same plan, whenever it was judged, and folded where the host can fold', () => {
    const environments = [planned('qa', 'order')];
    const at = (time: string, fold: boolean) => reportPullRequest(aPlan({ environments, at: time }), { fold }).comment;
    expect(at('2026-11-22T08:00:00Z', true)).toBe(at('2026-11-23T09:30:00Z', true));
    expect(at('2026-11-22T08:00:00Z', false)).not.toContain('<details>');
  });
});
