import { isReadable } from '../parsed.js';
import type { RepositoryIndex } from '../repository-index.js';
import { type Verdict, warning } from './verdict.js';

/** An override is for the version that its document asks for. It stays behind when the version moves on, so this is a warning. */
export function overridesAreForTheVersion(index: RepositoryIndex): Verdict[] {
  return index.documents.flatMap((document) => {
    if (!isReadable(document, 'MasterVersion')) return [];
    const { version, override } = document.content.spec;
    if (override === undefined || override.version === version) return [];
    const message = `the override is for ${override.version}, not for ${version}: it lets nothing pass`;
    return [warning(document, { rule: 'override-version', path: ['spec', 'override', 'version'], message })];
  });
}
