import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

const delta = {
  added: 0,
  removed: 0,
  upgraded: 1,
  downgraded: 1,
  changed: 0,
  components: [
    { name: 'crm', change: 'upgraded', from: '1.9.0', to: '1.10.0' },
    { name: 'web', change: 'downgraded', from: '2.0.0', to: '1.0.0' },
  ],
};

const jump = {
  from: '2.9.1',
  to: '2.9.3',
  over: ['2.9.2', '2.9.3'],
  items: { open: 1, done: 2, later: 0 },
  tickets: 4,
  migrations: 0,
  reversible: { possible: false, because: ['2.9.2: reindex'] },
};

const history = [
  {
    version: '2.9.1',
    digest: objects.digest('d'),
    run: 'loyalty.production-acme.3',
    result: 'Succeeded',
    startedAt: '2026-11-10T10:00:00Z',
    finishedAt: '2026-11-10T10:31:00Z',
  },
  { version: '2.9.0', result: 'Adopted', startedAt: '2026-11-01T10:00:00Z', finishedAt: '2026-11-01T10:00:00Z' },
];

const failed = {
  phase: 'Failed',
  message: 'platform/deploy ended with FAILURE',
  jenkins: { state: 'Finished', buildNumber: 7, buildUrl: 'https://jenkins.example/job/deploy/7/', result: 'FAILURE' },
  timestamps: { Pending: '2026-11-20T10:00:00Z', Running: '2026-11-20T10:00:30Z', Failed: '2026-11-20T10:12:30Z' },
  logTail: ['  [web] starting', '\u001b[31mERROR\u001b[0m: no space left'],
};

