import type { DeltaStatus, JumpStatus } from '../../controller/core/resources/environment.js';
import type { ReleaseObligation } from '../../controller/core/resources/release.js';

/** Where something happened; `name` is the environment's, or the version of a release; `product` that of what runs there. */
export interface Place {
  readonly product: string;
  readonly name: string;
}

export interface DocumentError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What was read from the cluster API, as a person would put it. */
export type Observation =
  | { readonly event: 'gate'; readonly place: Place; readonly gate: string; readonly reason: string; readonly message: string }
  | { readonly event: 'opens'; readonly place: Place; readonly gate: string; readonly message: string }
  | { readonly event: 'jump'; readonly place: Place; readonly jump: JumpStatus }
  | { readonly event: 'owed'; readonly place: Place; readonly obligations: readonly ReleaseObligation[] }
  | { readonly event: 'adopted'; readonly place: Place; readonly version: string }
  | { readonly event: 'delta'; readonly place: Place; readonly from: string; readonly to: string; readonly delta: DeltaStatus }
  | {
      readonly event: 'deploying';
      readonly place: Place;
      readonly run: string;
      readonly version: string;
      readonly job: string;
      readonly build: number;
      readonly why?: string;
    }
  | {
      readonly event: 'progress';
      readonly place: Place;
      readonly run: string;
      readonly version: string;
      readonly build: number;
      readonly percent: number;
    }
  | {
      readonly event: 'verifying';
      readonly place: Place;
      readonly run: string;
      readonly check: string;
      readonly job: string;
      readonly build: number;
    }
  | {
      readonly event: 'ended';
      readonly place: Place;
      readonly run: string;
      readonly version: string;
      readonly phase: string;
      readonly checks: number;
      readonly message: string;
      readonly seconds: number;
      readonly lastLine?: string;
    }
  | { readonly event: 'retry' | 'stalled' | 'uncertain' | 'drift'; readonly place: Place; readonly message: string }
  | { readonly event: 'invalid' | 'valid'; readonly place: Place; readonly message: string }
  | { readonly event: 'errors'; readonly commit: string; readonly errors: readonly DocumentError[] };

/** A row of the table of environments. */
export interface Row {
  readonly place: Place;
  readonly desired: string;
  readonly deployed: string;
  readonly ready: boolean;
  readonly status: string;
}

/** What people did, and what the story says of it. */
export type Deed =
  | { readonly event: 'step'; readonly number: number; readonly title: string; readonly text: string }
  | {
      readonly event: 'commit';
      readonly commit: string;
      readonly author: string;
      readonly subject: string;
      readonly changes: readonly string[];
    }
  | { readonly event: 'command'; readonly line: string }
  | {
      readonly event: 'jenkins';
      readonly user: string;
      readonly job: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly event: 'table'; readonly title: string; readonly rows: readonly Row[] };

export type Happening = Observation | Deed;

/** Takes what happens and shows it. */
export interface Narrator {
  tell(happening: Happening): void;
  /** Shows what was held back to be grouped. */
  flush(): void;
}
