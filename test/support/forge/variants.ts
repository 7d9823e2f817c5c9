import { afterEach, beforeEach } from 'vitest';
import { createForge, type ForgeClient } from '../../../controller/forge/create.js';
import type { ForgeKind, ForgeOptions } from '../../../controller/forge/forge.js';
import { type DialectName, type ForgeStandIn, startForge } from './server.js';

export interface Variant {
  readonly dialect: DialectName;
  readonly kind: ForgeKind;
  readonly project: string;
  /** How it calls the states of a status. */
  readonly states: readonly [pending: string, success: string, failure: string];
}

/** Every API that is spoken. */
export const variants: readonly Variant[] = [
  { dialect: 'github', kind: 'github', project: 'acme/releases', states: ['pending', 'success', 'failure'] },
  { dialect: 'gitlab', kind: 'gitlab', project: 'acme/platform/releases', states: ['pending', 'success', 'failed'] },
  { dialect: 'gitea', kind: 'gitea', project: 'acme/releases', states: ['pending', 'success', 'failure'] },
  { dialect: 'bitbucket-cloud', kind: 'bitbucket', project: 'acme/releases', states: ['INPROGRESS', 'SUCCESSFUL', 'FAILED'] },
  {
    dialect: 'bitbucket-data-center',
    kind: 'bitbucket',
    project: 'ACME/releases',
    states: ['INPROGRESS', 'SUCCESSFUL', 'FAILED'],
  },
];

export const sha = 'a'.repeat(40);
export const token = 'secret-token-1';
export const change = { head: 'towpath/shop-2.0.0-uat', base: 'main', title: 'Promote shop 2.0.0 to uat', body: 'What it does' };
export const start = Date.parse('2026-11-22T10:00:00Z');

/** A host with two items a page, and a client of it; new for each test. */
export interface ForgeScene {
  readonly host: ForgeStandIn;
  readonly forge: ForgeClient;
  /** The wall clock of clients. */
  now: number;
  open(options?: Partial<ForgeOptions>): ForgeClient;
}

export function useForge({ dialect, kind, project }: Variant): ForgeScene {
  let host: ForgeStandIn | undefined;
  let forge: ForgeClient | undefined;
  const opened: ForgeClient[] = [];
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('only inside of a test');
    return value;
  };
  const scene = {
    now: start,
    get host() {
      return there(host);
    },
    get forge() {
      return there(forge);
    },
    open(options: Partial<ForgeOptions> = {}) {
      const url = there(host).api(dialect);
      const created = createForge({ kind, url, project, credentials: { token }, now: () => scene.now, ...options });
      opened.push(created);
      return created;
    },
  };
  beforeEach(async () => {
    scene.now = start;
    const branches = { main: 'b'.repeat(40), [change.head]: sha, 'towpath/other': 'c'.repeat(40) };
    host = await startForge({ project, users: { [token]: 'towpath', 'secret-token-2': 'mallory' }, branches, pageSize: 2 });
    forge = scene.open();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await host?.close();
  });
  return scene;
}

/** What a promise was rejected with. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  );
