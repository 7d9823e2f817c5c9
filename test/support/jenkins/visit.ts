import type { Access } from './access.js';
import { type Answer, json, type Origin, page, type StandInRequest } from './answers.js';
import type { World } from './build-beans.js';
import type { JobDefinition, Permission, UserDefinition } from './definition.js';
import { type Exported, exportDefault, exportTree, parseTree } from './tree.js';

/** What a request can do to the server beyond its queue and builds. */
export interface Administration {
  define(name: string, change: Partial<JobDefinition> | undefined): void;
  quietDown(reason: string | null): void;
  cancelQuietDown(): void;
  safeRestart(): void;
}

export interface Served extends World {
  readonly access: Access;
  readonly users: readonly UserDefinition[];
  readonly administration: Administration;
  readonly contextPath: string;
}

/** A request that was let in, with what it is answered from. */
export interface Visit {
  readonly served: Served;
  readonly origin: Origin;
  readonly request: StandInRequest;
  readonly user: UserDefinition;
}

export function lacking({ served, user, origin }: Visit, permission: Permission): Answer | undefined {
  return served.access.lacks(user, permission, origin);
}

/** The JSON of an object, cut down to the tree that the query asks for. */
export function apiAnswer({ origin, request }: Visit, value: Exported): Answer {
  const tree = new URLSearchParams(request.query).get('tree');
  if (tree === null) return json(origin, exportDefault(value));
  try {
    return json(origin, exportTree(value, parseTree(tree)));
  } catch {
    // The page comes after the head of the JSON has been decided, and repeats a part of it.
    return page(origin, 500, {
      extra: [
        ['X-Frame-Options', 'deny'],
        ['X-Frame-Options', 'sameorigin'],
      ],
    });
  }
}

/** The absolute URL that a redirect names: it follows what the request says about the host, whoever said it. */
export function location({ request: { headers }, served }: Visit, path: string): string {
  const forwarded = new Map(
    (headers.forwarded ?? '').split(/[;,]/).map((pair) => pair.trim().split('=') as [string, string | undefined]),
  );
  const protocol = forwarded.get('proto') ?? headers['x-forwarded-proto'] ?? 'http';
  const host = forwarded.get('host') ?? headers['x-forwarded-host'] ?? headers.host ?? '';
  return `${protocol}://${host}${served.contextPath}/${path}`;
}
