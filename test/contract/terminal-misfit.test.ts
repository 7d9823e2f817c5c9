import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedApi, startEmbeddedApi } from '../../controller/embedded/start.js';
import { createApi } from '../support/e2e/api.js';
import { loosenedCrds } from '../support/e2e/loosened-crds.js';
import { towpath } from '../support/terminal-world.js';

describe('objects that do not fit their schema', () => {
  let folder: string;
  let embedded: EmbeddedApi;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'towpath-misfit-'));
    embedded = await startEmbeddedApi({ directory: folder, crds: await loosenedCrds() });
    const api = createApi(embedded.kubeconfigPath);
    const put = (plural: 'environments' | 'holds', kind: string, [name, spec]: [string, object]) =>
      api.create(plural, { apiVersion: 'towpath.dev/v1alpha1', kind, metadata: { name }, spec });
    await put('environments', 'Environment', [
      'shop.qa',
      { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' },
    ]);
    await put('environments', 'Environment', ['shop.uat', { product: 7 }]);
    await put('holds', 'Hold', ['broken', { reason: ['no', 'text'] }]);
    api.close();
  });
  afterAll(async () => {
    await embedded.close();
    await rm(folder, { recursive: true });
  });

  const said = (...args: string[]) => towpath([...args, '--kubeconfig', embedded.kubeconfigPath]);

  it('are told of beside what fits', async () => {
    expect(await said('get', '-o', 'name')).toEqual({
      code: 0,
      stdout: 'environment.towpath.dev/shop.qa\n',
      stderr: 'towpath: Environment default/shop.uat does not fit its schema: spec.environment is missing\n',
    });
    expect(await said('describe', 'shop.uat')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'towpath: Environment default/shop.uat does not fit its schema: spec.environment is missing\n',
    });
  });

  it('are released like any other, where they are holds', async () => {
    expect((await said('hold', 'list')).stderr).toBe(
      'towpath: Hold default/broken does not fit its schema: spec.reason is not a string\nno holds\n',
    );
    expect(await said('hold', 'release', 'broken')).toEqual({ code: 0, stdout: 'released broken\n', stderr: '' });
    expect((await said('hold', 'list')).stderr).toBe('no holds\n');
  });
});
