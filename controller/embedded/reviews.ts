import { badRequest } from './errors.js';
import type { ApiResponse } from './exchange.js';
import { isObject } from './json.js';

/** Answers `kubectl auth can-i`: whoever holds the token may do everything. */
export function reviewResponse(path: string, body: Uint8Array): ApiResponse | undefined {
  if (path !== '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') return undefined;
  let review: unknown;
  try {
    review = JSON.parse(new TextDecoder().decode(body));
  } catch {
    review = undefined;
  }
  if (!isObject(review) || !isObject(review.spec)) throw badRequest('the body is not a SelfSubjectAccessReview');
  return {
    status: 201,
    body: {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: { creationTimestamp: null },
      spec: review.spec,
      status: { allowed: true },
    },
  };
}
