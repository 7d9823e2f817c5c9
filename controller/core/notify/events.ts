/** What people can be told of, by the names of reasons.ts. A rule of a NotificationPolicy names some of them, or means all. */
export const notificationEvents = [
  'DeploymentStarted',
  'DeploymentSucceeded',
  'DeploymentFailed',
  'VerificationFailed',
  'DeploymentUnknown',
  'DeploymentSuperseded',
  'GateClosed',
  'Held',
  'DriftDetected',
  'DriftResolved',
  'DeploymentPlanned',
  'PlanWithdrawn',
  'ReleaseInProduction',
] as const;

export type NotificationEvent = (typeof notificationEvents)[number];

export type Severity = 'info' | 'good' | 'warning' | 'bad';

/** How bad the news is: colours and icons follow from it. */
export const severities: Readonly<Record<NotificationEvent, Severity>> = {
  DeploymentStarted: 'info',
  DeploymentSucceeded: 'good',
  DeploymentFailed: 'bad',
  VerificationFailed: 'bad',
  DeploymentUnknown: 'bad',
  DeploymentSuperseded: 'info',
  GateClosed: 'warning',
  Held: 'warning',
  DriftDetected: 'bad',
  DriftResolved: 'good',
  DeploymentPlanned: 'info',
  PlanWithdrawn: 'info',
  ReleaseInProduction: 'good',
};
