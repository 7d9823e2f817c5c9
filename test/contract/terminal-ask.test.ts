import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { annotations } from '../../controller/core/facts.js';
import * as objects from '../support/terminal-objects.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

const unknown = { phase: 'Unknown', message: 'Jenkins does not know the build any more' };

describe('what operators ask for in the terminal', () => {
  let world: TerminalWorld;

  beforeEach(async () => {
    world = await createTerminalWorld();
    await world.put('releasesources', objects.source);
    await world.put(
      'environments',
      objects.atRest('qa', '2.9.3'),
      objects.failedEnvironment('uat-globex', ['2.9.2', '2.9.3'], 4),
      objects.blocked('production-acme', [undefined, '2.9.3'], { client: 'acme' }),
      objects.deploying('uat-acme', ['2.9.2', '2.9.3'], 7),
      objects.deploying('uat-initech', ['2.9.2', '2.9.3'], 2),
    );
    await world.put(
      'deploymentruns',
      objects.run('uat-globex', 4, { version: '2.9.3', status: { phase: 'Failed' } }),
      objects.run('uat-acme', 7, { version: '2.9.3', status: { phase: 'Running' } }),
      objects.run('uat-initech', 2, { version: '2.9.3', status: unknown }),
    );
  });
  afterEach(() => world.close());

  const ask = (...args: string[]) => world.towpath([...args, '--wait', '0s']);
  const annotated = async (name: string, plural: 'environments' | 'deploymentruns' = 'environments') =>
    (await world.api.get(plural, name)).metadata.annotations ?? {};
  const refused = (message: string) => ({ code: 1, stdout: '', stderr: `towpath: ${message}\n` });

  it('asks for another attempt of what failed, and of nothing else', async () => {
    expect(await ask('retry', 'uat-globex')).toEqual({
      code: 0,
      stdout: 'asked for another attempt to deploy 2.9.3 to loyalty.uat-globex\n',
      stderr: '',
    });
    expect(await annotated('loyalty.uat-globex')).toEqual({ [annotations.retryRequestedAt]: new Date(world.now).toISOString() });
    expect(await ask('retry', 'qa')).toEqual(refused('nothing to try again: 2.9.3 is deployed and verified'));
    expect(await ask('retry', 'production-acme')).toEqual(
      refused('nothing has failed there: 2.9.3: waiting for sign-off by client (acme) of 2.9.3'),
    );
    expect(await ask('retry', 'uat-acme')).toEqual(
      refused('loyalty.uat-acme.7 is under way (Running): ask again when it has ended'),
    );
    expect(await ask('retry', 'uat-initech')).toEqual(
      refused(
        'loyalty.uat-initech.2 is Unknown: settle it first, with towpath resolve loyalty.uat-initech.2 succeeded, failed or retry',
      ),
    );
    expect(await annotated('loyalty.qa')).toEqual({});
  });

  it('verifies again only what failed its verification', async () => {
    expect(await ask('verify', 'qa')).toEqual(refused('there is no verification that failed: 2.9.3 is deployed and verified'));
    expect(await ask('verify', 'production-acme')).toEqual(refused('nothing is recorded there that could be verified'));
  });

  it('suspends with a reason, says what goes on, and resumes', async () => {
    expect(await ask('suspend', 'uat-acme', 'migration by hand')).toEqual({
      code: 0,
      stdout:
        'suspended loyalty.uat-acme: nothing is deployed there until it is resumed\nloyalty.uat-acme.7 is under way and goes on to its end\n',
      stderr: '',
    });
    expect(await annotated('loyalty.uat-acme')).toEqual({ [annotations.suspend]: 'migration by hand' });
    expect(await ask('suspend', 'uat-acme', 'migration by hand')).toEqual(
      refused('loyalty.uat-acme is suspended already, for that reason'),
    );
    expect(await ask('resume', 'uat-acme')).toEqual({ code: 0, stdout: 'resumed loyalty.uat-acme\n', stderr: '' });
    expect(await annotated('loyalty.uat-acme')).toEqual({});
    expect(await ask('resume', 'uat-acme')).toEqual(refused('loyalty.uat-acme is not suspended'));
  });

  it('adopts what runs there, and says what follows', async () => {
    expect(await ask('adopt', 'production-acme', '2.9.1')).toEqual({
      code: 0,
      stdout:
        'asked to record that 2.9.1 runs in loyalty.production-acme\ngit asks for 2.9.3: that is deployed next, when its gates open\n',
      stderr: '',
    });
    expect(await ask('adopt', 'qa', '2.9.3')).toEqual(refused('2.9.3 is recorded there already'));
    expect(await ask('adopt', 'qa', '2.9 .3')).toEqual(refused('"2.9 .3" is no version'));
  });

  it('confirms only a first deployment, of the version that git asks for', async () => {
    expect(await ask('confirm', 'production-acme', '2.9.4')).toEqual(refused('git asks for 2.9.3 there, not for 2.9.4'));
    expect(await ask('confirm', 'qa', '2.9.3')).toEqual(
      refused('2.9.3 is recorded there: only a first deployment has to be confirmed'),
    );
    expect((await ask('confirm', 'production-acme', '2.9.3')).code).toBe(0);
    expect(await annotated('loyalty.production-acme')).toEqual({ [annotations.confirm]: '2.9.3' });
  });

  it('settles a run that is Unknown, and keeps how one knows', async () => {
    expect(await ask('resolve', 'loyalty.uat-acme.7', 'failed', '--reason', 'it hangs')).toEqual(
      refused('loyalty.uat-acme.7 is Running: only a run that is Unknown is settled by a person'),
    );
    expect(await ask('resolve', 'loyalty.uat-globex.4', 'retry', '--reason', 'again')).toEqual(
      refused('loyalty.uat-globex.4 has ended Failed: what has ended never changes'),
    );
    expect(await ask('resolve', 'loyalty.uat-initech.2', 'succeeded', '--reason', 'build 88 is green')).toEqual({
      code: 0,
      stdout: 'settled loyalty.uat-initech.2 as succeeded\n',
      stderr: '',
    });
    expect(await annotated('loyalty.uat-initech.2', 'deploymentruns')).toEqual({
      [annotations.resolve]: 'succeeded',
      'towpath.dev/resolveReason': 'build 88 is green',
    });
  });

  it('says what would be asked without asking, and tells when nobody answers', async () => {
    expect((await ask('suspend', 'qa', 'x y', '--dry-run')).stdout).toBe(
      'kubectl annotate tenv loyalty.qa -n default --overwrite towpath.dev/suspend="x y"\n',
    );
    expect((await ask('suspend', 'qa', "it's $HOME `id`", '--dry-run')).stdout).toBe(
      "kubectl annotate tenv loyalty.qa -n default --overwrite towpath.dev/suspend='it'\\''s $HOME `id`'\n",
    );
    expect(await annotated('loyalty.qa')).toEqual({});
    expect(await world.towpath(['retry', 'uat-globex', '--wait', '100ms'])).toEqual({
      code: 0,
      stdout: 'asked for another attempt to deploy 2.9.3 to loyalty.uat-globex\n',
      stderr: 'no answer from the controller within 100ms: is it running?\n',
    });
    expect((await world.towpath(['retry', 'uat-globex', '--wait', 'long'])).code).toBe(2);
  });

  it('tells what the controller answers', async () => {
    const answer = world.towpath(['retry', 'uat-globex', '--wait', '20s']);
    const environment = await until(async () => {
      const found = await world.api.get('environments', 'loyalty.uat-globex');
      return found.metadata.annotations?.[annotations.retryRequestedAt] === undefined ? undefined : found;
    });
    const said = { ...environment.status?.conditions?.[0], message: 'deploying 2.9.3' };
    const status = {
      ...environment.status,
      conditions: [said],
      lastHandledRetryAt: environment.metadata.annotations?.[annotations.retryRequestedAt],
    };
    const path = '/apis/towpath.dev/v1alpha1/namespaces/default/environments/loyalty.uat-globex/status';
    await world.api.ask('PUT', path, { ...environment, status });
    expect((await answer).stdout.split('\n')[1]).toBe('loyalty.uat-globex: deploying 2.9.3');
  });

  it('holds what is selected, lists it and lets it go', async () => {
    expect(
      await world.towpath(['hold', '--reason', 'Incident 4711', '--by', 'ada', '--stage', 'uat', '--name', 'incident']),
    ).toEqual({
      code: 0,
      stdout: `incident holds 3 environments: Incident 4711
loyalty.uat-acme.7 is under way and goes on to its end
loyalty.uat-initech.2 is under way and goes on to its end
towpath hold release incident lets it go on
`,
      stderr: '',
    });
    expect(
      (await world.towpath(['hold', 'list'])).stdout,
    ).toBe(`NAME       REASON          BY    PRODUCTS   STAGES   CLIENTS   ENVIRONMENTS   AGE
incident   Incident 4711   ada              uat                               12d
`);
    expect(await world.towpath(['hold', 'release', 'incidnet'])).toEqual(
      refused('there is no hold incidnet; did you mean "incident"?'),
    );
    expect(await world.towpath(['hold', 'release', 'incident'])).toEqual({ code: 0, stdout: 'released incident\n', stderr: '' });
    expect(await world.api.list('holds')).toEqual([]);
  });

  it('refuses a hold that would stop nothing, or does not say why', async () => {
    const wrong = async (...args: string[]) => (await world.towpath(['hold', ...args])).stderr;
    expect(await wrong('--stage', 'uat')).toBe(
      'towpath: --reason is needed: it is shown wherever a deployment waits for the hold\n',
    );
    expect(await wrong('--reason', 'x')).toBe(
      'towpath: say what to hold: --product, --stage, --client or --environment, or --everything\n',
    );
    expect(await wrong('--reason', 'x', '--stage', 'uta', '--client', 'acme')).toBe(
      'towpath: no environment has the stage uta; did you mean "uat"?\n',
    );
    expect(await wrong('--reason', 'x', '--environment', 'loyalty.qa')).toBe(
      'towpath: there is no environment loyalty.qa; write --product loyalty --environment qa\n',
    );
    expect(await wrong('--reason', 'x', '--everything', '--name', 'A B')).toBe(
      'towpath: --name A B is no name: small letters, digits, - and ., with a letter or digit at both ends\n',
    );
    expect((await world.towpath(['hold', '--reason', 'Stop the line', '--everything'])).stdout).toMatch(
      /^hold-\d{8}-\d{6} holds 5 environments: Stop the line\n/,
    );
  });
});

