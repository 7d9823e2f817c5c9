import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKube, type Kube } from '../../controller/kube/kube.js';
import { createTextRecords } from '../../controller/kube/text-records.js';
import type { TextRecords } from '../../controller/reconcile/ports.js';
import { forever } from './kube-suite/objects.js';
import { serversToTest, type TestServer } from './kube-suite/servers.js';

const namespace = 'default';
const conflict = { reason: 'Conflict', retry: 'now' };

describe.each(serversToTest())('small records in the %s', (_name, startServer) => {
  let server: TestServer;
  let kube: Kube;
  let records: TextRecords;

  beforeAll(async () => {
    server = await startServer();
    kube = await createKube({ kubeconfig: server, now: Date.now });
    records = createTextRecords(kube.client, 'notifications');
  }, 90_000);

  afterAll(async () => {
    await kube?.close();
    await server?.close();
  });

  it('are durable when written, and read as they are', async () => {
    const key = { namespace, name: 'towpath-told-shop.qa.team' };
    expect(await records.read(key, forever)).toBeUndefined();
    const first = await records.write(key, { before: undefined, text: '{"upTo":1}' }, forever);
    const second = await records.write(key, { before: first, text: '{"upTo":2}' }, forever);
    expect(await records.read(key, forever)).toEqual({ text: '{"upTo":2}', version: second.version });
  });

  it('are compared with what was read, whether that was another text, nothing, or something that is gone', async () => {
    const key = { namespace, name: 'towpath-told-shop.uat.team' };
    const first = await records.write(key, { before: undefined, text: '1' }, forever);
    await records.write(key, { before: first, text: '2' }, forever);
    await expect(records.write(key, { before: first, text: '3' }, forever)).rejects.toMatchObject(conflict);
    await expect(records.write(key, { before: undefined, text: '3' }, forever)).rejects.toMatchObject(conflict);
    const last = await records.read(key, forever);
    await records.remove(key, forever);
    await expect(records.write(key, { before: last, text: '3' }, forever)).rejects.toMatchObject(conflict);
    await records.remove(key, forever);
  });

  it('are listed without the ConfigMaps of others', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' }, data: { record: '1' } };
    await kube.client.request({ method: 'POST', path, body: other, what: 'create ConfigMap other', signal: forever });
    await records.write({ namespace, name: 'towpath-told-mail.qa.team' }, { before: undefined, text: '1' }, forever);
    const listed = await records.list(namespace, forever);
    expect(listed.map(([name, { text }]) => [name, text])).toEqual([
      ['towpath-told-mail.qa.team', '1'],
      ['towpath-told-shop.qa.team', '{"upTo":2}'],
    ]);
  });
});
