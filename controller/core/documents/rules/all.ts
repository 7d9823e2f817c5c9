import type { RepositoryIndex } from '../repository-index.js';
import type { SettingsCache } from '../settings/cache.js';
import { checklistPlacesExist, checklistsAreSound, irreversibleItemsSayHow } from './checklists.js';
import { classesAreSound, exemptClassesExist, releaseClassesExist } from './classes.js';
import { namesAreUnique } from './duplicates.js';
import { environmentsAreComplete, productsExist, stagesExist } from './environments.js';
import { overridesAreForTheVersion } from './overrides.js';
import { parityIsSound } from './parity.js';
import { claimsNameOnePlace, ordersEnd, ordersNameStages, placeholdersAreKnown, stageNamesAreUnique } from './products.js';
import { releaseNamesAreUnique } from './release-names.js';
import {
  dependenciesAreRanges,
  dependenciesExist,
  previousReleasesExist,
  releaseOrdersEnd,
  requiredReleasesExist,
} from './releases.js';
import { demandedRolesExist, peopleAreSound, quorumsCanBeReached, roleNamesAreUnique } from './roles.js';
import { settingsKeepToSchema } from './settings.js';
import { signoffsCanCount, signoffsNameStages } from './signoffs.js';
import type { Verdict } from './verdict.js';
import { policiesSelectSomething, windowsSayWhen, windowsSelectSomething } from './windows.js';

/** A rule across documents: what it finds in a repository. */
export type Rule = (index: RepositoryIndex, cache: SettingsCache) => Verdict[];

/** Every rule across documents. */
export const rules: readonly Rule[] = [
  namesAreUnique,
  productsExist,
  environmentsAreComplete,
  stageNamesAreUnique,
  ordersNameStages,
  ordersEnd,
  placeholdersAreKnown,
  claimsNameOnePlace,
  parityIsSound,
  stagesExist,
  settingsKeepToSchema,
  previousReleasesExist,
  releaseNamesAreUnique,
  releaseOrdersEnd,
  checklistsAreSound,
  checklistPlacesExist,
  irreversibleItemsSayHow,
  signoffsNameStages,
  signoffsCanCount,
  roleNamesAreUnique,
  peopleAreSound,
  quorumsCanBeReached,
  demandedRolesExist,
  dependenciesExist,
  dependenciesAreRanges,
  requiredReleasesExist,
  releaseClassesExist,
  classesAreSound,
  exemptClassesExist,
  windowsSayWhen,
  windowsSelectSomething,
  policiesSelectSomething,
  overridesAreForTheVersion,
];
