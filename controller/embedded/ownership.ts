import type { ApiObject } from './resource-type.js';
import type { Write } from './write.js';

export function recordUpdate(_write: Write, _current: ApiObject | undefined, next: ApiObject): ApiObject {
  return next;
}
