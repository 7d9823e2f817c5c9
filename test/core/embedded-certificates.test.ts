import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureCertificates, type ServerCertificates } from '../../controller/embedded/certificates.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'towpath-certificates-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const day = 24 * 60 * 60 * 1000;

/** Connects to a TLS server with these certificates under a name; the error's code when the client refuses. */
async function shakeHands(server: ServerCertificates, caPem: string, host: string): Promise<string> {
  const listener = createServer({ key: server.keyPem, cert: server.certPem, minVersion: 'TLSv1.2' }, (socket) => socket.end());
  listener.on('tlsClientError', () => {});
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const servername = /^[\d.:]+$/.test(host) ? '' : host;
  const { checkServerIdentity } = await import('node:tls');
  const client = connect({
    port,
    host: '127.0.0.1',
    ca: caPem,
    servername,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
  });
  client.resume();
  const outcome = await new Promise<string>((resolve) => {
    client.once('secureConnect', () => resolve(client.getProtocol() ?? 'none'));
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  client.destroy();
  listener.close();
  await once(listener, 'close');
  return outcome;
}

describe('the certificates', () => {
  it('let a client that trusts the CA connect by every loopback name', async () => {
    const made = await ensureCertificates(directory);
    for (const host of ['127.0.0.1', '::1', 'localhost']) {
      expect(await shakeHands(made, made.caPem, host), host).toBe('TLSv1.3');
    }
  });

  it('do not stand for any other name', async () => {
    const made = await ensureCertificates(directory);
    expect(await shakeHands(made, made.caPem, 'example.org')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('are refused by a client that trusts another CA', async () => {
    const made = await ensureCertificates(directory);
    const other = await mkdtemp(join(tmpdir(), 'towpath-certificates-'));
    const { caPem } = await ensureCertificates(other);
    await rm(other, { recursive: true });
    // The other CA has the same name, so the client gets as far as the signature.
    expect(await shakeHands(made, caPem, 'localhost')).toMatch(
      /CERT_SIGNATURE_FAILURE|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/,
    );
  });

  it('have P-256 keys, a CA for servers only, and a server that is no CA', async () => {
    const made = await ensureCertificates(directory);
    const ca = new X509Certificate(made.caPem);
    const server = new X509Certificate(made.certPem);
    const facts = ({ ca: isCa, publicKey, subject, keyUsage, subjectAltName }: X509Certificate) => {
      return { isCa, curve: publicKey.asymmetricKeyDetails?.namedCurve, subject, keyUsage, subjectAltName };
    };
    expect(facts(ca)).toEqual({
      isCa: true,
      curve: 'prime256v1',
      subject: 'CN=towpath embedded API CA',
      keyUsage: undefined,
      subjectAltName: undefined,
    });
    expect(facts(server)).toEqual({
      isCa: false,
      curve: 'prime256v1',
      subject: 'CN=towpath embedded API',
      keyUsage: ['1.3.6.1.5.5.7.3.1'],
      subjectAltName: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    });
  });

  it('are kept, readable by the owner alone', async () => {
    const made = await ensureCertificates(directory);
    expect(await ensureCertificates(directory)).toEqual(made);
    expect(await readdir(directory)).toEqual(['ca.pem', 'server.pem']);
    for (const name of await readdir(directory)) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it('are renewed under the same CA when less than a year is left', async () => {
    const start = Date.now();
    const made = await ensureCertificates(directory, start);
    expect(await ensureCertificates(directory, start + 364 * day)).toEqual(made);
    const later = await ensureCertificates(directory, start + 366 * day);
    expect(later.caPem).toBe(made.caPem);
    expect(later.certPem).not.toBe(made.certPem);
    expect(Date.parse(new X509Certificate(later.certPem).validTo)).toBe(Math.floor((start + (366 + 730) * day) / 1000) * 1000);
  });

  it('get a new CA before a server certificate would outlive the old one', async () => {
    const start = Date.now();
    const made = await ensureCertificates(directory, start);
    const later = await ensureCertificates(directory, start + (3650 - 729) * day);
    expect(later.caPem).not.toBe(made.caPem);
    expect(new X509Certificate(later.certPem).verify(new X509Certificate(later.caPem).publicKey)).toBe(true);
  });

  it.each(['ca.pem', 'server.pem'])('are made anew when %s is damaged', async (name) => {
    await ensureCertificates(directory);
    await truncate(join(directory, name), 100);
    const made = await ensureCertificates(directory);
    expect(await shakeHands(made, made.caPem, 'localhost')).toBe('TLSv1.3');
  });
});