describe('what commands tell of one object', () => {
  let world: TerminalWorld;

  beforeAll(async () => {
    world = await createTerminalWorld();
    await world.put('releasesources', objects.source);
    await world.put(
      'environments',
      objects.blocked('production-acme', ['2.9.1', '2.9.3'], { client: 'acme', status: { delta, jump, history } }),
      objects.failedEnvironment('uat-globex', ['2.9.2', '2.9.3'], 4),
      objects.atRest('qa', '2.9.3'),
    );
    await world.put('deploymentruns', objects.run('uat-globex', 4, { version: '2.9.3', status: failed }));
    await world.put(
      'releases',
      objects.release('2.9.3', {
        stages: [{ stage: 'qa', environment: 'qa', state: 'verified', since: '2026-11-20T10:10:00Z' }],
        tickets: [{ id: 'LB-1', state: 'reopened' }],
      }),
    );
  });
  afterAll(() => world.close());

  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await world.towpath(args);
    // How long ago follows from the clock of the machine.
    return { code, stdout: stdout.replaceAll(/ \(\w+( \w+)? ago\)/g, ' (… ago)'), stderr };
  };

  it('say of which kinds there is nothing of a name', async () => {
    const stderr = (word: string, hint: string) => `towpath: there is no ${word}${hint}\n`;
    expect((await world.towpath(['describe', 'nope'])).stderr).toBe(stderr('environment, run, release or source nope', ''));
    expect((await world.towpath(['describe', 'run', 'nope'])).stderr).toBe(stderr('run nope', ''));
  });

  it('describes an environment, what matters first', async () => {
    expect(await said('describe', 'production-acme')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Environment:  loyalty.production-acme
      Namespace:    default
      Place:        loyalty, production, acme
      Source:       releases
      Ready:        False, Blocked
      Desired:      2.9.3, since 2026-11-20T10:00:00Z (… ago), by commit c0ffee000000, of Ada <ada@acme.example>
      Deployed:     2.9.1, since 2026-11-20T10:10:00Z (… ago), adopted

      Status:
        2.9.3: waiting for sign-off by client (acme) of 2.9.3

      Gates:
        + order     Passed   2.9.3 is verified in uat-acme
        x signoffs  Blocked  waiting for sign-off by client (acme) of 2.9.3
                             (opened by client (acme); since 2026-11-20T10:00:00Z)

      Way:
        From:       2.9.1
        To:         2.9.3
        Over:       2.9.2, 2.9.3
        Checklist:  1 open, 2 done, 0 later
        Tickets:    4
        Back:       one cannot go back: 2.9.2: reindex

      Components:
        COMPONENT   CHANGE       FROM    TO
        crm         upgraded     1.9.0   1.10.0
        web         downgraded   2.0.0   1.0.0

      History:
        STARTED                VERSION   RESULT      TOOK   RUN                         DIGEST
        2026-11-10T10:00:00Z   2.9.1     Succeeded   31m    loyalty.production-acme.3   sha256:dddddddddddd
        2026-11-01T10:00:00Z   2.9.0     Adopted
      ",
      }
    `);
  });

  it('tells of the last events of what it describes', async () => {
    const { uid = '' } = (await world.api.get('environments', 'loyalty.uat-globex')).metadata;
    const event = (name: string, reason: string, at: string, more: object = {}) =>
      world.api.ask('POST', '/api/v1/namespaces/default/events', {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace: 'default' },
        involvedObject: {
          apiVersion: 'towpath.dev/v1alpha1',
          kind: 'Environment',
          namespace: 'default',
          name: 'loyalty.uat-globex',
          uid,
        },
        type: 'Normal',
        reason,
        message: `${reason} was told`,
        firstTimestamp: at,
        lastTimestamp: at,
        ...more,
      });
    await event('a', 'GateOpened', '2026-11-20T10:00:00Z');
    await event('b', 'DeploymentFailed', '2026-11-20T10:12:30Z', { type: 'Warning', count: 2 });
    const { stdout } = await said('describe', 'uat-globex');
    expect(stdout.slice(stdout.indexOf('Events:'))).toBe(`Events:
  LAST                   TIMES   REASON             MESSAGE
  2026-11-20T10:12:30Z   2       DeploymentFailed   DeploymentFailed was told
  2026-11-20T10:00:00Z   1       GateOpened         GateOpened was told
`);
  });

  it('describes a run, and shows what its record has of the log', async () => {
    expect((await said('describe', 'loyalty.uat-globex.4')).stdout).toMatchInlineSnapshot(`
      "Run:        loyalty.uat-globex.4
      Namespace:  default
      Place:      loyalty, uat, uat-globex
      Version:    2.9.3
      Action:     deploy, attempt 1
      Cause:      git asks for 2.9.3; 2.9.2 is recorded
      Phase:      Failed
      Build:      https://jenkins.example/job/deploy/7/
      Job:        platform/deploy on main, at most 1h 30m
      Commit:     c0ffee000000
      Digest:     sha256:ffffffffffff

      Status:
        platform/deploy ended with FAILURE

      Timeline:
        SINCE                  PHASE     FOR
        2026-11-20T10:00:00Z   Pending   30s
        2026-11-20T10:00:30Z   Running   12m
        2026-11-20T10:12:30Z   Failed

      Log:
          [web] starting
        ERROR: no space left
      "
    `);
    expect((await said('logs', 'uat-globex')).stdout).toMatchInlineSnapshot(`
      "Run:      loyalty.uat-globex.4: 2.9.3
      Phase:    Failed
      Build:    https://jenkins.example/job/deploy/7/
      Log:      https://jenkins.example/job/deploy/7/consoleText
      Message:  platform/deploy ended with FAILURE

      Timeline:
        SINCE                  PHASE     FOR
        2026-11-20T10:00:00Z   Pending   30s
        2026-11-20T10:00:30Z   Running   12m
        2026-11-20T10:12:30Z   Failed

      End of the log:
          [web] starting
        ERROR: no space left
      "
    `);
  });

  it('describes a release and a source', async () => {
    expect((await said('describe', 'loyalty.2.9.3')).stdout).toMatchInlineSnapshot(`
      "Release:    loyalty.2.9.3
      Namespace:  default
      Version:    loyalty 2.9.3, minor
      Previous:   2.9.2
      Reached:    qa 1/1, uat 1/2
      Open:       production-acme: signoffs
      Tickets:    LB-1 (reopened)

      Where it is:
        ENVIRONMENT   STATE      SINCE                  WAITING-FOR
        qa            verified   2026-11-20T10:10:00Z
      "
    `);
    expect((await said('describe', 'source', 'releases')).stdout).toMatchInlineSnapshot(`
      "Source:        releases
      Namespace:     default
      Repository:    https://git.example/acme/releases.git, branch main
      Ready:         True, Fetched
      Commit:        c0ffee000000, Promote, Ada, 2026-11-20T09:00:00Z (… ago)
      Documents:     60 valid, 1 invalid
      Environments:  20

      Status:
        c0ffee000000 is in force

      Errors:
        a.yaml:3:5 spec.stage: "uta" is not a stage
      "
    `);
  });

  it('lists what was deployed to an environment', async () => {
    expect((await said('history', 'production-acme')).stdout).toMatchInlineSnapshot(`
      "STARTED                VERSION   RESULT      TOOK   RUN
      2026-11-10T10:00:00Z   2.9.1     Succeeded   31m    loyalty.production-acme.3
      2026-11-01T10:00:00Z   2.9.0     Adopted
      "
    `);
  });

  it('compares what git asks for with what is deployed', async () => {
    expect((await said('diff', 'production-acme')).stdout).toMatchInlineSnapshot(`
      "loyalty.production-acme differs from what git asks for.

                 DESIRED               DEPLOYED
      version    2.9.3                 2.9.1
      release    sha256:aaaaaaaaaaaa   sha256:eeeeeeeeeeee
      settings   sha256:555555555555   -
      digest     sha256:ffffffffffff   sha256:dddddddddddd

      the release differs; whether the settings do as well cannot be told from what is recorded

      Way:
        From:       2.9.1
        To:         2.9.3
        Over:       2.9.2, 2.9.3
        Checklist:  1 open, 2 done, 0 later
        Tickets:    4
        Back:       one cannot go back: 2.9.2: reindex

      Components:
        COMPONENT   CHANGE       FROM    TO
        crm         upgraded     1.9.0   1.10.0
        web         downgraded   2.0.0   1.0.0
      "
    `);
    expect([(await said('diff', 'qa', '--exit-code')).code, (await said('diff', 'production-acme', '--exit-code')).code]).toEqual(
      [0, 1],
    );
  });
});
