import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld, towpath, type Written } from '../support/terminal-world.js';

const build = { state: 'Running', buildNumber: 7, buildUrl: 'https://jenkins.example/job/deploy/7/' };

describe('towpath watch', () => {
  let world: TerminalWorld;

  beforeEach(async () => {
    world = await createTerminalWorld();
    await world.put(
      'environments',
      objects.atRest('qa', '2.9.3'),
      objects.failedEnvironment('uat-globex', ['2.9.2', '2.9.3'], 4),
      objects.blocked('production-acme', ['2.9.2', '2.9.3'], { client: 'acme' }),
      objects.deploying('uat-acme', ['2.9.2', '2.9.3'], 7),
    );
    const running = { phase: 'Running', message: 'platform/deploy: build 7 is running', jenkins: build };
    await world.put('deploymentruns', objects.run('uat-acme', 7, { version: '2.9.3', status: running }));
  });
  afterEach(() => world.close());

  const path = (plural: string, name: string) => `/apis/towpath.dev/v1alpha1/namespaces/default/${plural}/${name}`;
  const setStatus = async (plural: 'environments' | 'deploymentruns', { name, status }: Written) => {
    const object = await world.api.get(plural, name);
    await world.api.ask('PUT', `${path(plural, name)}/status`, { ...object, status });
  };
  const runStatus = (status: object) => setStatus('deploymentruns', objects.run('uat-acme', 7, { version: '2.9.3', status }));

  /** Runs the command, and gives each thing that it prints as it comes. */
  function watch(args: readonly string[], terminal: object = {}) {
    const printed: string[] = [];
    const waiting: (() => void)[] = [];
    const stdout = (text: string) => {
      printed.push(text);
      for (const wake of waiting.splice(0)) wake();
    };
    const code = world.towpath(['watch', ...args], { stdout, ...terminal }).then((answer) => answer.code);
    const says = async (pattern: RegExp) => {
      while (!printed.some((text) => pattern.test(text))) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    return { code, printed, says };
  }

  const time = () => `${new Date(world.now).toISOString().slice(0, 19)}Z`;

  it('prints a line for each change of a run, and ends with its result', async () => {
    const { code, printed, says } = watch(['loyalty.uat-acme.7']);
    await says(/build 7 is running/);
    await runStatus({ phase: 'Verifying', message: 'smoke: build 3 is running', jenkins: { ...build, state: 'Finished' } });
    await says(/smoke/);
    await runStatus({ phase: 'Failed', message: 'smoke ended with FAILURE', jenkins: { ...build, state: 'Finished' } });
    expect([await code, printed]).toEqual([
      1,
      [
        `${time()} loyalty.uat-acme.7 2.9.3 Running: platform/deploy: build 7 is running (${build.buildUrl})\n`,
        `${time()} loyalty.uat-acme.7 2.9.3 Verifying: smoke: build 3 is running (${build.buildUrl})\n`,
        `${time()} loyalty.uat-acme.7 2.9.3 Failed: smoke ended with FAILURE (${build.buildUrl})\n`,
      ],
    ]);
  });

  it('follows an environment until it is at rest', async () => {
    const { code, printed, says } = watch(['uat-acme']);
    await says(/build 7 is running/);
    await runStatus({ phase: 'Succeeded', jenkins: { ...build, state: 'Finished' } });
    await setStatus('environments', objects.atRest('uat-acme', '2.9.3'));
    expect([await code, printed.at(-1)]).toEqual([
      0,
      `${time()} loyalty.uat-acme 2.9.3 Deployed: 2.9.3 is deployed and verified\n`,
    ]);
  });

  it('says by its exit status whether it is deployed, has failed, or waits for somebody', async () => {
    const codes = ['qa', 'uat-globex', 'production-acme'].map((name) => watch([name]).code);
    expect(await Promise.all(codes)).toEqual([0, 1, 3]);
    await runStatus({ phase: 'Unknown', message: 'nobody knows' });
    expect(await watch(['loyalty.uat-acme.7']).code).toBe(3);
  });

  it('waits for one version, whatever holds it before, and no longer than it may', async () => {
    const { code, says } = watch(['production-acme', '--for', '2.9.3']);
    await says(/waiting for sign-off/);
    await setStatus('environments', objects.atRest('production-acme', '2.9.3'));
    expect(await code).toBe(0);
    const late = await world.towpath(['watch', 'qa', '--for', '2.9.4', '--timeout', '300ms']);
    expect([late.code, late.stderr]).toEqual([124, 'towpath: gave up after 300ms\n']);
    expect(await watch(['--for', '2.9.4']).code).toBe(2);
  });

  it('writes over what it has shown on a terminal: a bar, the time that is left, the build', async () => {
    const at = (minutes: number) => new Date(world.now + minutes * 60_000).toISOString();
    const times = { timestamps: { Running: at(-10) }, estimatedEnd: at(10), progress: 40 };
    await runStatus({ phase: 'Running', message: 'platform/deploy: build 7 is running', jenkins: build, ...times });
    const { code, printed, says } = watch(['uat-acme'], { interactive: true, width: 60, height: 20 });
    await says(/░/);
    const frame = `loyalty.uat-acme  2.9.2 → 2.9.3
loyalty.uat-acme.7  Running
██████████░░░░░░░░░░  50 %, about 10m left
https://jenkins.example/job/deploy/7/
platform/deploy: build 7 is running
`;
    expect(printed[0]).toBe(frame);
    await setStatus('environments', objects.atRest('uat-acme', '2.9.3'));
    await runStatus({ phase: 'Succeeded', jenkins: { ...build, state: 'Finished' } });
    expect([await code, printed.at(-1)]).toEqual([
      0,
      '\u001b[5A\u001b[Jloyalty.uat-acme  2.9.3\nDeployed\n2.9.3 is deployed and verified\n',
    ]);
  });

  it('shows everything, what is under way first, no wider and no higher than the terminal', async () => {
    const { code, printed, says } = watch(['--timeout', '1s'], { interactive: true, width: 76, height: 6 });
    await says(/NAME/);
    expect(await code).toBe(124);
    expect(printed[0]).toBe(`NAME                      DESIRED   DEPLOYED   STATUS             PROGRESS
loyalty.uat-acme          2.9.3     2.9.2      Deploying          Running
loyalty.production-acme   2.9.3     2.9.2      Blocked
loyalty.uat-globex        2.9.3     2.9.2      DeploymentFailed
and 1 more
`);
  });

  it('tells elsewhere of what is not at rest, and then of what changes', async () => {
    const { code, printed, says } = watch(['--timeout', '3s']);
    await says(/uat-globex/);
    await setStatus('environments', objects.atRest('qa', '2.9.4'));
    expect([
      await code,
      printed.map((line) =>
        line
          .slice(time().length + 1)
          .split(' ')
          .slice(0, 2)
          .join(' '),
      ),
    ]).toEqual([
      124,
      [...['loyalty.production-acme 2.9.3', 'loyalty.uat-acme.7 2.9.3', 'loyalty.uat-globex 2.9.3'], 'loyalty.qa 2.9.4'],
    ]);
  });
});

describe('towpath watch without a server', () => {
  it('says so at once, where it never was reached', async () => {
    const world = await createTerminalWorld();
    const kubeconfig = readFileSync(world.kubeconfig, 'utf8').replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:1');
    const path = join(world.folder, 'unreachable');
    writeFileSync(path, kubeconfig);
    const { code, stderr } = await towpath(['watch', '--kubeconfig', path]);
    await world.close();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^towpath: the API server could not be reached to .*: ECONNREFUSED\n$/),
    ]);
  });
});
