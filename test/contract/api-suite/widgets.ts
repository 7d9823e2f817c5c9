import { randomBytes } from 'node:crypto';
import type { Answer, Answered, Send, ServerHandle } from './client.js';
import { send } from './client.js';

export const jsonPatch = 'application/json-patch+json';
export const mergePatch = 'application/merge-patch+json';
export const strategicPatch = 'application/strategic-merge-patch+json';
export const applyPatch = 'application/apply-patch+yaml';

export interface WidgetInput {
  readonly metadata?: object;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export function aWidget(name: string, input: WidgetInput = {}): Answered {
  const { metadata = {}, spec = { color: 'red' }, ...rest } = input;
  return { apiVersion: 'suite.towpath.dev/v1', kind: 'Widget', metadata: { name, ...metadata }, spec, ...rest };
}

export function aConfigMap(name: string, data: Readonly<Record<string, string>> = {}, metadata: object = {}): Answered {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

/** A namespace of its own for one group of tests, and short ways to it. */
export interface Workspace {
  readonly server: ServerHandle;
  readonly namespace: string;
  readonly widgets: string;
  readonly configMaps: string;
  send(request: Send): Promise<Answer>;
  create(widget: Answered, query?: string): Promise<Answer>;
  patch(name: string, body: unknown, options?: { type?: string; query?: string }): Promise<Answer>;
  apply(name: string, body: unknown, query: string): Promise<Answer>;
}

export async function openWorkspace(server: ServerHandle, label: string): Promise<Workspace> {
  const namespace = `${label}-${randomBytes(5).toString('hex')}`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await send(server, { method: 'POST', path: '/api/v1/namespaces', body });
  const widgets = `/apis/suite.towpath.dev/v1/namespaces/${namespace}/widgets`;
  return {
    server,
    namespace,
    widgets,
    configMaps: `/api/v1/namespaces/${namespace}/configmaps`,
    send: (request) => send(server, request),
    create: (widget, query = '') => send(server, { method: 'POST', path: `${widgets}${query}`, body: widget }),
    patch: (name, patch, { type = mergePatch, query = '' } = {}) =>
      send(server, { method: 'PATCH', path: `${widgets}/${name}${query}`, body: patch, type }),
    apply: (name, configuration, query) =>
      send(server, { method: 'PATCH', path: `${widgets}/${name}${query}`, body: configuration, type: applyPatch }),
  };
}

/** The faults of a 422 as `path: message`, without list indices (old servers leave them out) and in a fixed order. */
export function faultsOf({ body }: Answer): string[] {
  const causes: { field: string; message: string }[] = body.details?.causes ?? [];
  return causes.map(({ field, message }) => `${field}: ${message}`.replaceAll(/\[\d+\]/g, '')).sort();
}

/** A `Status` without what differs from request to request. */
export function statusOf({ body }: Answer): Answered {
  const { kind, status, reason, code, message } = body;
  return { kind, status, reason, code, message };
}
