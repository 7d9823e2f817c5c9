import type { Address } from '../../controller/jenkins/address.js';
import type { Connection, JsonAnswer, Operation, Sending } from '../../controller/jenkins/connection.js';
import type { Exchange } from '../../controller/jenkins/exchange.js';
import type { Reads } from '../../controller/jenkins/reading.js';
import { whyUnavailable } from '../../controller/jenkins/words.js';
import type { JenkinsPages, Reading } from './jenkins-pages.js';
import type { LinkFaults, Network } from './network.js';

export interface ConnectionWorld {
  readonly network: Network;
  readonly pages: JenkinsPages;
  readonly faults: { readonly jenkins: LinkFaults; readonly jenkinsReads: LinkFaults };
  readonly requestTimeoutMs: number;
  /** How much later than its sending a POST can still come, through a proxy. */
  readonly lateMs: number;
}

/** The place of the adapter's Connection: what Jenkins says over the simulated network. Everything above it is the real adapter. */
export function createConnection(world: ConnectionWorld, who: string, onPost: (id: string) => void): Connection {
  const address: Address = { root: 'https://jenkins.test', isTls: true };
  const says = (what: string) => `Jenkins at ${address.root} ${what}`;
  const send = async (operation: Operation, { method, path, body }: Sending, signal: AbortSignal): Promise<Exchange> => {
    const outcome = await world.network.ask<Exchange>({
      name: () => `Jenkins ${operation} ${nameOf(operation, path, body)}`,
      faults: operation === 'trigger' ? world.faults.jenkins : world.faults.jenkinsReads,
      isEffect: method === 'POST',
      timeoutMs: world.requestTimeoutMs,
      lateMs: world.lateMs,
      signal,
      onSend: () => {
        if (operation === 'trigger') onPost(new URLSearchParams(body).get('TOWPATH_RUN') ?? '');
      },
      serve: () => world.pages.answer({ method, path, body: body ?? '', who }),
    });
    return outcome.kind === 'answer' ? outcome.value : { kind: 'failed', code: outcome.code, isSent: outcome.isSent };
  };
  const readJson = async (
    operation: Operation,
    call: (reads: Reads) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<JsonAnswer> => {
    const reading = toReading(call);
    const outcome = await world.network.ask<JsonAnswer | Exchange>({
      name: () => `Jenkins read ${operation}`,
      faults: world.faults.jenkinsReads,
      isEffect: false,
      timeoutMs: world.requestTimeoutMs,
      lateMs: 0,
      signal,
      serve: () => world.pages.read(reading),
    });
    if (outcome.kind === 'failed') return { kind: 'unavailable', message: says(whyUnavailable({ ...outcome })) };
    const found = outcome.value;
    if (found.kind === 'answer' || found.kind === 'failed') return { kind: 'unavailable', message: says(whyUnavailable(found)) };
    return found;
  };
  const connection = {
    address,
    credentials: { username: 'towpath', secret: 'x', kind: 'token' },
    says,
    redact: (text: string) => text,
    send,
    readJson,
    close: () => undefined,
  };
  return connection as unknown as Connection;
}

function nameOf(operation: Operation, path: string, body: string | undefined): string {
  return operation === 'trigger' ? (new URLSearchParams(body).get('TOWPATH_RUN') ?? '') : path;
}

/** What a call of the package `jenkins` asks for. */
function toReading(call: (reads: Reads) => Promise<unknown>): Reading {
  let reading: Reading | undefined;
  const note = (next: Reading): Promise<unknown> => {
    reading = next;
    return Promise.resolve(undefined);
  };
  void call({
    job: { get: ({ name, tree }) => note({ what: 'job', job: name.join('/'), tree }) },
    build: { get: ({ name, number }) => note({ what: 'build', job: name.join('/'), number }) },
    queue: { item: ({ number }) => note({ what: 'item', number }), list: () => note({ what: 'queue' }) },
  });
  if (reading === undefined) throw new Error('nothing was asked for');
  return reading;
}
