import { isMainThread } from 'node:worker_threads';

/** Loaded into the controller before it starts: ends it when the demo is gone, in whatever way that went. Workers load it too. */
if (isMainThread) process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM')).resume();
