import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { ClaimPlace } from '../../controller/core/model.js';
import type { BucketSpec, ReleaseSourceResource } from '../../controller/core/resources/release-source.js';
import type { ClaimReading } from '../../controller/core/run/observation.js';
import { startEmbeddedApi } from '../../controller/embedded/start.js';
import { createKube } from '../../controller/kube/kube.js';
import { createBucketClaims } from '../../controller/s3/claims.js';
import { ClaimScripts, isInPath } from './claim-script.js';
import { findKubeApiserver, startKubeApiserver } from './kube-apiserver.js';
import { type ConditionalStore, startConditionalStore } from './s3/conditional-store.js';
import { isRadosGatewayWanted, startRadosGateway } from './s3/radosgw.js';

/** A place for claims, with both of its sides: the scripts of a job, and what the controller reads. */
export interface ClaimLedger {
  readonly scripts: ClaimScripts;
  read(run: string): Promise<ClaimReading>;
  close(): Promise<void>;
}

const forever = new AbortController().signal;

/** Every place that can be had here. */
export function ledgersToTest(): readonly (readonly [string, () => Promise<ClaimLedger>])[] {
  const ledgers: [string, () => Promise<ClaimLedger>][] = [];
  if (isInPath('aws')) {
    ledgers.push(['a bucket', openBucketLedger]);
    if (isRadosGatewayWanted()) ledgers.push(['a bucket of a RADOS Gateway', openGatewayLedger]);
  }
  if (isInPath('kubectl')) {
    ledgers.push(['ConfigMaps of the embedded API', openEmbeddedLedger]);
    if (findKubeApiserver() !== undefined) ledgers.push(['ConfigMaps of a kube-apiserver', openClusterLedger]);
  }
  return ledgers;
}

export async function openBucketLedger(): Promise<ClaimLedger & { readonly store: ConditionalStore }> {
  const store = await startConditionalStore();
  const account = { accessKeyId: 'any', secretAccessKey: 'any' };
  const ledger = await bucketLedger(store.endpoint, store.bucket, account);
  const close = async () => {
    await ledger.close();
    await store.close();
  };
  return { ...ledger, store, close };
}

async function openGatewayLedger(): Promise<ClaimLedger> {
  const gateway = await startRadosGateway();
  const { endpoint, owner: credentials } = gateway;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'ledger' }));
  client.destroy();
  const ledger = await bucketLedger(endpoint, 'ledger', credentials);
  const close = async () => {
    await ledger.close();
    await gateway.close();
  };
  return { ...ledger, close };
}

async function bucketLedger(
  endpoint: string,
  bucket: string,
  account: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<ClaimLedger> {
  const home = await mkdtemp(join(tmpdir(), 'towpath-claims-'));
  const scripts = new ClaimScripts({
    HOME: home,
    CLAIM_BUCKET: bucket,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: account.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '2',
  });
  const claims = createBucketClaims({ readSecret: async () => ({ ...account }) });
  const source = sourceWith({ name: 'ledger', bucket, endpoint, forcePathStyle: true, secretRef: { name: 's3' } });
  const claim = { bucket: 'ledger', prefix: 'claims/' };
  return {
    scripts,
    read: (id) => claims.read({ namespace: 'default', source, claim, id }, forever),
    close: async () => {
      claims.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export function sourceWith(...buckets: BucketSpec[]): ReleaseSourceResource {
  return { metadata: { name: 'releases', namespace: 'default' }, spec: { buckets } } as unknown as ReleaseSourceResource;
}

async function openEmbeddedLedger(): Promise<ClaimLedger> {
  const directory = await mkdtemp(join(tmpdir(), 'towpath-claims-'));
  const api = await startEmbeddedApi({ directory, crds: [] });
  const close = async () => {
    await api.close();
    await rm(directory, { recursive: true, force: true });
  };
  return configMapLedger({ ...api, close });
}

async function openClusterLedger(): Promise<ClaimLedger> {
  const api = await startKubeApiserver();
  if (api === undefined) throw new Error('there is no kube-apiserver');
  return configMapLedger(api);
}

interface Api {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly kubeconfigPath: string;
  close(): Promise<void>;
}

async function configMapLedger(api: Api): Promise<ClaimLedger> {
  const home = await mkdtemp(join(tmpdir(), 'towpath-claims-'));
  const kube = await createKube({ kubeconfig: api, now: Date.now });
  const place: ClaimPlace = { configMap: { namespace: 'default' } };
  return {
    scripts: new ClaimScripts({ HOME: home, KUBECONFIG: api.kubeconfigPath, CLAIM_NAMESPACE: place.configMap.namespace }),
    read: (id) => kube.readClaim({ namespace: place.configMap.namespace, id }, forever),
    close: async () => {
      await kube.close();
      await api.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
