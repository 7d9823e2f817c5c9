import { Agent } from 'undici';
import { ReconcileError } from '../../../controller/core/errors.js';
import { type EnvironmentResource, environment } from '../../../controller/core/resources/environment.js';
import { KubeClient } from '../../../controller/kube/client.js';
import type { Connection } from '../../../controller/kube/connection.js';
import { misfit } from '../../../controller/kube/fit.js';
import { createFreshReads } from '../../../controller/kube/fresh-reads.js';
import { Reflector, usualTimings } from '../../../controller/kube/reflector.js';
import { ResourceCache } from '../../../controller/kube/resource-cache.js';
import { readSecret } from '../../../controller/kube/secrets.js';
import { ResourceWriter } from '../../../controller/kube/writer.js';
import { startRawServer } from '../raw-server.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';

const spec = { product: 'shop', environment: 'qa', stage: 'qa', source: 'releases' };
const object = (version: string, more: object = {}) => ({
  apiVersion: 'towpath.dev/v1alpha1',
  kind: 'Environment',
  metadata: { name: 'shop.qa', namespace: 'default', uid: 'u1', resourceVersion: version, labels: {}, managedFields: [] },
  spec,
  ...more,
});
const text = JSON.stringify;
const list = text({
  kind: 'EnvironmentList',
  metadata: { resourceVersion: '5' },
  items: [object('4', { status: { conditions: [] } }), object('3')],
});
const page = text({ metadata: { resourceVersion: '5', continue: 'more' }, items: [object('4')] });
const event = (type: string, of: object) => `${text({ type, object: of })}\n`;
const events =
  event('ADDED', object('6')) + event('MODIFIED', object('7')) + event('BOOKMARK', object('8')) + event('DELETED', object('9'));
const refusal = `HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${text({ kind: 'Status', reason: 'Invalid', details: { causes: [{ field: 'spec.product', reason: 'FieldValueInvalid' }] } })}`;
const gone = `HTTP/1.1 410 Gone\r\nConnection: close\r\n\r\n{}`;

/** A list, a watch, a write and two reads, of a server that answers anything: what comes into the cache fits its type. */
export const kube: Target = {
  name: 'kube',
  guide: /controller\/kube\//,
  words: [
    'HTTP/1.1 410 Gone\r\n\r\n',
    '"metadata":',
    '"items":[null]',
    '"object":null',
    '"type":"ERROR"',
    '"continue":"x"',
    '\n',
    'null',
    '1',
    '"code":410',
    'Retry-After: 1e9\r\n',
    'Content-Length: 3\r\n',
  ],
  open: async () => {
    const server = await startRawServer();
    const dispatcher = new Agent({ connect: { timeout: 500 } });
    const connection = { server: server.url, credentials: async () => ({ dispatcher, headers: {} }), reload: () => undefined };
    const client = new KubeClient(connection as unknown as Connection, 300);
    return {
      seeds: [
        bytesOf(list, events, text(object('10')), text({ items: [] }), text({ data: { a: 'YQ==' } })),
        bytesOf(page, list, events, refusal),
        bytesOf(list, event('ERROR', { code: 410, reason: 'Expired' }), list),
        bytesOf(gone, list, gone),
      ],
      run: async (input) => {
        server.answer(partsOf(input));
        const cache = new ResourceCache<EnvironmentResource>({
          definition: environment,
          groupsOf: ({ metadata, spec: { product } }) => [`${metadata.namespace}/${product}`],
          onChange: () => undefined,
        });
        const stop = AbortSignal.timeout(60);
        const timings = { ...usualTimings, firstBackoffMs: 1, maxBackoffMs: 2, stallMs: 200 };
        const reflector = new Reflector({
          client,
          name: 'environments',
          path: '/a',
          sink: cache,
          timings,
          random: Math.random,
          onState: () => undefined,
        });
        await reflector.run(stop, () => undefined);
        for (const each of cache.list())
          promise(misfit(environment, each) === undefined, 'what does not fit is in the cache', each);
        for (const { key, message } of cache.quarantined())
          promise(typeof key.name === 'string' && message.length < 70_500, 'quarantine', key);
        const signal = AbortSignal.timeout(300);
        const key = { namespace: 'default', name: 'shop.qa' };
        const writer = new ResourceWriter(client, cache, environment);
        await refused(writer.create(key, { spec, labels: {} }, signal));
        const fresh = createFreshReads(client, { sources: cache, environments: cache, runs: cache });
        await refused(fresh.environment(key, signal));
        await refused(fresh.holds('default', AbortSignal.timeout(100)));
        await refused(fresh.catchUp('default', AbortSignal.timeout(100)));
        await refused(readSecret(client, { namespace: 'default', name: 'a' }, signal));
      },
      close: async () => {
        await dispatcher.destroy();
        await server.close();
      },
    };
  },
};

async function refused(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
  }
}
