import { createSecureContext } from 'node:tls';
import { attempt } from '../core/attempt.js';
import type { BucketSpec } from '../core/resources/release-source.js';
import type { Connection } from './client.js';

export type SecretContent = Readonly<Record<string, string>>;

/** What to connect with, or a sentence that says what the operator has to set right. Never repeats a secret. */
export function toConnection(bucket: BucketSpec, secret: SecretContent | undefined): Connection | string {
  const { endpoint, region, forcePathStyle, allowInsecure } = bucket;
  const fault = endpoint === undefined ? undefined : findEndpointFault(endpoint, allowInsecure ?? false);
  if (fault !== undefined) return fault;
  const credentials = toCredentials(secret ?? {});
  if (typeof credentials === 'string') return credentials;
  const ca = secret?.['ca.crt'];
  if (ca !== undefined && !isCertificate(ca)) return 'ca.crt of the Secret is not a certificate in PEM form';
  return {
    ...credentials,
    ...(ca === undefined ? {} : { ca }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
  };
}

/** What is wrong with the address of an S3 service, or undefined: https, or http to this host unless `allowInsecure`. */
export function findEndpointFault(endpoint: string, allowInsecure: boolean): string | undefined {
  const url = attempt(() => new URL(endpoint));
  if (url === undefined) return 'the endpoint is not a URL';
  if (url.username !== '' || url.password !== '') return 'the endpoint must not hold credentials; they belong into the Secret';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return `the endpoint ${url.origin} must be https`;
  if (allowInsecure || isLoopback(url.hostname)) return undefined;
  return `the endpoint ${url.origin} must be https (http only to this host, unless allowInsecure)`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function toCredentials(secret: SecretContent): Pick<Connection, 'credentials'> | string {
  const [accessKeyId, secretAccessKey, sessionToken] = ['accessKeyId', 'secretAccessKey', 'sessionToken'].map((name) => {
    // Values made from files end with a line break, which no header can carry.
    const value = secret[name]?.trim();
    return value === '' ? undefined : value;
  });
  if (accessKeyId === undefined && secretAccessKey === undefined) return {};
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return `the Secret has no ${accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey'}`;
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

function isCertificate(pem: string): boolean {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) return false;
  try {
    createSecureContext({ ca: pem });
    return true;
  } catch {
    return false;
  }
}
