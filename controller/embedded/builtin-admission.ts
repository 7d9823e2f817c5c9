import type { ApiObject } from './resource-type.js';
import type { Write } from './write.js';

export function completeBuiltin(_write: Write, _object: ApiObject, _current: ApiObject | undefined): void {}
