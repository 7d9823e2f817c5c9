import { admitUpdate } from './admission.js';
import { applyConfiguration } from './apply.js';
import { checkMedia, decodeJson, decodeYaml, toApiObject } from './body.js';
import { badRequest } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';
import { isObject } from './json.js';
import { recordUpdate } from './ownership.js';
import { applyJsonPatch } from './patch-json.js';
import { applyMergePatch } from './patch-merge.js';
import { applyStrategicPatch } from './patch-strategic.js';
import { present } from './present.js';
import { collectionName, objectKey } from './registry.js';
import { render } from './render.js';
import type { ApiObject, Json } from './resource-type.js';
import { requireCurrent } from './rest-write.js';
import { storeUpdated } from './settle.js';
import type { Transaction } from './transaction.js';
import { isCustom, toWrite, type Write } from './write.js';
import { forbidForce, requireFieldManager } from './write-options.js';

const jsonPatch = 'application/json-patch+json';
const mergePatch = 'application/merge-patch+json';
const strategicPatch = 'application/strategic-merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/** PATCH: JSON patch, merge patch, strategic merge patch (built-in types) or server-side apply, by content type. */
export async function patchObject(context: ApiContext, request: ApiRequest): Promise<ApiResponse> {
  const write = toWrite(context, request, 'PatchOptions');
  const accepted = isCustom(write) ? [jsonPatch, mergePatch, applyPatch] : [jsonPatch, mergePatch, strategicPatch, applyPatch];
  const media = checkMedia(request.headers['content-type'] ?? '', accepted);
  if (media === applyPatch) return apply(context, request, write);
  forbidForce(request.query);
  const patch = decodeJson(request.body);
  const updated = await context.store.write((transaction) => patchWithin(write, transaction, { media, patch }));
  return { status: 200, body: render(context, request, updated), warnings: write.warnings };
}

async function apply(context: ApiContext, request: ApiRequest, write: Write): Promise<ApiResponse> {
  requireFieldManager(request.query);
  const body = toApiObject(decodeYaml(request.body));
  const { type, namespace, name = '' } = request.target;
  let status = 200;
  const applied = await context.store.write((transaction) => {
    const current = transaction.get(collectionName(type), objectKey(namespace, name));
    status = current === undefined ? 201 : 200;
    return applyConfiguration(write, transaction, { current, body });
  });
  return { status, body: render(context, request, applied), warnings: write.warnings };
}

function patchWithin(write: Write, transaction: Transaction, { media, patch }: { media: string; patch: Json }): ApiObject {
  const current = requireCurrent(write, transaction);
  const shown = present(write.target.type, current);
  const body = toApiObject(patched(shown as unknown as Json, media, patch));
  const { name = '' } = write.target;
  if (body.metadata.name !== name) {
    throw badRequest(`the name of the object (${body.metadata.name ?? ''}) does not match the name on the URL (${name})`);
  }
  // Without a version of its own the patch is meant for whatever is there.
  body.metadata.resourceVersion ??= current.metadata.resourceVersion ?? '';
  const next = admitUpdate(write, current, body);
  return storeUpdated(write, transaction, { current, next: recordUpdate(write, current, next) });
}

function patched(document: Json, media: string, patch: Json): Json {
  if (media === jsonPatch) return applyJsonPatch(document, patch);
  if (!isObject(patch)) throw badRequest('the patch is not an object');
  return media === strategicPatch ? applyStrategicPatch(document, patch) : applyMergePatch(document, patch);
}
