import type { ApiContext, ApiRequest } from './exchange.js';
import type { Registry, Target } from './registry.js';
import { readWriteOptions, type WriteOptions } from './write-options.js';

/** One write under way: what every step of it needs to know. */
export interface Write {
  readonly target: Target;
  readonly registry: Registry;
  readonly options: WriteOptions;
  readonly now: number;
  /** Filled by the steps, told to the client. */
  readonly warnings: string[];
}

export function toWrite(context: ApiContext, request: ApiRequest, kind: Parameters<typeof readWriteOptions>[1]): Write {
  const options = readWriteOptions(request, kind);
  return { target: request.target, registry: context.registry, options, now: context.now(), warnings: [] };
}

export function isCustom(write: Write): boolean {
  return write.registry.isCustom(write.target.type);
}

/** Whether spec and status are written apart. */
export function separatesStatus(write: Write): boolean {
  return isCustom(write) ? write.target.type.statusSubresource : isNamespace(write);
}

export function isNamespace(write: Write): boolean {
  return write.target.type.group === '' && write.target.type.plural === 'namespaces';
}

/** Seconds precision, as metadata timestamps are written. */
export function timestamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}
