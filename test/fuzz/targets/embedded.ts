import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json } from '../../../controller/embedded/resource-type.js';
import { type EmbeddedApi, startEmbeddedApi } from '../../../controller/embedded/start.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';
import { apiRequests, apiWords } from './embedded-seeds.js';

interface Sending {
  readonly method?: unknown;
  readonly path?: unknown;
  readonly type?: unknown;
  readonly accept?: unknown;
  readonly body?: unknown;
}

const crds = () =>
  readdirSync('crds')
    .filter((file) => file.startsWith('towpath.dev_'))
    .map((file) => parse(readFileSync(join('crds', file), 'utf8')) as Json);

/** After so many inputs it starts again from nothing, so that what is stored stays small. */
const inputsALife = 2_000;

/** Requests to the embedded API, each a JSON object `{method, path, type, accept, body}`; a body that is text goes as it is. Never a 500, never a fault. */
export const embedded: Target = {
  name: 'embedded',
  guide: /controller\/embedded\//,
  words: apiWords,
  open: async () => {
    const faults: unknown[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
    let life = await start(faults);
    let count = 0;
    const end = async () => {
      await life.api.close();
      rmSync(life.folder, { recursive: true, force: true });
    };
    return {
      seeds: apiRequests.map((requests) => bytesOf(...requests.map((each) => JSON.stringify(each)))),
      run: async (input) => {
        if (++count % inputsALife === 0) {
          await end();
          life = await start(faults);
        }
        faults.length = 0;
        for (const part of partsOf(input).slice(0, 6)) {
          const status = await send(life.api, agent, toSending(part));
          if (faults.length > 0) throw faults[0];
          promise(status === undefined || (status >= 200 && status < 600 && status !== 500), 'the API answered', status);
        }
      },
      close: async () => {
        agent.destroy();
        await end();
      },
    };
  },
};

async function start(faults: unknown[]): Promise<{ api: EmbeddedApi; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'towpath-fuzz-'));
  return { folder, api: await startEmbeddedApi({ directory: folder, crds: crds(), onFault: (error) => faults.push(error) }) };
}

function toSending(part: Buffer): Sending {
  try {
    const value: unknown = JSON.parse(part.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Bytes of a body, then.
  }
  return { method: 'POST', path: '/apis/towpath.dev/v1alpha1/namespaces/default/holds', body: part.toString('latin1') };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** The status; undefined where nothing could be sent, or the answer (a watch) does not end. */
function send(
  { url, token }: EmbeddedApi,
  agent: Agent,
  { method, path, type, accept, body }: Sending,
): Promise<number | undefined> {
  const verb = typeof method === 'string' && /^[A-Z]{1,10}$/.test(method) ? method : 'GET';
  const target = `/${textOf(path).replace(/^\//, '')}`.replaceAll(/[^\x21-\xff]/g, '%20');
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(JSON.stringify(body ?? '') ?? '');
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'content-length': String(verb === 'GET' ? 0 : bytes.length),
  };
  const plain = (value: unknown) => typeof value === 'string' && /^[\x20-\x7e]{1,200}$/.test(value);
  if (plain(type)) headers['content-type'] = String(type);
  if (plain(accept)) headers.accept = String(accept);
  return new Promise((resolve, reject) => {
    const sent = request(`${url}`, { method: verb, path: target, headers, agent }, (response) => {
      const timer = setTimeout(() => response.destroy(), 200);
      response.resume();
      response.on('error', () => undefined);
      response.on('close', () => {
        clearTimeout(timer);
        resolve(response.statusCode);
      });
    });
    sent.setTimeout(20_000, () => sent.destroy(new Error('the API does not answer')));
    sent.on('error', (error: NodeJS.ErrnoException) =>
      /ECONNRESET|EPIPE|HPE_/.test(error.code ?? '') ? resolve(undefined) : reject(error),
    );
    sent.end(verb === 'GET' ? undefined : bytes);
  });
}
