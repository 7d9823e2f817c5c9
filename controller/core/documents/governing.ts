import { compact } from '../compact.js';
import { durationOr, parseDuration } from '../duration.js';
import type {
  ChecklistCompletion,
  ChecklistItem,
  DeploymentWindow,
  Incident,
  PlannedStep,
  ReleaseClass,
  ReleaseDocument,
  Role,
  Signoff,
  Ticket,
} from '../governance.js';
import type { Millis } from '../units.js';
import type { DeploymentWindowDocument } from './schema/deployment-window.js';
import type { IncidentDocument } from './schema/incident.js';
import type { ProductDocument } from './schema/product.js';
import type { ReleaseDocumentContent } from './schema/release.js';
import type { RolesDocument } from './schema/roles.js';

/** The normal form of the documents that govern, with their defaults filled in. */

type WrittenRelease = ReleaseDocumentContent['spec'];
type WrittenItem = NonNullable<WrittenRelease['checklist']>[number];
type WrittenClass = NonNullable<ProductDocument['spec']['classes']>[number];

const instant = (time: string | undefined): Millis | undefined => (time === undefined ? undefined : Date.parse(time));
const length = (duration: string | undefined): Millis | undefined =>
  duration === undefined ? undefined : parseDuration(duration);

export function toRelease({ metadata, spec }: ReleaseDocumentContent): ReleaseDocument {
  return compact<ReleaseDocument>({
    product: spec.product,
    version: metadata.name,
    class: spec.class,
    previous: spec.previous,
    dependencies: spec.dependencies ?? {},
    components: spec.components,
    notes: spec.notes ?? {},
    tickets: (spec.tickets ?? []).map(
      (ticket): Ticket => (typeof ticket === 'string' ? { id: ticket, state: 'resolved' } : ticket),
    ),
    announced: instant(spec.announced),
    schedule: (spec.schedule ?? []).map(toStep),
    checklist: (spec.checklist ?? []).map(toItem),
    signoffs: (spec.signoffs ?? []).map(({ at, ...signoff }): Signoff => ({ ...signoff, at: Date.parse(at) })),
  });
}

function toStep({ stage, client, planned, downtime }: NonNullable<WrittenRelease['schedule']>[number]): PlannedStep {
  return compact<PlannedStep>({
    stage,
    client,
    planned: instant(planned),
    plannedDowntimeMs: length(downtime?.planned),
    actualDowntimeMs: length(downtime?.actual),
  });
}

type WrittenProgress = Pick<WrittenItem, 'by' | 'at' | 'reason' | 'evidence'>;

const toProgress = ({ by, at, reason, evidence }: WrittenProgress) =>
  compact<Pick<ChecklistCompletion, 'by' | 'at' | 'reason' | 'evidence'>>({ by, at: instant(at), reason, evidence });

function toItem(item: WrittenItem): ChecklistItem {
  const everywhere: ChecklistCompletion = { state: item.state ?? 'pending', ...toProgress(item) };
  const places = (item.completions ?? []).map(({ stage, client, environment, state, ...progress }) =>
    compact<ChecklistCompletion>({ stage, client, environment, state, ...toProgress(progress) }),
  );
  return compact<ChecklistItem>({
    id: item.id,
    kind: item.kind,
    title: item.title,
    phase: item.phase ?? 'pre',
    reversible: item.reversible ?? true,
    rollback: item.rollback,
    owner: item.owner,
    withinMs: length(item.within),
    stages: item.stages,
    clients: item.clients,
    environments: item.environments,
    completions: [everywhere, ...places],
  });
}

export function toClass(written: WrittenClass): ReleaseClass {
  const within = ({ within: text }: { within: string }): Millis => durationOr(text, 0);
  return compact<ReleaseClass>({
    name: written.name,
    priority: written.priority ?? 0,
    skips: (written.skips ?? []).map((skip) => ({ stage: skip.stage, owner: skip.owner, withinMs: within(skip) })),
    defers: (written.defers ?? []).map((deferred) => ({ role: deferred.role, withinMs: within(deferred) })),
    followUps: (written.followUps ?? []).map((due) => ({
      id: due.id,
      title: due.title,
      owner: due.owner,
      withinMs: within(due),
    })),
    notice: written.notice && { periodMs: durationOr(written.notice.period, 0), stages: written.notice.stages },
    changes: written.changes ?? 'any',
  });
}

/** A valid Roles document: its roles, each for the products that the document is for. */
export function toRoles({ spec }: RolesDocument): Role[] {
  return spec.roles.map((role) =>
    compact<Role>({
      name: role.name,
      aliases: role.aliases ?? [],
      products: spec.products,
      people: role.people.map((person) => ({ ...person, keys: person.keys ?? [] })),
      quorum: role.quorum ?? 1,
      expiresMs: length(role.expires),
      authorMaySign: role.authorMaySign ?? false,
    }),
  );
}

const withSeconds = (time: string): string => (time.length === 16 ? `${time}:00` : time);

/** A window that its rules have found to say when it is. */
export function toWindow({ metadata, spec }: DeploymentWindowDocument): DeploymentWindow {
  const { effect, selector = {}, timeZone, reason, exempt = [], from, to, schedule, duration } = spec;
  const when =
    from !== undefined && to !== undefined
      ? { from: withSeconds(from), to: withSeconds(to) }
      : { schedule: schedule ?? '', durationMs: durationOr(duration, 0) };
  return compact<DeploymentWindow>({ name: metadata.name, effect, selector, timeZone, reason, exempt, when });
}

export function toIncident({ metadata, spec }: IncidentDocument): Incident {
  return compact<Incident>({
    name: metadata.name,
    product: spec.product,
    version: spec.version,
    environments: spec.environments ?? [],
    from: Date.parse(spec.from),
    to: instant(spec.to),
    severity: spec.severity,
    summary: spec.summary,
    url: spec.url,
  });
}
