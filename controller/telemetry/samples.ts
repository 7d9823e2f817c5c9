/** What metrics are told, and what gauges read when they are scraped. */

/** One environment, as the gauges show it at the moment of the scrape. */
export interface EnvironmentSample {
  readonly product: string;
  readonly environment: string;
  readonly stage: string;
  readonly client: string;
  readonly desired: string;
  readonly deployed: string;
  readonly ready: boolean;
  readonly drifted: boolean;
  /** Closed gates and since how many seconds they are. */
  readonly waiting: readonly { readonly gate: string; readonly seconds: number }[];
}

export interface SourceSample {
  readonly source: string;
  readonly invalidDocuments: number;
  /** What its code host has not been told yet; absent where it has none. */
  readonly forgeUndelivered?: number;
}

/** How many obligations of releases of a product there are of one kind, owner and state. */
export interface ObligationSample {
  readonly product: string;
  readonly kind: string;
  readonly owner: string;
  readonly state: string;
  readonly count: number;
}

/** What git says of the outcome of releases, one entry each. */
export interface FiguresSample {
  readonly incidents: readonly { readonly product: string; readonly class: string; readonly severity: string }[];
  readonly tickets: readonly { readonly product: string; readonly state: string }[];
  readonly downtime: readonly { readonly product: string; readonly kind: string; readonly seconds: number }[];
}

/** What a deployment that has ended adds to the key figures. */
export interface DeploymentMeasure {
  readonly rollback: boolean;
  readonly gateWaits: readonly { readonly gate: string; readonly seconds: number }[];
  readonly roleWaits: readonly { readonly role: string; readonly seconds: number }[];
  readonly signoffs: readonly { readonly role: string; readonly seconds: number }[];
  /** Absent where another stage follows. */
  readonly production?: { readonly failures: number; readonly restoreSeconds?: number; readonly released: boolean };
}

export interface RunMeasure {
  readonly product: string;
  readonly stage: string;
  readonly class: string;
  readonly result: string;
  readonly seconds?: number;
  readonly leadSeconds?: number;
  /** Absent for what deployed nothing. */
  readonly deployment?: DeploymentMeasure;
}

export interface SinkAge {
  readonly sink: string;
  readonly ms: number;
}

export interface QueueSample {
  readonly name: string;
  readonly depth: number;
  readonly adds: number;
  /** How long the passes under way have been going on. */
  readonly runningSeconds: readonly number[];
}

/** What gauges read when they are scraped: series of things that are gone go by themselves. */
export interface Snapshot {
  readonly environments: () => readonly EnvironmentSample[];
  readonly sources: () => readonly SourceSample[];
  readonly obligations: () => readonly ObligationSample[];
  /** One entry a source that was read. */
  readonly figures: () => readonly FiguresSample[];
  readonly queues: () => readonly QueueSample[];
  /** How long the oldest message that waits for a sink has been waiting. */
  readonly undelivered?: () => readonly SinkAge[];
  readonly isLeader: () => boolean;
  readonly lastEventAgeSeconds: () => Readonly<Record<string, number>>;
  /** How many objects are left alone, by kind. */
  readonly quarantined: () => Readonly<Record<string, number>>;
}
