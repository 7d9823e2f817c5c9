import { readableTime } from '../time.js';
import { failed, type Gate, passed, waiting } from './verdict.js';

const who = 'an author, by a commit';

/** Closed until the time that the master version file names. */
export const notBefore: Gate = ({ facts, wanted }) => {
  if (wanted?.notBefore === undefined) return undefined;
  if (Number.isNaN(wanted.notBefore)) return failed('Invalid', 'notBefore is no time', { who });
  const at = readableTime(wanted.notBefore);
  if (facts.now >= wanted.notBefore) return passed('Due', `due since ${at}`);
  return waiting('NotBefore', `not before ${at}`, { who, nextChange: wanted.notBefore });
};
