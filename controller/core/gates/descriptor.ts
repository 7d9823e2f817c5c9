import { failed, type Gate, passed, waiting } from './verdict.js';

/** Closed where the descriptor is missing, does not parse, or is not the one that was first seen under its key. */
export const descriptor: Gate = ({ facts, wanted, desired }) => {
  if (wanted?.product.descriptor === undefined) return undefined;
  const { descriptor: reading, pin } = facts;
  if (reading === undefined) {
    return desired?.descriptorSha256 === undefined
      ? waiting('DescriptorUnread', 'the descriptor has not been read yet')
      : passed('Pinned', `sha256 ${desired.descriptorSha256.slice(0, 12)}`);
  }
  switch (reading.state) {
    case 'unavailable':
      return waiting('DescriptorUnavailable', reading.message);
    case 'missing':
      return failed('DescriptorMissing', reading.message, { who: 'whoever publishes the release candidate' });
    case 'invalid':
      return failed('DescriptorInvalid', reading.message, { who: 'whoever publishes the release candidate' });
    case 'found': {
      const { sha256, key } = reading.descriptor;
      if (pin === undefined || pin.sha256 === sha256) return passed('Unchanged', `sha256 ${sha256.slice(0, 12)}`);
      return failed(
        'DescriptorChanged',
        `${key} was changed after ${pin.environment} first saw it: sha256 ${pin.sha256.slice(0, 12)} then, ${sha256.slice(0, 12)} now; publish it under a new version`,
        { who: 'whoever publishes the release candidate' },
      );
    }
  }
};
