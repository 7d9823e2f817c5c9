import { readableTime } from '../time.js';
import { type Gate, passed, waiting } from './verdict.js';

/** Closed until the time that the master version file names. */
export const notBefore: Gate = ({ facts, wanted }) => {
  if (wanted?.notBefore === undefined) return undefined;
  const at = readableTime(wanted.notBefore);
  if (facts.now >= wanted.notBefore) return passed('Due', `due since ${at}`);
  return waiting('NotBefore', `not before ${at}`, { nextChange: wanted.notBefore });
};
