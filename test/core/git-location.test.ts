import { expect, it } from 'vitest';
import { ReconcileError } from '../../controller/core/errors.js';
import { toLocation } from '../../controller/git/location.js';

/** Latin-1 for V8, and UTF-8 for a compiled `URL.canParse` of Node 20, which takes it for a name. */
const misread = 'https://git.example.g\u00de\u00a8it';
const spec = { url: misread, ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '1m' };

it('an address that is none is refused as such, however often it was read before', () => {
  const reasons = new Set<unknown>();
  for (let count = 0; count < 50_000; count += 1) {
    try {
      reasons.add(toLocation(spec, undefined));
    } catch (error) {
      reasons.add(error instanceof ReconcileError ? error.message : error);
    }
  }
  expect([...reasons]).toEqual(['The address of the repository is not a URL.']);
});
