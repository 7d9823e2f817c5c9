import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../controller/core/model.js';
import { toCrd } from '../../controller/core/resources/crd.js';
import { deploymentRun } from '../../controller/core/resources/deployment-run.js';
import { environment } from '../../controller/core/resources/environment.js';
import { hold } from '../../controller/core/resources/hold.js';
import { release } from '../../controller/core/resources/release.js';
import { type ReleaseSourceResource, releaseSource } from '../../controller/core/resources/release-source.js';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import { findKubeApiserver, type KubeApiserver, startKubeApiserver } from '../support/kube-apiserver.js';
import { forever } from './kube-suite/objects.js';
import { installCrd, schemaOf } from './kube-suite/servers.js';

const definitions = [releaseSource, environment, deploymentRun, release, hold];
const isThere = findKubeApiserver() !== undefined || process.env.TOWPATH_CLUSTER === 'required';

interface StoredCrd {
  readonly spec: JsonObject;
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

describe.skipIf(!isThere)('the CRDs on a kube-apiserver', () => {
  let server: KubeApiserver | undefined;
  let kube: Kube;

  beforeAll(async () => {
    server = await startKubeApiserver();
    if (server === undefined) throw new Error('no kube-apiserver was found');
    kube = await createKube({ kubeconfig: { path: server.kubeconfigPath }, now: Date.now });
    for (const definition of definitions) await installCrd(kube, toCrd(definition));
  }, 90_000);

  afterAll(async () => {
    await kube?.close();
    await server?.close();
  });

  const sources = '/apis/towpath.dev/v1alpha1/namespaces/default/releasesources';
  const createSource = (name: string, spec: object) => {
    const body = { apiVersion: 'towpath.dev/v1alpha1', kind: 'ReleaseSource', metadata: { name }, spec };
    return kube.client.request<ReleaseSourceResource>({
      method: 'POST',
      path: sources,
      body,
      what: 'create a source',
      signal: forever,
    });
  };

  it.each(definitions)('are stored whole: $kind', async (definition) => {
    const crd = toCrd(definition);
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
    const stored = await kube.client.request<StoredCrd>({ method: 'GET', path, what: 'read the CRD', signal: forever });
    expect(schemaOf({ ...crd, spec: stored.spec })).toEqual(schemaOf(crd));
    expect(stored.status.conditions.map(({ type, status }) => `${type}=${status}`).sort()).toEqual([
      'Established=True',
      'NamesAccepted=True',
    ]);
    expect(stored.spec.names).toMatchObject({ shortNames: definition.shortNames, categories: ['towpath'] });
  });

  it('fill in everything that a minimal source leaves out', async () => {
    const { spec, status } = await createSource('minimal', {
      git: { url: 'https://git.example/acme/releases.git' },
      jenkins: [{ name: 'main', url: 'https://jenkins.example', jobs: ['platform/*'] }],
    });
    const times = { delay: '10s', grace: '3m', timeout: '30s', pollInterval: '10s', observeInterval: '1m' };
    expect(spec).toEqual({
      git: { url: 'https://git.example/acme/releases.git', ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '60s' },
      jenkins: [{ name: 'main', url: 'https://jenkins.example', jobs: ['platform/*'], ...times }],
      firstDeployment: 'confirm',
      historyLimit: 20,
      suspend: false,
    });
    expect(status).toEqual({ observedGeneration: -1 });
  });

  it.each([
    ['a word that is none of the choices', { firstDeployment: 'perhaps' }, 'spec.firstDeployment'],
    ['a duration that is none', { git: { url: 'https://x', interval: '1 minute' } }, 'spec.git.interval'],
    ['a number out of bounds', { historyLimit: 1 }, 'spec.historyLimit'],
    ['a repository without an address', { git: {} }, 'spec.git.url'],
  ])('refuse %s', async (_what, changes, field) => {
    const creating = createSource('refused', { git: { url: 'https://x' }, ...changes });
    await expect(creating).rejects.toMatchObject({ reason: 'Refused', code: 422, message: expect.stringContaining(field) });
  });
});
