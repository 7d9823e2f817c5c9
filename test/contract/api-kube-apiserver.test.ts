import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKubeApiserver, type KubeApiserver, startKubeApiserver } from '../support/kube-apiserver.js';
import { send } from './api-suite/client.js';
import { apiSuite } from './api-suite/suite.js';
import { widgetCrd } from './api-suite/widget-crd.js';

const isRequired = process.env.TOWPATH_CLUSTER === 'required';
const isThere = findKubeApiserver() !== undefined;

describe.skipIf(!isThere && !isRequired)('a real kube-apiserver', () => {
  let server: KubeApiserver | undefined;

  beforeAll(async () => {
    server = await startKubeApiserver();
    if (server === undefined)
      throw new Error('etcd and kube-apiserver were not found (KUBEBUILDER_ASSETS, PATH, ~/.cache/towpath)');
    await installWidgets(server);
  }, 90_000);

  afterAll(async () => {
    await server?.close();
  });

  const running = () => {
    if (server === undefined) throw new Error('the server is not running');
    return server;
  };

  it('serves the type of the suite', async () => {
    const { status } = await send(running(), { path: '/apis/suite.towpath.dev/v1/widgets' });
    expect(status).toBe(200);
  });

  apiSuite(running);
});

async function installWidgets(server: KubeApiserver): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await send(server, { method: 'POST', path, body: widgetCrd });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status } = await send(server, { path: '/apis/suite.towpath.dev/v1/widgets' });
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error('the type of the suite was not served in time');
}
