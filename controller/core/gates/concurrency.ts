import type { EnvironmentFacts } from '../facts.js';
import { belongsTo } from '../run/identity.js';
import type { HistoryBuild } from '../run/observation.js';
import { type Gate, passed, waiting } from './verdict.js';

/** Closed while somebody else deploys here, or while as many deployments are under way as the product, or the server, allows. */
export const concurrency: Gate = ({ facts }) => {
  const foreign = foreignBuildUnderWay(facts);
  if (foreign !== undefined) {
    return waiting('ForeignBuild', `${foreign.by} deploys here with build #${foreign.number}, which Towpath did not start`);
  }
  if (facts.capacities.length === 0) return undefined;
  const full = facts.capacities.find(({ limit, others, urgent = 0 }) => others + urgent >= limit);
  if (full === undefined) return passed('Free', 'there is room');
  const first =
    full.urgent === undefined ? '' : `, and ${full.urgent} more urgent ${full.urgent === 1 ? 'one goes' : 'ones go'} first`;
  return waiting('ConcurrencyLimit', `${full.others} of ${full.limit} deployments of ${full.what} are under way${first}`);
};

/** Two deployments into one environment at a time would leave something that neither of them is. */
function foreignBuildUnderWay({ history = [], runs }: EnvironmentFacts): HistoryBuild | undefined {
  return history.find(
    ({ building, towpathRun }) => building && !(towpathRun !== undefined && runs.some((run) => belongsTo(run, towpathRun))),
  );
}
