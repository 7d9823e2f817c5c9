import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReconcileError } from '../../../controller/core/errors.js';
import { toTime } from '../../../controller/core/time.js';
import { applyDelta, deltaResultSize } from '../../../controller/git/delta.js';
import { parseCommit, parseTree } from '../../../controller/git/formats.js';
import { defaultLimits } from '../../../controller/git/limits.js';
import { ObjectError } from '../../../controller/git/object-error.js';
import { ObjectStore } from '../../../controller/git/object-store.js';
import { readRemoteHead, toPacket } from '../../../controller/git/refs.js';
import { Transport } from '../../../controller/git/transport.js';
import { startRawServer } from '../raw-server.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';
import { delta, looseBlob, oidOf, packOf, smallCommit, smallTree } from './git-seeds.js';

const guide = /controller\/git\//;
const limit = 1024 * 1024;

function only(kinds: readonly (abstract new (...args: never[]) => Error)[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
  }
}

/** Index and pack in a folder, and loose objects, as a strange program may have left them: an object comes whole and right, or an ObjectError. */
export const gitObjects: Target = {
  name: 'git-objects',
  guide,
  words: ['PACK\0\0\0\x02', '\xfftOc\0\0\0\x02', '\x90', '\x80\x80\x80\x80', 'blob 5\0', 'tree ', '\x78\x9c'],
  open: async () => {
    const root = mkdtempSync(join(tmpdir(), 'towpath-fuzz-'));
    mkdirSync(join(root, 'pack'));
    mkdirSync(join(root, oidOf('blob', 'hello').slice(0, 2)));
    const packed = packOf();
    return {
      seeds: [
        bytesOf(packed.pack, packed.index, looseBlob('hello')),
        bytesOf(delta, 'a base of some length', ''),
        bytesOf(smallTree, smallCommit),
      ],
      run: async (input) => {
        const [pack = Buffer.alloc(0), index = Buffer.alloc(0), loose = Buffer.alloc(0)] = partsOf(input);
        writeFileSync(join(root, 'pack/pack-a.pack'), pack);
        // With a checksum that is right: else nothing but the checksum would be tested.
        const body = index.subarray(0, Math.max(0, index.length - 20));
        writeFileSync(join(root, 'pack/pack-a.idx'), Buffer.concat([body, createHash('sha1').update(body).digest()]));
        const name = oidOf('blob', 'hello');
        writeFileSync(join(root, name.slice(0, 2), name.slice(2)), loose);
        for (const oid of [...packed.oids, name, '0'.repeat(40)]) {
          only([ObjectError], () => {
            const store = new ObjectStore(root);
            try {
              const data = store.read(oid, oid === packed.oids[0] ? 'commit' : 'blob', limit);
              promise(data.length <= limit, 'an object is too large', data.length);
            } finally {
              store.close();
            }
          });
        }
        only([ObjectError, RangeError], () => {
          if (deltaResultSize(pack) <= limit) applyDelta(index, pack);
        });
        only([ObjectError], () => void parseTree(pack));
        only([ObjectError], () => {
          const { commit } = parseCommit('0'.repeat(40), index);
          toTime(commit.time);
          promise(!/\p{Cc}/u.test(commit.author + commit.subject), 'a commit has control characters', commit);
        });
      },
      close: async () => rmSync(root, { recursive: true, force: true }),
    };
  },
};

const oid = 'a'.repeat(40);
const raw = (type: string, body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-${type}\r\nConnection: close\r\n\r\n${body}`;
const v2 = `${toPacket('# service=git-upload-pack\n')}0000${toPacket('version 2\n')}${toPacket('ls-refs\n')}${toPacket('object-format=sha1\n')}0000`;
const v1 = `${toPacket('# service=git-upload-pack\n')}0000${toPacket(`${oid} HEAD\0multi_ack object-format=sha1\n`)}${toPacket(`${oid} refs/heads/main\n`)}0000`;
const refs = `${toPacket(`${oid} refs/heads/main\n`)}0000`;

/** What a server says of its refs: a commit, none, or a ReconcileError that is one sentence without what the server said. */
export const gitRefs: Target = {
  name: 'git-refs',
  guide,
  words: [
    'HTTP/1.1 302 Found\r\nLocation: ',
    'Content-Encoding: gzip\r\n',
    '0000',
    '0001',
    '0004',
    'ffff',
    'ERR no',
    'version 2',
    ' refs/heads/main',
    '\r\n',
  ],
  open: async () => {
    const server = await startRawServer();
    const limits = { ...defaultLimits, silenceMs: 500, connectMs: 500 };
    return {
      seeds: [
        bytesOf('1', raw('result', refs)),
        bytesOf('0', raw('advertisement', v2), raw('result', refs)),
        bytesOf('0', raw('advertisement', v1)),
      ],
      run: async (input) => {
        const [first, ...answers] = partsOf(input);
        server.answer(answers);
        const transport = new Transport({ url: `${server.url}/repo.git`, authorization: 'Basic bWFya2Vk' }, limits);
        const question = { url: `${server.url}/repo.git`, ref: 'refs/heads/main', speaksV2: first?.[0] === 49 };
        try {
          const head = await readRemoteHead(transport, question, limits, AbortSignal.timeout(2_000));
          promise(head.oid === undefined || /^[0-9a-f]{40}$/.test(head.oid), 'a head is no commit', head);
        } catch (error) {
          if (!(error instanceof ReconcileError)) throw error;
          promise(error.message.length < 500 && !/\p{Cc}|bWFya2Vk/u.test(error.message), 'no sentence', error.message);
        } finally {
          await transport.close();
        }
      },
      close: () => server.close(),
    };
  },
};
