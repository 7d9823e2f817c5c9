import type { Stage } from './stage.js';

/** A part of the story. */
export interface Step {
  readonly title: string;
  readonly text: string;
  play(stage: Stage): Promise<void>;
}

export const clients = ['acme', 'globex', 'initech'] as const;

const insightsOf = (stage: string): string[] => clients.map((client) => `insights.insights-${stage}-${client}`);

export const insights = {
  uat: insightsOf('uat'),
  production: insightsOf('production'),
  all: ['insights.insights-qa', ...insightsOf('uat'), ...insightsOf('production')],
} as const;

/** initech is behind the others. */
export const loyalty = {
  uat: ['loyalty.uat-acme', 'loyalty.uat-globex'],
  production: ['loyalty.production-acme', 'loyalty.production-globex'],
  initech: ['loyalty.uat-initech', 'loyalty.production-initech'],
} as const;

export const checkin = ['feature', 'delta', 'alpha', 'beta', 'uat', 'production'].map((stage) => `checkin.checkin-${stage}`);

/** The file of an environment of loyalty. */
export const loyaltyFile = (environment: string, file: 'version' | 'config'): string =>
  `products/loyalty/environments/${environment}/${file}.yaml`;
