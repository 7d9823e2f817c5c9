import { annotation, annotations } from '../facts.js';
import { blocked, type Gate, passed } from './verdict.js';

/** Closed while an operator has suspended the environment or its source. */
export const suspended: Gate = ({ facts }) => {
  const reason = annotation(facts, 'suspend');
  if (reason !== undefined) {
    const why = reason === '' || reason === 'true' ? '' : `: ${reason}`;
    return blocked('Suspended', `suspended${why}`, { who: `an operator, by removing the annotation ${annotations.suspend}` });
  }
  if (facts.source.suspended)
    return blocked('SourceSuspended', `the ReleaseSource ${facts.source.name} is suspended`, { who: 'an operator' });
  return passed('NotSuspended', 'not suspended');
};
