import { applySuite } from './applies.js';
import { builtinSuite } from './builtins.js';
import type { ServerHandle } from './client.js';
import { listSuite } from './lists.js';
import { objectSuite } from './objects.js';
import { patchSuite } from './patches.js';
import { schemaSuite } from './schemas.js';
import { watchSuite } from './watches.js';

/** What every Kubernetes API that Towpath talks to must do; the server must serve the suite's own type. */
export function apiSuite(server: () => ServerHandle): void {
  objectSuite(server);
  listSuite(server);
  patchSuite(server);
  schemaSuite(server);
  applySuite(server);
  watchSuite(server);
  builtinSuite(server);
}
