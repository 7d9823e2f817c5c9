import { createForges } from './forge/forges.js';
import { createProposals } from './git/proposals.js';
import { createRepositories } from './git/repositories.js';
import { createDeployers } from './jenkins/deployers.js';
import type { Kube } from './kube/kube.js';
import { createTextRecords } from './kube/text-records.js';
import { createSinks } from './notify/sinks.js';
import type { ForgePorts } from './reconcile/forge-reports.js';
import type { Claims } from './reconcile/ports.js';
import { createAuditTrail } from './s3/audit.js';
import { type BucketClaims, createBucketClaims } from './s3/claims.js';
import { createDescriptors } from './s3/descriptors.js';
import type { Metrics } from './telemetry/metrics.js';

export interface AdapterOptions {
  readonly cacheDirectory: string;
  /** Where folders that stand in for buckets are looked for; absent: there are none (only standalone has them). */
  readonly directoriesRelativeTo?: string;
}

/** The outside systems but the Kubernetes API: each reads its Secrets as they are at the moment. */
export function createAdapters({ cacheDirectory, directoriesRelativeTo }: AdapterOptions, kube: Kube, metrics: Metrics) {
  const readSecret = kube.readSecret.bind(kube);
  const repositories = createRepositories({
    cacheDirectory,
    readSecret,
    onFetch: ({ source, result, durationMs }) => metrics.fetched(source.name, result, durationMs / 1000, Date.now()),
  });
  const descriptors = createDescriptors({
    readSecret,
    allowDirectories: directoriesRelativeTo !== undefined,
    ...(directoriesRelativeTo === undefined ? {} : { directoriesRelativeTo }),
  });
  const deployers = createDeployers({
    readSecret,
    onRequest: (server, { operation, code }) => metrics.jenkinsRequest(server, operation, code),
  });
  const bucketClaims = createBucketClaims({ readSecret });
  const claims = createClaims(kube, bucketClaims);
  const audit = createAuditTrail({ readSecret, ...(directoriesRelativeTo === undefined ? {} : { directoriesRelativeTo }) });
  const sinks = createSinks({ readSecret, now: Date.now });
  const forge = createForgePorts(cacheDirectory, kube, metrics);
  const notify = { records: createTextRecords(kube.client, 'notifications'), sinks, onResult: metrics.notified };
  const close = async () => {
    await sinks.close();
    await forge.close();
    audit.close();
    deployers.close();
    bucketClaims.close();
    descriptors.close();
    await repositories.close();
  };
  return { repositories, descriptors, deployers, claims, audit, notify, forge, close };
}

/** Code hosts, and what is proposed there. */
function createForgePorts(cacheDirectory: string, kube: Kube, metrics: Metrics): ForgePorts & { close(): Promise<void> } {
  const readSecret = kube.readSecret.bind(kube);
  const forges = createForges({
    readSecret,
    now: Date.now,
    onRequest: (source, request) => metrics.webhooks.asked(source, request),
  });
  const proposals = createProposals({ cacheDirectory, readSecret });
  const close = async () => void (await Promise.all([forges.close(), proposals.close()]));
  return { forges, proposals, close };
}

function createClaims(kube: Kube, inBuckets: BucketClaims): Claims {
  return {
    read: ({ claim, ...request }, signal) =>
      'configMap' in claim
        ? kube.readClaim({ namespace: claim.configMap.namespace, id: request.id }, signal)
        : inBuckets.read({ ...request, claim }, signal),
  };
}
