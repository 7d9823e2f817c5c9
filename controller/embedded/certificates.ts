export interface ServerCertificates {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

/** A CA and a server certificate for loopback, kept in `directory` and renewed when near the end. */
export function ensureCertificates(_directory: string): Promise<ServerCertificates> {
  return Promise.reject(new Error('not implemented'));
}
