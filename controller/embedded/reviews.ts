import { decodeJson } from './body.js';
import { badRequest } from './errors.js';
import type { ApiResponse } from './exchange.js';
import { isObject } from './json.js';
import type { Json } from './resource-type.js';

const root = '/apis/authorization.k8s.io/v1';
const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

/** Answers `kubectl auth can-i`, with and without `--list`: whoever holds the token may do everything. */
export function reviewResponse(path: string, body: Uint8Array): ApiResponse | undefined {
  if (path === `${root}/selfsubjectaccessreviews`) return answer('SelfSubjectAccessReview', body, { allowed: true });
  return path === `${root}/selfsubjectrulesreviews` ? answer('SelfSubjectRulesReview', body, everything) : undefined;
}

function answer(kind: string, body: Uint8Array, status: Json): ApiResponse {
  const review = decodeJson(body);
  if (!isObject(review) || !isObject(review.spec)) throw badRequest(`the body is not a ${kind}`);
  const metadata = { creationTimestamp: null };
  return { status: 201, body: { kind, apiVersion: 'authorization.k8s.io/v1', metadata, spec: review.spec, status } };
}
