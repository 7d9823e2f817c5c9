import { parentPort } from 'node:worker_threads';
import { parseFile } from '../../../controller/core/documents/parse.js';
import { serve } from '../../../controller/git/serve.js';

/** The worker with documents that are as heavy as they say: `# endless` never ends, `# greedy` takes all memory, `# broken` throws. */
if (parentPort !== null) {
  serve(parentPort, (file) => {
    const text = Buffer.from(file.content).toString('latin1');
    while (text.startsWith('# endless'));
    if (text.startsWith('# broken')) throw new RangeError('broken');
    const kept: string[][] = [];
    while (text.startsWith('# greedy')) kept.push(Array.from({ length: 100_000 }, (_, index) => `${index}`));
    return parseFile(file);
  });
}
