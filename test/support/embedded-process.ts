import { startEmbeddedApi } from '../../controller/embedded/start.js';

// Serves a folder until it is killed, and says where.
const [, , directory = ''] = process.argv;
const { url, caPem, token } = await startEmbeddedApi({ directory, crds: [] });
process.stdout.write(`${JSON.stringify({ url, caPem, token })}\n`);
