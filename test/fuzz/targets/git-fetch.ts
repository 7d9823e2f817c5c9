import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReconcileError } from '../../../controller/core/errors.js';
import { toPacket } from '../../../controller/git/refs.js';
import { createRepositories } from '../../../controller/git/repositories.js';
import { builtUrl } from '../../support/built.js';
import { aSource } from '../../support/git/world.js';
import { startRawServer } from '../raw-server.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';
import { oidOf, packOf, smallCommit } from './git-seeds.js';

const head = oidOf('commit', smallCommit);
const raw = (type: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-${type}\r\nConnection: close\r\n\r\n`),
    Buffer.from(body),
  ]);
const refs = `${toPacket('# service=git-upload-pack\n')}0000${toPacket(`${head} HEAD\0multi_ack side-band-64k ofs-delta shallow object-format=sha1\n`)}${toPacket(`${head} refs/heads/main\n`)}0000`;
const band = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.from((content.length + 5).toString(16).padStart(4, '0')), Buffer.from([number]), content]);
const packed = raw(
  'result',
  Buffer.concat([
    Buffer.from(`${toPacket(`shallow ${head}\n`)}0000${toPacket('NAK\n')}`),
    band(1, packOf().pack),
    Buffer.from('0000'),
  ]),
);
const advertised = raw('advertisement', refs);

/** A whole pass over a strange server, in the threads that a release repository is read in: a snapshot, or a ReconcileError. */
export const gitFetch: Target = {
  name: 'git-fetch',
  guide: /controller\/git\//,
  words: [
    '0000',
    '0008NAK\n',
    'PACK\0\0\0\x02',
    'shallow ',
    'ERR ',
    '\x01',
    '\x02',
    'ffff',
    'ofs-delta',
    'HTTP/1.1 302 Found\r\nLocation: ',
  ],
  open: async () => {
    const server = await startRawServer();
    const root = mkdtempSync(join(tmpdir(), 'towpath-fuzz-'));
    const repositories = createRepositories({
      cacheDirectory: root,
      readSecret: async () => undefined,
      workerUrl: builtUrl('controller/git/worker.js'),
      limits: { silenceMs: 500, connectMs: 500, graceMs: 300, heapMib: 128 },
    });
    return {
      seeds: [bytesOf(advertised, advertised, packed), bytesOf(advertised, packed)],
      run: async (input) => {
        server.answer(partsOf(input));
        const source = aSource({ url: `${server.url}/repo.git`, timeout: '2s' });
        try {
          const { commit, repository } = await repositories.latest(source, AbortSignal.timeout(4_000));
          promise(/^[0-9a-f]{40}$/.test(commit.sha) && Array.isArray(repository.environments), 'no snapshot', commit);
        } catch (error) {
          if (!(error instanceof ReconcileError)) throw error;
          promise(error.message.length < 500 && !/\p{Cc}/u.test(error.message) && error.reason !== 'Unexpected', 'no sentence', [
            error.reason,
            error.message,
          ]);
        }
      },
      close: async () => {
        await repositories.close();
        await server.close();
        rmSync(root, { recursive: true, force: true });
      },
    };
  },
};
