import { parentPort } from 'node:worker_threads';
import { parseFile } from '../../../controller/core/documents/parse.js';
import { serve } from '../../../controller/git/serve.js';

/** The worker with documents that are as heavy as they say: `# endless` never ends, `# greedy` takes all memory, `# broken` throws. */
const never = new Int32Array(new SharedArrayBuffer(4));

if (parentPort !== null) {
  serve(parentPort, (file) => {
    const text = Buffer.from(file.content).toString('latin1');
    // Not a loop over nothing: V8 13.6 takes the points at which it could be ended out of one.
    while (text.startsWith('# endless') && Atomics.load(never, 0) === 0);
    if (text.startsWith('# broken')) throw new RangeError('broken');
    const kept: string[][] = [];
    while (text.startsWith('# greedy')) kept.push(Array.from({ length: 100_000 }, (_, index) => `${index}`));
    return parseFile(file);
  });
}
