import { failed, type Gate, passed } from './verdict.js';

/** Closed while git's documents for the environment are not valid, or say nothing of it. */
export const valid: Gate = ({ facts, wanted }) => {
  const [first] = facts.findings;
  if (first !== undefined) {
    const more = facts.findings.length > 1 ? ` (and ${facts.findings.length - 1} more)` : '';
    const path = first.path === '' ? '' : ` ${first.path}`;
    return failed('Invalid', `${first.file}:${first.line}:${first.column}${path}: ${first.message}${more}`, {
      who: 'an author, by a commit',
    });
  }
  if (wanted === undefined) return failed('NotInGit', 'the repository has not been read yet, or names this environment no more');
  if (facts.problem !== undefined) {
    return failed('NotConfigured', facts.problem, { who: 'an author, by a commit, or an operator, in the ReleaseSource' });
  }
  return passed('Valid', 'the documents are valid');
};
