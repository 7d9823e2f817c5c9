import type {
  BrokenDocument,
  Brought,
  DeploymentWindow,
  Governance,
  ReleaseDocument,
  Role,
} from '../../controller/core/governance.js';
import type { GovernedPlan } from './governed-plan.js';

export type DocumentState = 'there' | 'broken' | 'gone';

/** Documents that govern, as they stand in the work tree. */
export class SimGovernance {
  readonly releases: { document: ReleaseDocument; state: DocumentState }[];
  readonly windows: { document: DeploymentWindow; state: DocumentState; isTold: boolean }[];
  readonly roles: { document: Role; state: DocumentState }[];

  constructor({ releases, windows, roles }: Pick<GovernedPlan, 'releases' | 'windows' | 'roles'>) {
    this.releases = releases.map((document) => ({ document, state: 'there' }));
    this.windows = windows.map((document) => ({ document, state: 'there', isTold: true }));
    this.roles = roles.map((document) => ({ document, state: 'there' }));
  }

  release(product: string, version: string): { document: ReleaseDocument; state: DocumentState } | undefined {
    return this.releases.find(({ document }) => document.product === product && document.version === version);
  }

  /** As the loader gives it. */
  toGovernance(): Governance {
    const sound = <T>(all: readonly { document: T; state: DocumentState }[]): T[] =>
      all.flatMap(({ document, state }) => (state === 'there' ? [document] : []));
    const broken: BrokenDocument[] = [];
    for (const { document, state } of this.releases)
      if (state === 'broken')
        broken.push({
          kind: 'Release',
          name: document.version,
          product: document.product,
          message: 'release.yaml:3:1 is broken',
        });
    for (const { document, state, isTold } of this.windows)
      if (state === 'broken') {
        const selector = isTold ? { selector: document.selector } : {};
        broken.push({ kind: 'DeploymentWindow', name: document.name, message: 'window.yaml:3:1 is broken', ...selector });
      }
    for (const { document, state } of this.roles)
      if (state === 'broken') broken.push({ kind: 'Roles', name: document.name, message: 'roles.yaml:3:1 is broken' });
    return { releases: sound(this.releases), windows: sound(this.windows), roles: sound(this.roles), incidents: [], broken };
  }
}

export interface Author {
  readonly name: string;
  readonly email: string;
}

export const authorOf = (name: string): Author => ({ name, email: `${name.toLowerCase()}@team.test` });

export const broughtBy = ({ name, email }: Author, commit: string, time: number): Brought => ({
  commit,
  author: name,
  email,
  time,
});
