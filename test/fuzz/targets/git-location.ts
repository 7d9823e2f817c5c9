import { ReconcileError } from '../../../controller/core/errors.js';
import { toFolder, toLocation, toRef } from '../../../controller/git/location.js';
import { promise } from '../target.js';

/** `spec.git` as people write it: a place without credentials in its address, or a ReconcileError. */
export function parseGitLocation(text: string): void {
  const spec = { url: text, ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '1m' };
  for (const work of [() => toLocation(spec, { username: text, password: text }), () => toRef(text), () => toFolder(text)]) {
    try {
      const found = work();
      if (typeof found !== 'string')
        promise(
          !found.url.includes('@') || found.kind === 'file' || !found.url.split('/')[2]?.includes('@'),
          'credentials in an address',
          found,
        );
    } catch (error) {
      if (!(error instanceof ReconcileError)) throw error;
    }
  }
}
