import type { RepositoryIndex } from '../repository-index.js';
import type { SettingsCache } from '../settings/cache.js';
import { namesAreUnique } from './duplicates.js';
import { environmentsAreComplete, productsExist, stagesExist } from './environments.js';
import type { Verdict } from './verdict.js';

/** A rule across documents: what it finds in a repository. */
export type Rule = (index: RepositoryIndex, cache: SettingsCache) => Verdict[];

/** Every rule across documents. */
export const rules: readonly Rule[] = [namesAreUnique, productsExist, environmentsAreComplete, stagesExist];
