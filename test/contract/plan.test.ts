import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Plan } from '../../controller/core/plan/plan.js';
import { planChanges } from '../../controller/core/plan/plan-changes.js';
import { type PlanRequest, plan } from '../../controller/operate/plan.js';
import { planChange, planWorld } from '../bench/plan-world.js';
import { load } from '../core/documents-fixture.js';
import { createCheckout, type TestCheckout } from '../support/git/checkout.js';

vi.setConfig({ testTimeout: 60_000 });

const size = { products: 2, clients: 3, releases: 6 };
const world = planWorld(size);
const now = Date.parse('2026-12-01T10:00:00Z');

let here: TestCheckout;
beforeEach(async () => {
  here = await createCheckout();
  await here.commit(world);
});
afterEach(() => here.remove());

const planHere = (more: Partial<PlanRequest> = {}): Promise<Plan> =>
  plan({ directory: here.folder, now, signal: AbortSignal.timeout(50_000), ...more });

type Change = Readonly<Record<string, string | undefined>>;

/** What comes of it when every document of both sides is read. */
function wholly(change: Change): Pick<Plan, 'environments' | 'governing' | 'findings' | 'valid'> {
  const after = Object.fromEntries(
    Object.entries({ ...world, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { environments, governing, findings, valid } = planChanges(load(world), load(after), {
    now,
    base: { name: 'main' },
    head: { name: 'working tree' },
  });
  return { environments, governing, findings, valid };
}

const folder = (index: number, environment: string) => `products/product-0${index}/environments/${environment}`;
const text = (path: string) => world[path] ?? '';
const [product, first] = ['products/product-00/product.yaml', `${folder(0, 'uat-client-001')}/version.yaml`];
const settings = `${folder(1, 'qa')}/config.yaml`;

const changes: Readonly<Record<string, Change>> = {
  'versions of some environments': planChange(size, 7),
  'a version back to an older one': { [first]: text(first).replace('2.3.0', '2.1.0') },
  'a version that has no Release document': { [first]: text(first).replace('2.3.0', '9.9.9') },
  settings: { [settings]: text(settings).replace('replicas: 6', 'replicas: 7') },
  'settings that do not keep to their schema': { [settings]: text(settings).replace('replicas: 6', 'replicas: none') },
  'an environment that is new': {
    [`${folder(0, 'uat-new')}/version.yaml`]: text(first).replaceAll('uat-client-001', 'uat-new'),
    [`${folder(0, 'uat-new')}/config.yaml`]: text(`${folder(0, 'uat-client-001')}/config.yaml`).replaceAll('client-001', 'new'),
  },
  'an environment that is there twice': { 'elsewhere/version.yaml': text(first) },
  'an environment that lost one of its documents': { [first]: undefined },
  'an environment that is gone': { [first]: undefined, [`${folder(0, 'uat-client-001')}/config.yaml`]: undefined },
  'files that moved': { [first]: undefined, [`${folder(0, 'uat-client-001')}/moved.yaml`]: text(first) },
  'a product without one of its stages': {
    [product]: text(product).replace('    - name: qa\n', '').replace('after: [qa], ', ''),
  },
  'a settings schema that asks for more': {
    'products/product-01/settings.schema.json': text('products/product-01/settings.schema.json').replace(
      '"maximum": 50',
      '"maximum": 5',
    ),
  },
  'a release that is gone': { 'products/product-00/releases/2.3.0.yaml': undefined },
  'a release that is not valid any more': {
    'products/product-00/releases/2.3.0.yaml': text('products/product-00/releases/2.3.0.yaml').replace(
      'class: minor',
      'class: [minor]',
    ),
  },
  'a release that is new': {
    'products/product-00/releases/2.6.0.yaml': text('products/product-00/releases/2.5.0.yaml')
      .replaceAll('2.5.0', '2.6.0')
      .replace('previous: 2.4.0', 'previous: 2.5.0'),
  },
  'a freeze for a client': {
    'windows/year-end-freeze.yaml': text('windows/year-end-freeze.yaml').replace('stages: [production]', 'clients: [client-002]'),
    [`${folder(0, 'production-client-002')}/version.yaml`]: text(`${folder(0, 'production-client-002')}/version.yaml`).replace(
      '2.3.0',
      '2.5.0',
    ),
  },
  'a role with other people': { 'people/roles.yaml': text('people/roles.yaml').replace('name: Ann', 'name: Anna') },
  'a role that is demanded and gone': { 'people/roles.yaml': text('people/roles.yaml').replaceAll('quality-analyst', 'tester') },
  'text that is no YAML': { [settings]: 'apiVersion: towpath.dev/v1alpha1\nkind: [\n' },
  'nothing that anybody deploys': { [first]: `# Written anew.\n${text(first)}` },
};

describe('a plan over a repository', () => {
  it.each(Object.entries(changes))('tells of %s what reading everything tells', async (_what, change) => {
    await here.write(change);
    const { environments, governing, findings, valid } = await planHere();
    expect({ environments, governing, findings, valid }).toEqual(wholly(change));
  });

  it('reads nothing of the environments and releases that it does not need', async () => {
    const change = planChange(size, 2);
    await here.commit(change);
    const needed = [
      ...Object.keys(change).map((path) => path.replace(/[^/]+$/, '')),
      'product.yaml',
      'schema.json',
      '2.3.0',
      '2.4.0',
      '2.5.0',
      'roles',
      'freeze',
    ];
    const listed = (await here.git('ls-tree', '-r', 'HEAD')).split('\n').map((line) => line.split(/\s+/));
    const away = listed.filter(([, , , path = '']) => !needed.some((part) => path.includes(part)));
    expect(away.length).toBeGreaterThan(20);
    for (const [, , oid = ''] of away)
      rmSync(join(here.folder, '.git', 'objects', oid.slice(0, 2), oid.slice(2)), { force: true });
    const { environments } = await planHere({ base: 'HEAD~1', head: 'HEAD' });
    expect(environments.map(({ environment, to }) => [environment, to?.version])).toEqual([
      ['uat-client-000', '2.5.0'],
      ['uat-client-000', '2.5.0'],
    ]);
  });

  it.each([
    ['by client and stage', (name: string) => name.split(/-(.*)/s).slice(0, 2).reverse().join('/')],
    ['one file each', (name: string) => name],
  ])('tells the same where environments are kept %s', async (what, place) => {
    const moved = (files: Readonly<Record<string, string>>) =>
      Object.fromEntries(
        Object.entries(files).map(([path, content]) => {
          const [, before = '', name = '', file = ''] = /^(.*\/environments)\/([^/]+)\/(.*)$/.exec(path) ?? [];
          if (name === '') return [path, content];
          return [what === 'one file each' ? `${before}/${place(name)}-${file}` : `${before}/${place(name)}/${file}`, content];
        }),
      );
    const change = moved(planChange(size, 2));
    await here.commit({ ...Object.fromEntries(Object.keys(world).map((path) => [path, undefined])), ...moved(world) });
    await here.write(change);
    const { environments, findings } = await planHere({ base: 'HEAD' });
    expect(environments.map(({ environment, to }) => [environment, to?.version])).toEqual([
      ['uat-client-000', '2.5.0'],
      ['uat-client-000', '2.5.0'],
    ]);
    expect(findings).toEqual([]);
  });

  it('compares by itself where the branch left main with what is in the working copy', async () => {
    await here.git('checkout', '--quiet', '-b', 'topic');
    await here.commit(planChange(size, 1));
    await here.git('checkout', '--quiet', 'main');
    await here.commit({ [settings]: text(settings).replace('replicas: 6', 'replicas: 9') });
    await here.git('checkout', '--quiet', 'topic');
    await here.write({ [settings]: text(settings).replace('replicas: 6', 'replicas: 8') });
    const found = await planHere();
    const base = await here.git('merge-base', 'main', 'topic');
    expect([found.base, found.head]).toEqual([{ name: `main at ${base.slice(0, 12)}`, commit: base }, { name: 'working tree' }]);
    expect(
      found.environments.map(({ environment, settings: changed, to }) => [
        environment,
        to?.version,
        changed.map(({ to: now }) => now),
      ]),
    ).toEqual([
      ['uat-client-000', '2.5.0', []],
      ['qa', '2.3.0', ['8']],
    ]);
  });

  it('reads a folder of the repository where it is given one', async () => {
    const files = Object.fromEntries(Object.entries(world).map(([path, content]) => [`deploy/${path}`, content]));
    await here.commit({ ...Object.fromEntries(Object.keys(world).map((path) => [path, undefined])), ...files });
    await here.write({ [`deploy/${settings}`]: text(settings).replace('stage: qa', 'stage: quality') });
    const found = await planHere({ base: 'HEAD', directory: join(here.folder, 'deploy') });
    expect(found.findings.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      [`deploy/${settings}`, 7, 'unknown-stage'],
    ]);
  });

  it('tells component by component where descriptors are at hand', async () => {
    const descriptor = (version: string) => JSON.stringify({ components: { api: version, web: '1.0.0' } });
    const away = await createCheckout();
    await away.write({ 'product-00/2.3.0.json': descriptor('2.3.0'), 'product-00/2.5.0.json': descriptor('2.5.0') });
    await here.write(planChange(size, 2));
    const { environments } = await planHere({ descriptors: away.folder });
    await away.remove();
    expect(
      environments.map(({ product: name, delta, deltaUnknown, to }) => [
        name,
        delta?.components,
        deltaUnknown,
        to?.digest !== undefined,
      ]),
    ).toEqual([
      ['product-00', [{ name: 'api', change: 'upgraded', from: '2.3.0', to: '2.5.0' }], undefined, true],
      ['product-01', undefined, expect.stringContaining('product-01/2.3.0.json'), false],
    ]);
  });

  it.each([
    ['a revision that is not there', { base: 'v9' }, 'v9 is no revision of this repository, or is not here: fetch it first'],
    [
      'a folder that is not there',
      { directory: '/nonexistent/releases' },
      '/nonexistent/releases is not there, or cannot be read.',
    ],
  ] as [string, Partial<PlanRequest>, string][])('says what is wrong with %s', async (_what, request, message) => {
    await expect(planHere(request)).rejects.toThrow(message);
  });

  it('says that it has to be fetched where a clone holds too little', async () => {
    await here.commit(planChange(size, 1));
    const shallow = join(here.folder, '..', 'shallow');
    await here.git('clone', '--quiet', '--depth=1', `file://${here.folder}`, shallow);
    await expect(planHere({ directory: shallow, base: 'HEAD~1' })).rejects.toThrow(
      /^a part of the repository is not here, as in a shallow or partial clone: fetch it first \(object [0-9a-f]{40} is missing\)$/,
    );
  });

  it('leaves the repository as it is', async () => {
    await here.write(planChange(size, 3));
    const state = () => [readdirSync(join(here.folder, '.git')), readdirSync(join(here.folder, '.git', 'objects'))];
    const before = state();
    await planHere();
    expect(state()).toEqual(before);
  });
});
