import type { Flavour } from './address.js';
import { createBitbucketCloud } from './bitbucket-cloud.js';
import { createBitbucketDataCenter } from './bitbucket-data-center.js';
import type { Forge, ForgeKind, ForgeOptions } from './forge.js';
import { createGitea } from './gitea.js';
import { createGithub } from './github.js';
import { createGitlab } from './gitlab.js';
import { ForgeHttp } from './http.js';

/** A client that holds connections until it is closed. */
export interface ForgeClient extends Forge {
  readonly kind: ForgeKind;
  close(): Promise<void>;
}

const clients: Readonly<Record<Flavour, (http: ForgeHttp, options: ForgeOptions) => Forge>> = {
  github: createGithub,
  gitlab: createGitlab,
  gitea: createGitea,
  'bitbucket-cloud': createBitbucketCloud,
  'bitbucket-data-center': createBitbucketDataCenter,
};

/** The client of a code host. Connects to nothing yet. Throws ReconcileError (InvalidForge) where the options cannot be used. */
export function createForge(options: ForgeOptions): ForgeClient {
  const http = new ForgeHttp(options);
  return { ...clients[http.address.flavour](http, options), kind: options.kind, close: () => http.close() };
}
