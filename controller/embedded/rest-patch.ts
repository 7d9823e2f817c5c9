import { methodNotAllowed } from './errors.js';
import type { ApiContext, ApiRequest, ApiResponse } from './exchange.js';

export function patchObject(_context: ApiContext, _request: ApiRequest): Promise<ApiResponse> {
  return Promise.reject(methodNotAllowed());
}
