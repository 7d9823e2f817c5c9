import { createPrivateKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type Identity, issueCa, issueServer } from './certificate-issue.js';
import { readIfPresent, replaceFile } from './private-file.js';

export interface ServerCertificates {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

const day = 24 * 60 * 60 * 1000;
const caDays = 3650;
const serverDays = 730;
/** Room for clocks that are behind. */
const backdate = 60 * 60 * 1000;

/**
 * The CA and the server certificate for 127.0.0.1, ::1 and localhost, kept in `ca.pem` and `server.pem` (key and certificate in one
 * file, 0600, so that they cannot get out of step). The server's is renewed with less than a year left, the CA when it would end before a new server
 * certificate; what cannot be read or does not fit together is made anew.
 */
export async function ensureCertificates(directory: string, now = Date.now()): Promise<ServerCertificates> {
  const caPath = join(directory, 'ca.pem');
  const serverPath = join(directory, 'server.pem');
  const storedCa = await readIdentity(caPath);
  const ca = storedCa !== undefined && lasts(storedCa, now + serverDays * day) ? storedCa : issueCa(validity(now, caDays));
  if (ca !== storedCa) await writeIdentity(caPath, ca);
  const storedServer = await readIdentity(serverPath);
  const fits = storedServer !== undefined && lasts(storedServer, now + (serverDays / 2) * day) && isSignedBy(storedServer, ca);
  const server = fits ? storedServer : issueServer(ca, validity(now, serverDays));
  if (server !== storedServer) await writeIdentity(serverPath, server);
  return { caPem: ca.certPem, certPem: server.certPem, keyPem: server.keyPem };
}

function validity(now: number, days: number): { from: number; to: number } {
  return { from: now - backdate, to: now + days * day };
}

/** Whether the certificate is still valid at `until`. */
function lasts({ certPem }: Identity, until: number): boolean {
  return Date.parse(new X509Certificate(certPem).validTo) >= until;
}

function isSignedBy({ certPem }: Identity, ca: Identity): boolean {
  return new X509Certificate(certPem).verify(new X509Certificate(ca.certPem).publicKey);
}

const keyBlock = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/;
const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/;

async function readIdentity(path: string): Promise<Identity | undefined> {
  const text = (await readIfPresent(path))?.toString('utf8') ?? '';
  const keyPem = keyBlock.exec(text)?.[0];
  const certPem = certificateBlock.exec(text)?.[0];
  if (keyPem === undefined || certPem === undefined) return undefined;
  try {
    return new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem)) ? { keyPem, certPem } : undefined;
  } catch {
    return undefined;
  }
}

function writeIdentity(path: string, { keyPem, certPem }: Identity): Promise<void> {
  return replaceFile(path, keyPem + certPem);
}