describe('a hold that is only looked at, or has a name that is taken', () => {
  let world: TerminalWorld;

  beforeEach(async () => {
    world = await createTerminalWorld();
    await world.put('releasesources', objects.source);
    await world.put('environments', objects.atRest('qa', '2.9.3'));
  });
  afterEach(() => world.close());

  const hold = (...args: string[]) => world.towpath(['hold', ...args]);
  const outage = ['--reason', 'Outage', '--by', 'ada', '--stage', 'qa', '--name', 'outage'];

  it('is printed as kubectl takes it, and holds nothing', async () => {
    expect((await hold(...outage, '--dry-run')).stdout).toBe(`apiVersion: towpath.dev/v1alpha1
kind: Hold
metadata:
  name: outage
  namespace: default
spec:
  reason: Outage
  by: ada
  selector:
    stages:
      - qa
`);
    expect((await hold('list')).stderr).toBe('no holds\n');
    await hold(...outage);
    expect((await hold('release', 'outage', '--dry-run')).stdout).toBe('kubectl delete thold outage -n default\n');
    expect((await hold('list')).stdout).toContain('outage');
  });

  it('is not taken for one of somebody who was faster', async () => {
    await hold(...outage);
    expect(await hold(...outage)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'towpath: there is a hold outage already: give another --name, or towpath hold release outage first\n',
    });
  });
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
