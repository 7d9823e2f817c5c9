import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startEmbeddedApi } from '../../controller/embedded/start.js';
import { environmentFiles, productDocument, productFiles, promotionFiles, versionFile } from '../support/e2e/documents.js';
import { eventually } from '../support/e2e/eventually.js';
import { startWorld, type World, type WorldOptions } from '../support/e2e/world.js';
import { startGitServer } from '../support/git/server.js';

async function inWorld(options: WorldOptions, test: (world: World) => Promise<void>): Promise<void> {
  const world = await startWorld(options);
  try {
    await test(world);
  } finally {
    await world.close();
  }
}

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/default/leases/towpath';

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

/** The holder of the lease as it lies in the store of a program that has ended. */
async function storedHolder({ api, folder }: World): Promise<string | undefined> {
  const embedded = await startEmbeddedApi({ directory: join(folder, 'data'), crds: [] });
  try {
    return ((await api.ask('GET', leasePath)) as Lease).spec.holderIdentity;
  } finally {
    await embedded.close();
  }
}

describe.concurrent('the process', () => {
  it('ends with 0 on SIGTERM in the middle of a deployment, and the next one finishes it without asking twice', async () => {
    await inWorld({ files: productFiles('1.0.0') }, async (world) => {
      await world.run('shop.qa.1', 'Running');
      const { code, afterMs } = await world.program.terminate();
      expect(code).toBe(0);
      expect(afterMs).toBeLessThan(10_000);
      expect(await storedHolder(world)).toBe('');
      await world.program.start();
      await world.ready('production', '1.0.0');
      const deployments = world.jenkins.effects
        .filter(({ job }) => job === 'platform/deploy')
        .map(({ parameters }) => parameters.ENVIRONMENT);
      expect(deployments).toEqual(['qa', 'uat', 'production']);
    });
  });

  it('goes on after it was frozen for longer than a build takes', async () => {
    await inWorld({ files: productFiles('1.0.0') }, async (world) => {
      await world.run('shop.qa.1', 'Queued', 'Running');
      world.program.freeze();
      await eventually(
        () => world.jenkins.builds('platform/deploy').some(({ result }) => result === 'SUCCESS'),
        'the build has ended',
      );
      world.program.thaw();
      await world.ready('production', '1.0.0');
      expect(world.jenkins.effects.length).toBe(4);
    });
  });
});

/** A second source beside `releases`, with a product of its own. */
function secondSource(url: string): object {
  const git = { url, interval: '1s', timeout: '5s' };
  return { apiVersion: 'towpath.dev/v1alpha1', kind: 'ReleaseSource', metadata: { name: 'second' }, spec: { git } };
}

async function startSilentServer(): Promise<{ server: Server; url: string }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/second.git` };
}

describe.concurrent('a ReleaseSource', () => {
  it('goes on while another hangs on a git server that says nothing', async () => {
    const { server, url } = await startSilentServer();
    try {
      await inWorld({ files: productFiles('1.0.0'), objects: [secondSource(url)] }, async (world) => {
        await world.ready('qa', '1.0.0');
        await world.repository.commit({ files: promotionFiles('1.1.0') });
        await world.ready('qa', '1.1.0');
        const ready = await eventually(async () => {
          const { status } = await world.api.get('releasesources', 'second');
          return status?.conditions?.find(({ type }) => type === 'Ready');
        }, 'the other source says why it is not ready');
        expect([ready.status, ready.message]).toEqual(['False', expect.stringMatching(/does not answer in time/)]);
      });
    } finally {
      server.close();
    }
  });

  it('goes on while another is corrupt, which heals when its repository does', async () => {
    await inWorld({ files: productFiles('1.0.0', { verified: false }) }, async (world) => {
      const server = await startGitServer({ root: world.folder });
      try {
        server.setFault({ kind: 'change', change: (body) => flipLast(body) }, ({ path }) => path.endsWith('/git-upload-pack'));
        await world.repository.commit({
          branch: 'other',
          parent: 'none',
          files: {
            'product.yaml': productDocument({ name: 'books', verified: false }),
            ...environmentFiles('books-qa', { product: 'books', stage: 'qa', version: '7' }),
          },
        });
        const { spec } = await world.api.get('releasesources', 'releases');
        const git = { url: `${server.url}/repository.git`, ref: { branch: 'other' }, interval: '1s' };
        await world.api.create('releasesources', { ...secondSource(''), spec: { ...spec, git } });
        await eventually(async () => {
          const { status } = await world.api.get('releasesources', 'second');
          return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'False');
        }, 'the corrupt source is not ready');
        await world.repository.commit({ files: versionFile('qa', '1.1.0') });
        await world.ready('qa', '1.1.0');
        server.setFault(undefined);
        await world.ready('books.books-qa', '7');
      } finally {
        await server.close();
      }
    });
  });
});

function flipLast(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  for (let at = Math.floor(body.length / 2); at < body.length; at += 7) changed[at] = (changed[at] ?? 0) ^ 0x55;
  return changed;
}
