import { ReconcileError } from '../core/errors.js';
import { failed } from './failure.js';
import type { GitLimits } from './limits.js';
import type { HttpAnswer, Transport } from './transport.js';

export const advertisement = '/info/refs?service=git-upload-pack';

/** One pkt-line (gitprotocol-common(5)); undefined stands for a flush or another special packet. */
export function* readPackets(data: Buffer): Generator<Buffer | undefined> {
  for (let at = 0; at < data.length; ) {
    const digits = data.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new RangeError('not a packet');
    const length = Number.parseInt(digits, 16);
    if (length >= 4 && at + length > data.length) throw new RangeError('a packet is cut off');
    yield length < 4 ? undefined : data.subarray(at + 4, at + length);
    at += Math.max(length, 4);
  }
}

export function toPacket(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

/** What a server says of a ref, and whether the next question can be asked in one request (protocol version 2). */
export interface Head {
  readonly oid: string | undefined;
  readonly speaksV2: boolean;
}

/**
 * The commit that a ref names on the server. One small request where the server is known to speak version 2
 * (gitprotocol-v2(5), ls-refs); two where it is not known yet; one with all refs where it does not. Throws ReconcileError.
 */
export async function readRemoteHead(
  transport: Transport,
  question: { readonly url: string; readonly ref: string; readonly speaksV2: boolean },
  limits: GitLimits,
  signal: AbortSignal,
): Promise<Head> {
  const listed = question.speaksV2 ? await askAgain(transport, question, limits, signal) : undefined;
  if (listed !== undefined) return listed;
  const headers = { 'git-protocol': 'version=2' };
  const answer = await transport.exchange({ method: 'GET', path: advertisement, headers, most: limits.refsBytes }, signal);
  const lines = toLines(question.url, answer);
  refuseSha256(question.url, lines);
  if (lines.includes('version 2')) return listRefs(transport, question, limits, signal);
  return { oid: findRef(lines, question.ref), speaksV2: false };
}

/** Undefined where the server has changed its mind about the version that it speaks. */
async function askAgain(...[transport, question, limits, signal]: Parameters<typeof readRemoteHead>): Promise<Head | undefined> {
  try {
    return await listRefs(transport, question, limits, signal);
  } catch (error) {
    if (error instanceof ReconcileError && /^Git(?:ProtocolInvalid|NotFound)$/.test(error.reason)) return undefined;
    throw error;
  }
}

async function listRefs(...[transport, question, limits, signal]: Parameters<typeof readRemoteHead>): Promise<Head> {
  const command = `${toPacket('command=ls-refs\n')}0001${toPacket(`ref-prefix ${question.ref}\n`)}0000`;
  const headers = { 'git-protocol': 'version=2', 'content-type': 'application/x-git-upload-pack-request' };
  const body = Buffer.from(command);
  const path = '/git-upload-pack';
  const answer = await transport.exchange({ method: 'POST', path, headers, body, most: limits.refsBytes }, signal);
  return { oid: findRef(toLines(question.url, answer), question.ref), speaksV2: true };
}

function toLines(url: string, { contentType, chunks }: HttpAnswer): string[] {
  if (!contentType.startsWith('application/x-git-upload-pack-')) {
    throw failed('GitProtocolInvalid', `${url} does not answer like a git repository; is the address that of a web page?`);
  }
  const packets = toPackets(url, Buffer.concat(chunks));
  const lines = packets.flatMap((packet) => (packet === undefined ? [] : packet.toString('utf8').replace(/\n$/, '')));
  if (lines.some((line) => line.startsWith('ERR '))) throw failed('GitNotFound', `${url} refuses to be read.`);
  return lines;
}

/** Every answer ends with a flush: one without, were it empty, would be taken for a repository without branches. */
function toPackets(url: string, content: Buffer): (Buffer | undefined)[] {
  try {
    const packets = [...readPackets(content)];
    if (packets.length > 0 && (packets.at(-1) === undefined || packets.at(-1)?.toString().startsWith('ERR '))) return packets;
  } catch {
    // Said below.
  }
  throw failed('GitProtocolInvalid', `${url} answers with something that is not the git protocol, or not with all of it.`);
}

function refuseSha256(url: string, lines: readonly string[]): void {
  if (lines.some((line) => /(?:^|[ \0])object-format=sha256(?: |$)/.test(line))) {
    throw failed(
      'GitUnsupported',
      `${url} names its objects by SHA-256, which is not supported; use a repository with SHA-1 names.`,
    );
  }
}

function findRef(lines: readonly string[], ref: string): string | undefined {
  for (const line of lines) {
    const [, oid, name] = /^([0-9a-f]{40}) ([^ \0]+)/.exec(line) ?? [];
    if (name === ref) return oid;
  }
  return undefined;
}
