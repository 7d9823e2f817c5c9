import { Agent, request } from 'node:https';
import type { ServerHandle } from '../../contract/api-suite/client.js';
import { contentOf, type Ledger, type Slip, type Write } from './slips.js';

export const slipsPath = '/apis/test.towpath.dev/v1/namespaces/default/slips';
const own = 6;
const shared = 20;

export interface Writing {
  readonly server: ServerHandle;
  readonly ledger: Ledger;
  /** Of this writer, in this life of the server. */
  readonly name: string;
  readonly random: () => number;
  /** Called after each acknowledgement. */
  readonly onAcknowledged: () => void;
}

/** One client: writes until the server is gone, one after the other, over a connection of its own. Gives what was answered wrongly. */
export async function writeUntilGone(writing: Writing): Promise<string[]> {
  const { server, ledger } = writing;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: server.caPem });
  const problems: string[] = [];
  try {
    for (let number = 0; ; number += 1) {
      const write = choose(writing, number);
      ledger.begin(write);
      const { status, body } = await send(server, agent, toRequest(write, writing.random));
      if (status === 409 || status === 404) ledger.refuse(write);
      else if (status === 200 || status === 201) {
        const version = write.kind === 'delete' ? undefined : Number((body as Slip).metadata.resourceVersion);
        const problem = ledger.acknowledge(write, version);
        if (problem !== undefined) problems.push(problem);
        writing.onAcknowledged();
      } else problems.push(`${write.id}: ${status}`);
    }
  } catch (error) {
    // The connection breaks when the process is killed.
    if (!(error instanceof Error) || !('code' in error)) throw error;
  } finally {
    agent.destroy();
  }
  return problems;
}

/** Mostly an object of its own; now and then one that all of them write to, where the slower one is refused. */
function choose({ ledger, name, random }: Writing, number: number): Write {
  const owner = name.split('/')[0] ?? '';
  const object = random() < 0.75 ? `${owner}-${Math.floor(random() * own)}` : `shared-${Math.floor(random() * shared)}`;
  const base = ledger.version(object);
  const id = `${name}/${number}`;
  if (base === undefined) return { id, name: object, kind: 'create' };
  const dice = random();
  return { id, name: object, base, kind: dice < 0.5 ? 'update' : dice < 0.8 ? 'status' : 'delete' };
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: object;
}

function toRequest({ id, name, kind, base }: Write, random: () => number): Asked {
  const path = `${slipsPath}/${name}`;
  if (kind === 'delete') {
    const preconditions = { resourceVersion: String(base) };
    return { method: 'DELETE', path, body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions } };
  }
  const content = contentOf(id, String(random()).repeat(Math.floor(random() * 200)));
  const type = { apiVersion: 'test.towpath.dev/v1', kind: 'Slip' };
  if (kind === 'create') return { method: 'POST', path: slipsPath, body: { ...type, metadata: { name }, spec: content } };
  const metadata = { name, resourceVersion: String(base) };
  if (kind === 'update') return { method: 'PUT', path, body: { ...type, metadata, spec: content } };
  return { method: 'PUT', path: `${path}/status`, body: { ...type, metadata, status: content } };
}

function send(server: ServerHandle, agent: Agent, { method, path, body }: Asked): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${server.token}`,
      'content-type': 'application/json',
      'content-length': bytes.length,
    };
    const sent = request(`${server.url}${path}`, { method, agent, headers, timeout: 15_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time'))).on('error', reject);
    sent.end(bytes);
  });
}
