import { annotation, annotations } from '../facts.js';
import { blocked, type Gate, passed } from './verdict.js';

/** Closed for an environment that nothing is recorded of, until an operator adopts what is there or confirms the first deployment. */
export const firstDeployment: Gate = ({ facts, desired, recorded }) => {
  if (recorded !== undefined) return passed('Recorded', `${recorded.version} is recorded here`);
  if (facts.source.firstDeployment === 'deploy') return passed('Allowed', 'the source allows first deployments');
  const version = desired?.version;
  const confirmed = annotation(facts, 'confirm');
  if (version !== undefined && confirmed === version)
    return passed('Confirmed', `the first deployment of ${version} is confirmed`);
  const seen = facts.history?.find((build) => build.result === 'SUCCESS');
  const hint = seen === undefined ? '' : ` (Jenkins last deployed here with ${seen.url})`;
  const instead = confirmed === undefined ? '' : `; ${annotations.confirm}=${confirmed} is another version`;
  return blocked(
    'FirstDeployment',
    `nothing is recorded of this environment${hint}: annotate it with ${annotations.confirm}=${version ?? 'VERSION'} to deploy, or ${annotations.adopt}=VERSION to record what runs there${instead}`,
    { who: 'an operator' },
  );
};
