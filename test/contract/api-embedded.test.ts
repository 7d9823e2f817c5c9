import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { type EmbeddedApi, startEmbeddedApi } from '../../controller/embedded/start.js';
import { embeddedSuite } from './api-suite/embedded.js';
import { apiSuite } from './api-suite/suite.js';
import { widgetCrd } from './api-suite/widget-crd.js';

describe('the embedded API', () => {
  let directory = '';
  let server: EmbeddedApi | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'towpath-embedded-'));
    server = await startEmbeddedApi({ directory, crds: [widgetCrd] });
  });

  afterAll(async () => {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const running = () => {
    if (server === undefined) throw new Error('the server is not running');
    return server;
  };

  apiSuite(running);
  embeddedSuite(running);
});
