import { failed, type Gate, passed } from './verdict.js';

/** Closed where the product demands a Release document and there is none for the version. */
export const releaseKnown: Gate = ({ wanted }) => {
  if (wanted?.product.releases !== 'required') return undefined;
  if (wanted.release !== undefined) return passed('Known', `release ${wanted.version} is ${wanted.release.class}`);
  return failed('ReleaseUnknown', `no Release document for ${wanted.product.name} ${wanted.version}`, {
    who: 'a release manager, by a commit',
  });
};
