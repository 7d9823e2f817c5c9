import { compact } from '../compact.js';
import type { PlannedStep, Ticket } from '../governance.js';
import type { Commit, Json, Millis } from '../model.js';
import type { EnvironmentResource } from '../resources/environment.js';
import { toTime } from '../time.js';
import type { NotificationEvent, Severity } from './events.js';

/** One message to one sink, in no sink's language yet. */
export interface Message {
  /** The idempotency key: the same for the same event, place, run and sink, whoever sends it and however often. */
  readonly key: string;
  /** What messages of one deployment, or of one state, have in common. */
  readonly thread: string;
  readonly event: NotificationEvent;
  readonly severity: Severity;
  /** When it happened. */
  readonly at: Millis;
  readonly source: { readonly namespace: string; readonly name: string };
  readonly product: string;
  readonly version?: string;
  readonly previousVersion?: string;
  readonly environment?: string;
  readonly stage?: string;
  readonly client?: string;
  readonly run?: string;
  /** One line. */
  readonly title: string;
  /** What is the matter, or what is to be done; lines. */
  readonly details: readonly string[];
  readonly who?: string;
  readonly why?: string;
  readonly changes?: { readonly summary: string; readonly components: readonly string[] };
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Tickets that the release resolves. */
  readonly tickets: readonly string[];
  readonly commit?: string;
  /** When the deployment will probably be over. */
  readonly estimatedEnd?: Millis;
  /** When it is planned to begin, and to be over. */
  readonly planned?: { readonly from: Millis; readonly to?: Millis };
  /** What messages of a plan for this release and place have in common. */
  readonly plan?: string;
}

/** What else is at hand when a message is written. */
export interface Surroundings {
  readonly source: { readonly namespace: string; readonly name: string };
  readonly sink: string;
  readonly environment?: EnvironmentResource;
  /** The commit in force. */
  readonly commit?: Commit;
  readonly tickets: readonly Ticket[];
  /** What the Release document plans. */
  readonly schedule?: readonly PlannedStep[];
  readonly commitUrl: (sha: string) => string | undefined;
}

/** A message as plain data, without what only machinery needs: the `data` of a CloudEvent. */
export function toPlain(message: Message): Record<string, Json> {
  const { key: _, thread, at, severity: __, estimatedEnd, planned, plan: ___, ...rest } = message;
  return compact<Record<string, Json>>({
    ...(JSON.parse(JSON.stringify(rest)) as Record<string, Json>),
    deployment: thread,
    at: toTime(at),
    estimatedEnd: estimatedEnd === undefined ? undefined : toTime(estimatedEnd),
    plannedFrom: planned === undefined ? undefined : toTime(planned.from),
    plannedTo: planned?.to === undefined ? undefined : toTime(planned.to),
  } as Record<string, Json>);
}
