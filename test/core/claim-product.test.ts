import { describe, expect, it } from 'vitest';
import { configurationProblem } from '../../controller/core/configuration.js';
import { decide } from '../../controller/core/decide.js';
import { foreignBuild, repeatedBuilds } from '../../controller/core/drift.js';
import type { ClaimPlace, DesiredEnvironment } from '../../controller/core/model.js';
import type { DeploymentRunResource, Invocation } from '../../controller/core/resources/deployment-run.js';
import type { ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import { toTime } from '../../controller/core/time.js';
import { aDesired, aForeignBuild, aProduct, aRun, at, someFacts } from '../support/facts.js';
import { config, load, product, version } from './documents-fixture.js';

const ledger: ClaimPlace = { bucket: 'ledger', prefix: 'claims/' };

function claiming(claim: ClaimPlace | undefined): DesiredEnvironment {
  const plain = aProduct();
  return aDesired({ product: { ...plain, deployer: { ...plain.deployer, ...(claim === undefined ? {} : { claim }) } } });
}

const source = { name: 'releases', suspended: false, firstDeployment: 'deploy' } as const;

describe('the claim of a product', () => {
  const written = (claim: string) => {
    const files = {
      'p.yaml': product.replace('server: main', `server: main\n      claim: ${claim}`),
      'v.yaml': version,
      'c.yaml': config,
    };
    const { environments, findings } = load(files);
    return [environments.map((one) => one.product.deployer.claim), findings];
  };

  it('is read with its default', () => {
    expect([
      written('{bucket: ledger}'),
      written('{bucket: ledger, prefix: a/}'),
      written('{configMap: {namespace: ci}}'),
    ]).toEqual([
      [[ledger], []],
      [[{ bucket: 'ledger', prefix: 'a/' }], []],
      [[{ configMap: { namespace: 'ci' } }], []],
    ]);
  });

  it('is frozen into the run, and changes no digest: how it is deployed is not what is deployed', () => {
    const start = (claim: ClaimPlace | undefined) => {
      const { decision } = decide(someFacts({ desired: claiming(claim), source }));
      if (decision.do !== 'start') throw new Error(decision.do);
      return decision.run;
    };
    const [without, within] = [start(undefined), start(ledger)];
    expect([without.deployer?.claim, within.deployer?.claim]).toEqual([undefined, ledger]);
    expect([within.digest, within.releaseDigest]).toEqual([without.digest, without.releaseDigest]);
  });

  it('names a bucket that the operator has configured', () => {
    const metadata = { name: 'releases', namespace: 'default' };
    const jenkins = [{ name: 'main', jobs: ['deploy'] }];
    const withBuckets = (...names: string[]) =>
      ({ metadata, spec: { jenkins, buckets: names.map((name) => ({ name })) } }) as unknown as ReleaseSourceResource;
    expect([
      configurationProblem(claiming(ledger), withBuckets('ledger')),
      configurationProblem(claiming(ledger), withBuckets('candidates')),
      configurationProblem(claiming({ configMap: { namespace: 'ci' } }), withBuckets()),
    ]).toEqual([
      undefined,
      'product shop names the bucket ledger, which ReleaseSource releases does not have (candidates)',
      undefined,
    ]);
  });
});

describe('a build that repeats a run', () => {
  const repeated = (claimedBy: number | undefined, result: string) => {
    const deployer = { ...deployerOf(), claim: { bucket: 'ledger', prefix: 'claims/' } };
    const ended = aRun({ spec: { deployer } });
    const jenkins = { state: 'Finished' as const, ...ended.status?.jenkins, ...(claimedBy && { ledger: { build: claimedBy } }) };
    const run = { ...ended, status: { observedGeneration: 1, phase: 'Failed' as const, ...ended.status, jenkins } };
    const build = aForeignBuild({ number: 2, towpathRun: 'shop.qa.1.00000001', result, startedAt: at('11:00') });
    return foreignBuild([build], [run], undefined)?.number;
  };

  it('has no effect where another had claimed the run, and counts as a deployment where none had, or it had itself', () => {
    expect([
      repeated(1, 'FAILURE'),
      repeated(1, 'ABORTED'),
      repeated(1, 'SUCCESS'),
      repeated(2, 'ABORTED'),
      repeated(undefined, 'FAILURE'),
      repeated(undefined, 'ABORTED'),
    ]).toEqual([undefined, undefined, 2, 2, 2, 2]);
  });

  it('is told from the one that a person has settled, by its number, or else by its time', () => {
    const settled = (known: Partial<Invocation>, startedAt: number) => {
      const { status, ...run } = aRun({ phase: 'Succeeded', number: 3 });
      const { buildNumber: _, buildUrl: __, ...asked } = status?.jenkins ?? { state: 'Finished' as const };
      const jenkins = { ...asked, state: 'Finished' as const, result: 'SUCCESS', since: toTime(at('10:30')), ...known };
      const settledRun = {
        ...run,
        status: { observedGeneration: 1, phase: 'Succeeded' as const, ...status, jenkins, resolvedBy: 'succeeded' },
      };
      const build = aForeignBuild({ number: 12, towpathRun: 'shop.qa.3.00000003', startedAt });
      return foreignBuild([build], [settledRun], undefined)?.number;
    };
    expect([
      settled({ buildNumber: 7 }, at('10:10')),
      settled({ buildNumber: 12 }, at('10:40')),
      settled({}, at('10:10')),
      settled({}, at('10:40')),
    ]).toEqual([12, undefined, undefined, 12]);
  });

  it('is stopped once the run has ended; before, the claim says which build is the one to stop', () => {
    const claimed = { deployer: { ...deployerOf(), claim: { bucket: 'ledger', prefix: 'claims/' } } };
    const { result: _, ...build } = aForeignBuild({ number: 2, building: true, towpathRun: 'shop.qa.1.00000001' });
    const stopped = (run: DeploymentRunResource) => repeatedBuilds([build], [run]).length;
    expect([
      stopped(aRun({ phase: 'Running', spec: claimed })),
      stopped(aRun({ phase: 'Succeeded', spec: claimed })),
      stopped(aRun({ phase: 'Running' })),
    ]).toEqual([0, 1, 1]);
  });
});

function deployerOf(): NonNullable<DeploymentRunResource['spec']['deployer']> {
  const { deployer } = aRun().spec;
  if (deployer === undefined) throw new Error('a run that deploys has a deployer');
  return deployer;
}
