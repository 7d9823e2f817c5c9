import { type Gate, passed, waiting } from './verdict.js';

/** Closed while as many deployments are under way as the product, or the server, allows. */
export const concurrency: Gate = ({ facts }) => {
  if (facts.capacities.length === 0) return undefined;
  const full = facts.capacities.find(({ limit, others }) => others >= limit);
  if (full === undefined) return passed('Free', 'there is room');
  return waiting('ConcurrencyLimit', `${full.others} of ${full.limit} deployments of ${full.what} are under way`);
};
