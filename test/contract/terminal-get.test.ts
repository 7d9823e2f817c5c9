import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

describe('towpath get', () => {
  let world: TerminalWorld;

  beforeAll(async () => {
    world = await createTerminalWorld();
    await world.put('releasesources', objects.source);
    await world.put(
      'environments',
      objects.atRest('qa', '2.9.3'),
      objects.deploying('uat-globex', ['2.9.2', '2.9.3'], 10),
      objects.blocked('production-acme', ['2.9.2', '2.9.3'], { client: 'acme' }),
      objects.atRest('qa', '5.1.0', { product: 'insights', client: 'acme' }),
    );
    await world.put(
      'deploymentruns',
      objects.run('uat-globex', 9, {
        version: '2.9.2',
        status: { phase: 'Succeeded', jenkins: { state: 'Finished', buildNumber: 6 } },
      }),
      objects.run('uat-globex', 10, {
        version: '2.9.3',
        status: { phase: 'Running', progress: 42, message: 'running', jenkins: { state: 'Running', buildNumber: 7 } },
      }),
    );
    await world.put('releases', objects.release('2.9.3'));
    await world.put('holds', objects.hold('incident', { products: ['loyalty'], stages: ['production', 'uat'] }));
  });
  afterAll(() => world.close());

  const get = (...args: string[]) => world.towpath(['get', ...args]);

  it('lists environments as kubectl does, in the order of people', async () => {
    expect(await get()).toEqual({
      code: 0,
      stdout: `NAME                      PRODUCT    STAGE        CLIENT   DESIRED   DEPLOYED   READY   STATUS      WAITING-FOR   AGE
insights.qa               insights   qa           acme     5.1.0     5.1.0      True    Deployed                  12d
loyalty.production-acme   loyalty    production   acme     2.9.3     2.9.2      False   Blocked     signoffs      12d
loyalty.qa                loyalty    qa                    2.9.3     2.9.3      True    Deployed                  12d
loyalty.uat-globex        loyalty    uat                   2.9.3     2.9.2      False   Deploying                 12d
`,
      stderr: '',
    });
  });

  it('leaves out what matters least and cuts cells, never wraps, on a terminal', async () => {
    const narrow = (width: number) => world.towpath(['get', '-o', 'wide'], { interactive: true, width });
    expect((await narrow(80)).stdout).toBe(`NAME                      DESIRED   DEPLOYED   READY   STATUS      WAITING-FOR
insights.qa               5.1.0     5.1.0      True    Deployed
loyalty.production-acme   2.9.3     2.9.2      False   Blocked     signoffs
loyalty.qa                2.9.3     2.9.3      True    Deployed
loyalty.uat-globex        2.9.3     2.9.2      False   Deploying
`);
    for (const width of [20, 40, 60, 100, 133, 200]) {
      const { stdout } = await narrow(width);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });

  it('colours what is at rest, under way and stalled, where colour is wanted', async () => {
    const { stdout } = await world.towpath(['get', 'environments', 'loyalty.production-acme'], { color: true });
    expect(stdout.split('\n')[1]).toBe(
      'loyalty.production-acme   loyalty   production   acme     2.9.3     2.9.2      \u001b[31mFalse\u001b[39m   \u001b[31mBlocked\u001b[39m   signoffs      12d',
    );
  });

  it('picks by product, stage and client', async () => {
    const names = async (...args: string[]) => (await get(...args, '-o', 'name')).stdout.split('\n').slice(0, -1);
    expect(await names('--product', 'loyalty', '--stage', 'qa')).toEqual(['environment.towpath.dev/loyalty.qa']);
    expect(await names('env', '--client', 'acme')).toEqual([
      'environment.towpath.dev/insights.qa',
      'environment.towpath.dev/loyalty.production-acme',
    ]);
    expect(await names('runs', '--product', 'loyalty')).toEqual([
      'deploymentrun.towpath.dev/loyalty.uat-globex.9',
      'deploymentrun.towpath.dev/loyalty.uat-globex.10',
    ]);
  });

  it('lists runs of an environment, releases, holds and sources', async () => {
    expect(
      (await get('runs', 'uat-globex')).stdout,
    ).toBe(`NAME                    PRODUCT   ENVIRONMENT   VERSION   ATTEMPT   PHASE       PROGRESS   BUILD   AGE
loyalty.uat-globex.9    loyalty   uat-globex    2.9.2     1         Succeeded              6       12d
loyalty.uat-globex.10   loyalty   uat-globex    2.9.3     1         Running     42 %       7       12d
`);
    expect((await get('releases')).stdout).toBe(`NAME            CLASS   REACHED           OPEN                        AGE
loyalty.2.9.3   minor   qa 1/1, uat 1/2   production-acme: signoffs   12d
`);
    expect(
      (await get('holds')).stdout,
    ).toBe(`NAME       REASON          BY    PRODUCTS   STAGES           CLIENTS   ENVIRONMENTS   AGE
incident   Incident 4711   ada   loyalty    production,uat                            12d
`);
    expect(
      (await get('sources')).stdout,
    ).toBe(`NAME       URL                                     REF    COMMIT         READY   STATUS                     AGE
releases   https://git.example/acme/releases.git   main   c0ffee000000   True    c0ffee000000 is in force   12d
`);
  });

  it('prints one object, or a list, as data', async () => {
    const one = JSON.parse((await get('environments', 'loyalty.qa', '-o', 'json')).stdout) as { kind: string; metadata: object };
    expect([one.kind, one.metadata]).toEqual([
      'Environment',
      expect.objectContaining({ name: 'loyalty.qa', namespace: 'default' }),
    ]);
    const all = parse((await get('holds', '-o', 'yaml')).stdout) as { kind: string; items: { kind: string; spec: object }[] };
    expect([all.kind, all.items.map(({ kind, spec }) => [kind, spec])]).toEqual([
      'List',
      [['Hold', { reason: 'Incident 4711', by: 'ada', selector: { products: ['loyalty'], stages: ['production', 'uat'] } }]],
    ]);
  });

  it('says what may have been meant', async () => {
    const failed = (code: number, stderr: string) => ({ code, stdout: '', stderr });
    expect(await get('environments', 'production-acne')).toEqual(
      failed(1, 'towpath: there is no environment production-acne; did you mean "production-acme"?\n'),
    );
    expect(await get('env', 'qa')).toEqual(
      failed(1, 'towpath: the environment qa may be default/insights.qa, default/loyalty.qa: write the name out\n'),
    );
    expect(await get('env', 'qa', '--namespace', 'elsewhere')).toEqual(
      failed(
        1,
        'towpath: there is no environment qa in the namespace elsewhere; there are no environments at all in the namespace elsewhere\n',
      ),
    );
    expect(await get('relaeses')).toEqual(
      failed(2, 'towpath: "relaeses" is none of environments, releases, runs, holds, sources; did you mean "releases"?\n'),
    );
    expect(await get('holds', '--stage', 'qa')).toEqual(failed(2, 'towpath: holds have no stage and no client\n'));
    const none = (stderr: string) => ({ code: 0, stdout: '', stderr });
    expect(await get('--stage', 'prod')).toEqual(none('no environments; none has the stage prod (production, qa, uat)\n'));
    expect(await get('--stage', 'qa', '--client', 'acne')).toEqual(
      none('no environments; none has the client acne (acme); did you mean "acme"?\n'),
    );
    expect(await get('--product', 'insights', '--stage', 'production')).toEqual(none('no environments\n'));
  });

  it('names the namespaces of what is in several, and tells them apart', async () => {
    await world.api.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    await world.put('environments', objects.atRest('qa', '2.9.1', { namespace: 'other' }));
    expect(
      (await get('--stage', 'qa', '--product', 'loyalty')).stdout,
    ).toBe(`NAMESPACE   NAME         PRODUCT   STAGE   CLIENT   DESIRED   DEPLOYED   READY   STATUS     WAITING-FOR   AGE
default     loyalty.qa   loyalty   qa               2.9.3     2.9.3      True    Deployed                 12d
other       loyalty.qa   loyalty   qa               2.9.1     2.9.1      True    Deployed                 12d
`);
    expect((await get('env', 'loyalty.qa')).stderr).toBe(
      'towpath: the environment loyalty.qa may be default/loyalty.qa, other/loyalty.qa: name the namespace with --namespace\n',
    );
    expect((await get('env', 'loyalty.qa', '--namespace', 'other', '-o', 'name')).code).toBe(0);
  });
});
