import { describe, expect, it } from 'vitest';
import { indexFiles } from '../../controller/core/documents/repository-index.js';
import { governanceOf, noGovernance } from '../../controller/core/governance.js';
import { commitMessage } from '../../controller/core/promote/names.js';
import { chooseTargets, placesOf, type TargetRequest } from '../../controller/core/promote/places.js';
import { checkVersion, staleWarnings } from '../../controller/core/promote/prepare.js';
import { rollbackWarnings, versionBefore } from '../../controller/core/promote/rollback.js';
import { verifiedVersion } from '../../controller/core/promote/verified.js';
import type { EnvironmentResource, EnvironmentStatus } from '../../controller/core/resources/environment.js';
import { load, parseText } from './documents-fixture.js';

const header = (kind: string, name: string) => `apiVersion: towpath.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;

function environment(
  name: string,
  {
    stage = name,
    client,
    version = '1.0.0',
    product = 'shop',
  }: { stage?: string; client?: string; version?: string; product?: string } = {},
): Record<string, string> {
  const place = `spec:\n  product: ${product}\n`;
  return {
    [`${product}/${name}/version.yaml`]: `${header('MasterVersion', name)}${place}  version: ${version}\n`,
    [`${product}/${name}/config.yaml`]: `${header('EnvironmentConfig', name)}${place}  stage: ${stage}\n${client === undefined ? '' : `  client: ${client}\n`}  settings: {}\n`,
  };
}

const productOf = (name: string) => ({
  [`${name}.yaml`]: `${header('Product', name)}spec:\n  deployer: {jenkins: {server: main, job: deploy, parameters: {}}}\n  stages: [{name: qa}, {name: uat, after: [qa]}, {name: production, after: [uat]}]\n`,
});

const files: Record<string, string> = {
  ...productOf('shop'),
  ...environment('qa'),
  ...environment('uat-acme', { stage: 'uat', client: 'acme' }),
  ...environment('uat-globex', { stage: 'uat', client: 'globex' }),
  ...environment('uat-shared', { stage: 'uat' }),
};

const indexOf = (all: Record<string, string>) => indexFiles(Object.entries(all).map(([path, text]) => parseText(text, path)));

describe('what a promotion is for', () => {
  const choose = (request: Partial<TargetRequest>, all = files) => {
    const { product = 'shop', environments = [] } = request;
    return chooseTargets(placesOf(indexOf(all), product), { ...request, product, environments }).map(
      (place) => place.environment,
    );
  };

  it('is what is named, all of a stage, or those of one client', () => {
    expect(choose({ environments: ['uat-globex', 'shop.qa'] })).toEqual(['uat-globex', 'qa']);
    expect(choose({ stage: 'uat' })).toEqual(['uat-acme', 'uat-globex', 'uat-shared']);
    expect(choose({ stage: 'uat', client: 'acme' })).toEqual(['uat-acme']);
    expect(choose({ environments: ['uat-acme'], client: 'acme' })).toEqual(['uat-acme']);
  });

  it.each([
    [{ product: 'shp', environments: ['qa'] }, 'there is no product "shp" (shop); did you mean "shop"?'],
    [
      { environments: ['uat-acne'] },
      'there is no environment "uat-acne" of shop (qa, uat-acme, uat-globex, uat-shared); did you mean "uat-acme"?',
    ],
    [{ stage: 'uta' }, 'shop has no environment at a stage "uta" (qa, uat); did you mean "uat"?'],
    [
      { stage: 'uat', client: 'acne' },
      'shop has no environment of the client "acne" at uat (acme, globex); did you mean "acme"?',
    ],
    [{ stage: 'qa', client: 'acme' }, 'shop has no environment of the client "acme" at qa (of no client)'],
    [{ environments: ['uat-acme'], client: 'globex' }, 'uat-acme is of the client acme, not of globex'],
    [{ environments: ['qa', 'qa'] }, 'qa is named twice'],
  ])('says what is wrong with %j', (request, message) => {
    expect(() => choose(request)).toThrow(message);
  });

  it('is nothing that two files speak of', () => {
    const twice = { ...files, 'again.yaml': environment('qa')['shop/qa/version.yaml'] ?? '' };
    expect(() => choose({ environments: ['qa'] }, twice)).toThrow(
      'qa has more than one master version file: again.yaml, shop/qa/version.yaml',
    );
    expect(() => choose({ stage: 'qa' }, twice)).toThrow(/qa has more than one master version file/);
  });

  it('may be an environment that is not valid as it is', () => {
    const broken = { ...files, 'shop/qa/version.yaml': (files['shop/qa/version.yaml'] ?? '').replace('1.0.0', '1.0') };
    expect(placesOf(indexOf(broken), 'shop').find((place) => place.environment === 'qa')).toMatchObject({
      stage: 'qa',
      version: '1',
    });
  });
});

const resource = (
  name: string,
  status: Partial<EnvironmentStatus>,
  spec: { stage?: string; client?: string } = {},
): EnvironmentResource =>
  ({
    metadata: { name: `shop.${name}`, namespace: 'default' },
    spec: { product: 'shop', environment: name, stage: name, source: 'releases', ...spec },
    status,
  }) as unknown as EnvironmentResource;

const recorded = (version: string, more: object = {}) => ({
  recorded: { version, certain: true, verified: true, since: '2026-11-01T00:00:00Z', ...more },
});

describe('what stands verified', () => {
  const all = placesOf(indexOf(files), 'shop');
  const targets = (...names: string[]) => all.filter((place) => names.includes(place.environment));
  const ask = (environments: EnvironmentResource[], ...names: string[]) =>
    verifiedVersion(environments, { product: 'shop', from: 'qa', targets: targets(...names) });

  it('is what runs there for certain and verified', () => {
    expect(ask([resource('qa', recorded('2.0.0'))], 'uat-acme', 'uat-globex')).toBe('2.0.0');
  });

  it('is looked for in environments of the same client before those of none', () => {
    const environments = [
      resource('qa', recorded('2.0.0')),
      resource('qa-acme', recorded('2.1.0'), { stage: 'qa', client: 'acme' }),
      resource('qa-initech', recorded('3.0.0'), { stage: 'qa', client: 'initech' }),
    ];
    expect([ask(environments, 'uat-acme'), ask(environments, 'uat-globex')]).toEqual(['2.1.0', '2.0.0']);
    expect(() => ask(environments, 'uat-acme', 'uat-globex')).toThrow(
      'qa has verified different versions: 2.1.0 for uat-acme; 2.0.0 for uat-globex. Name one client with --client, or the version',
    );
  });

  it.each([
    ['nothing is recorded', {}, 'nothing is recorded of qa'],
    ['a run has failed on top', recorded('2.0.0', { certain: false }), 'nobody knows what runs in qa'],
    ['it is not verified', recorded('2.0.0', { verified: false }), '2.0.0 in qa is not verified'],
    [
      'something else was deployed over it',
      { ...recorded('2.0.0'), observed: { by: 'bob', at: '2026-11-01T00:00:00Z' } },
      'something else was deployed over 2.0.0 in qa',
    ],
  ])('is nothing where %s', (_, status, why) => {
    expect(() => ask([resource('qa', status)], 'uat-acme')).toThrow(`nothing stands verified before uat-acme: ${why}`);
  });

  it('is not chosen among several', () => {
    const two = [resource('qa', recorded('2.0.0')), resource('qa-2', recorded('2.1.0'), { stage: 'qa' })];
    expect(() => ask(two, 'uat-acme')).toThrow('qa, qa-2 have verified 2.0.0, 2.1.0: name the version that is meant');
    expect(() => ask([resource('q', recorded('1'))], 'uat-acme')).toThrow('the cluster knows no environment of shop at "qa" (q)');
  });
});

describe('going back', () => {
  const place = { ...placesOf(indexOf(files), 'shop')[0], version: '2.0.0' } as ReturnType<typeof placesOf>[number];
  const entry = (version: string, result: string) => ({ version, result, startedAt: '', finishedAt: '' });

  it.each([
    [
      'what was good before',
      { ...recorded('2.0.0'), history: [entry('2.0.0', 'Succeeded'), entry('1.9.0', 'Failed'), entry('1.8.0', 'Succeeded')] },
      '1.8.0',
    ],
    ['what was adopted', { ...recorded('2.0.0'), history: [entry('2.0.0', 'Succeeded'), entry('1.7.0', 'Adopted')] }, '1.7.0'],
    ['what runs, where the asked one never arrived', { ...recorded('1.9.0'), history: [entry('1.8.0', 'Succeeded')] }, '1.9.0'],
    [
      'what was good, where nobody knows what runs',
      { ...recorded('1.9.0', { certain: false }), history: [entry('1.8.0', 'Succeeded')] },
      '1.8.0',
    ],
  ])('leads to %s', (_, status, version) => {
    expect(versionBefore(place, resource('qa', status))).toBe(version);
  });

  it('leads nowhere where nothing is remembered', () => {
    expect(() => versionBefore(place, resource('qa', { history: [entry('2.0.0', 'Succeeded')] }))).toThrow(
      'the cluster remembers no version before 2.0.0 that was good in qa (only 2.0.0): name one with --to',
    );
    expect(() => versionBefore(place, undefined)).toThrow('the cluster does not know qa: name the version with --to');
  });

  const release = (version: string, lines: string) => ({
    [`releases/${version}.yaml`]: `${header('Release', version)}spec:\n  product: shop\n  class: minor\n${lines}`,
  });
  const warnings = (to: string, more: Record<string, string> = {}) => {
    const { environments, governance } = load({
      ...files,
      ...release('1.0.0', ''),
      ...release(
        '2.0.0',
        '  previous: 1.0.0\n  checklist:\n    - {id: move-points, kind: data-migration, title: Move the points, phase: during, reversible: false, rollback: Restore the backup of the night, state: done}\n',
      ),
      ...release('3.0.0', '  previous: 2.0.0\n'),
      ...more,
    });
    return rollbackWarnings({
      place,
      to,
      governance: governanceOf(governance, 'shop'),
      environments,
      releases: governance.releases,
    });
  };

  it('tells what was done and cannot be taken back, and how one goes back all the same', () => {
    expect(warnings('1.0.0')).toEqual([
      'move-points of 2.0.0 (Move the points) was done and cannot be taken back; Restore the backup of the night',
    ]);
  });

  it('tells that it goes forward, and what is not known', () => {
    expect(warnings('3.0.0')).toEqual(['3.0.0 is no older version: it brings 3.0.0']);
    expect(warnings('0.9.0')).toEqual([
      'move-points of 2.0.0 (Move the points) was done and cannot be taken back; Restore the backup of the night',
      expect.stringMatching(/^what lies between is not certain: /),
    ]);
  });

  it('does not call another branch newer', () => {
    expect(warnings('1.1.0', release('1.1.0', '  previous: 1.0.0\n')).filter((one) => one.includes('no older'))).toEqual([]);
  });

  it('tells who needs what is left', () => {
    const portal = {
      ...productOf('portal'),
      ...environment('qa', { product: 'portal', version: '5.0.0' }),
      'portal-5.yaml': `${header('Release', '5.0.0')}spec:\n  product: portal\n  class: minor\n  dependencies: {shop: ">=2.0"}\n`,
    };
    const initech = environment('uat-initech', { product: 'portal', version: '5.0.0', stage: 'qa', client: 'initech' });
    expect(warnings('1.0.0', { ...portal, ...initech }).filter((one) => one.startsWith('portal'))).toHaveLength(1);
    expect(warnings('1.0.0', portal)).toContain('portal 5.0.0, asked for in qa, needs shop ">=2.0"');
    expect(warnings('3.0.0', portal)).toEqual(['3.0.0 is no older version: it brings 3.0.0']);
  });
});

describe('the version of a promotion', () => {
  const { governance, environments } = load({
    ...files,
    'r.yaml': `${header('Release', '2.9.0')}spec: {product: shop, class: minor}\n`,
  });
  const [{ product } = { product: undefined }] = environments;
  const check = (
    version: string,
    { isUndocumented = false, releases = 'optional' as 'optional' | 'required', documented = true } = {},
  ) =>
    checkVersion({
      version,
      product: product && { ...product, releases },
      governance: documented ? governanceOf(governance, 'shop') : governanceOf(noGovernance, 'shop'),
      isUndocumented,
    });

  it('is one that is documented, where others are', () => {
    expect([check('2.9.0'), check('3', { documented: false }), check('2.9.1', { isUndocumented: true })]).toEqual([
      [],
      [],
      ['there is no Release document of version 2.9.1 (2.9.0)'],
    ]);
    expect(() => check('2.9.1')).toThrow(
      'there is no Release document of version 2.9.1 (2.9.0); did you mean "2.9.0"?; --undocumented asks for it all the same',
    );
    expect(() => check('2.9.1', { isUndocumented: true, releases: 'required' })).toThrow(
      '(2.9.0), and the product demands one; did you mean "2.9.0"?',
    );
    expect(() => check('-x', { documented: false })).toThrow('"-x" is no version');
  });
});

describe('what was written for the version before', () => {
  const reasoned = { ...files, 'shop/qa/version.yaml': `${files['shop/qa/version.yaml']}  reason: Waits for its CRM\n` };
  const places = placesOf(indexOf(reasoned), 'shop');

  it('is told where it stays', () => {
    expect([staleWarnings(places, undefined), staleWarnings(places, 'Sprint 42')]).toEqual([
      ['qa keeps its reason "Waits for its CRM"; --reason replaces it'],
      [],
    ]);
  });
});

describe('what documents say', () => {
  it('drives no terminal by way of a version, a reason or a warning', () => {
    const odd = {
      ...files,
      'shop/qa/version.yaml': `${header('MasterVersion', 'qa')}spec: {product: shop, version: "\\e[31m1"}\n`,
    };
    const [place] = placesOf(indexOf(odd), 'shop');
    const places = place === undefined ? [] : [place];
    const message = commitMessage({
      kind: 'promote',
      product: 'shop',
      version: '2',
      places,
      reason: 'a\u001b[2Jb',
      warnings: ['c\u202ed'],
    });
    expect([place?.environment, /(?!\n)[\p{Cc}\p{Cf}]/u.test(message), message.includes('\\u001b[2Jb')]).toEqual([
      'qa',
      false,
      true,
    ]);
  });
});
