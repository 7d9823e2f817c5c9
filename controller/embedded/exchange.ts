import type { IncomingHttpHeaders } from 'node:http';
import type { Registry, Target } from './registry.js';
import type { Json } from './resource-type.js';
import type { Store } from './store.js';

/** What every handler works with. */
export interface ApiContext {
  readonly store: Store;
  readonly registry: Registry;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** One request about a resource, its body read completely. */
export interface ApiRequest {
  readonly method: string;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: Json | Uint8Array;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shown to the user by kubectl (RFC 7234 Warning headers, code 299). */
  readonly warnings?: readonly string[];
}
