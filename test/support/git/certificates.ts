import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  /** The authority, in PEM. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const run = promisify(execFile);
const ecdsa = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];

/** A private authority, and a certificate of it for 127.0.0.1 and localhost; valid for a day. */
export async function createCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-ca-'));
  const request = (...args: string[]) =>
    run('openssl', ['req', '-x509', '-config', '/dev/null', ...ecdsa, ...args], { cwd: folder });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    await request(
      '-subj',
      '/CN=Towpath test authority',
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
    const names = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
    const issuer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'basicConstraints=CA:FALSE'];
    await request('-subj', '/CN=127.0.0.1', '-addext', names, ...issuer, '-keyout', 'key.pem', '-out', 'cert.pem');
    return { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
