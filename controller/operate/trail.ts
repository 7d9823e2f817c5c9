import type { JsonObject } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import type { Kube } from '../kube/kube.js';
import type { AuditTrail } from '../reconcile/ports.js';
import { createAuditTrail } from '../s3/audit.js';

/** How a command reaches a trail: as the ReleaseSource says, or in a folder that stands for its bucket. */
export interface TrailOptions {
  readonly folder?: string;
  /** Where folders of the ReleaseSource are looked for; standalone only. */
  readonly directoriesRelativeTo?: string;
  readonly signal: AbortSignal;
}

const atATime = 16;

/** Every record of the trail of a source, in the order of their keys. Throws ReconcileError where it cannot be read. */
export async function readTrail(source: ReleaseSourceResource, kube: Kube, options: TrailOptions): Promise<JsonObject[]> {
  const { folder, signal, directoriesRelativeTo = folder } = options;
  const trail = createAuditTrail({
    readSecret: kube.readSecret.bind(kube),
    ...(directoriesRelativeTo === undefined ? {} : { directoriesRelativeTo }),
  });
  const from = folder === undefined ? source : inFolder(source, folder);
  try {
    const keys = await trail.list(from, `${source.metadata.namespace}/`, signal);
    const records: JsonObject[] = [];
    for (let at = 0; at < keys.length; at += atATime)
      records.push(...(await Promise.all(keys.slice(at, at + atATime).map((key) => readRecord(trail, from, { key, signal })))));
    return records;
  } finally {
    trail.close();
  }
}

async function readRecord(
  trail: AuditTrail,
  source: ReleaseSourceResource,
  { key, signal }: { key: string; signal: AbortSignal },
): Promise<JsonObject> {
  const record = await trail.read(source, key, signal);
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new Error(`${key} is no record of an audit trail`);
  return record;
}

function inFolder({ metadata, spec }: ReleaseSourceResource, directory: string): ReleaseSourceResource {
  const { bucket = 'trail', prefix = 'audit/' } = spec.audit ?? {};
  return { metadata, spec: { ...spec, audit: { bucket, prefix }, buckets: [{ name: bucket, directory }] } };
}
