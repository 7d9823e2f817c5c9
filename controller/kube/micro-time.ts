import type { Millis } from '../core/model.js';

/** metav1.MicroTime: leases and events need exactly six digits after the point, or the server answers 400. */
export function microTime(at: Millis): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
