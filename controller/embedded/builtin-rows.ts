import { humanAge } from './human-age.js';
import { isObject } from './json.js';
import { ageDescription, nameDescription } from './meta-schemas.js';
import type { ApiObject, Json, ResourceType } from './resource-type.js';

/** A column of a meta.k8s.io/v1 Table. */
export interface ColumnDefinition {
  readonly [field: string]: string | number;
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0: always shown; higher: only in wide output. */
  readonly priority: number;
}

/** How the rows of a built-in kind are made. */
export interface RowPrinter {
  readonly columns: readonly ColumnDefinition[];
  cells(object: ApiObject, now: number): Json[];
}

export const nameColumn = column('Name', nameDescription, { format: 'name' });
const age = column('Age', ageDescription);

/** The printer of a built-in kind, as in kube-apiserver (pkg/printers/internalversion); undefined for custom resources. */
export function builtinRows({ group, plural }: ResourceType): RowPrinter | undefined {
  if (plural === 'events' && (group === '' || group === 'events.k8s.io')) return events;
  const printers: { readonly [key: string]: RowPrinter } = {
    '/namespaces': namespaces,
    '/secrets': secrets,
    '/configmaps': configMaps,
    'coordination.k8s.io/leases': leases,
  };
  return printers[`${group}/${plural}`];
}

const namespaces: RowPrinter = {
  columns: [nameColumn, column('Status', 'The status of the namespace'), age],
  cells: (object, now) => [object.metadata.name, text(object, 'status', 'phase'), ageOf(object, now)],
};

const secrets: RowPrinter = {
  columns: [
    nameColumn,
    column('Type', 'Used to facilitate programmatic handling of secret data.'),
    column(
      'Data',
      "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ),
    age,
  ],
  cells: (object, now) => [object.metadata.name, text(object, 'type'), count(object.data), ageOf(object, now)],
};

const configMaps: RowPrinter = {
  columns: [
    nameColumn,
    column(
      'Data',
      "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    ),
    age,
  ],
  cells: (object, now) => [object.metadata.name, count(object.data) + count(object.binaryData), ageOf(object, now)],
};

const leases: RowPrinter = {
  columns: [nameColumn, column('Holder', 'holderIdentity contains the identity of the holder of a current lease.'), age],
  cells: (object, now) => [object.metadata.name, text(object, 'spec', 'holderIdentity'), ageOf(object, now)],
};

const events: RowPrinter = {
  columns: [
    column('Last Seen', 'The time at which the most recent occurrence of this event was recorded.'),
    column('Type', 'Type of this event (Normal, Warning), new types could be added in the future'),
    column(
      'Reason',
      "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    ),
    column('Object', 'The object that this event is about.'),
    column(
      'Subobject',
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
      { priority: 1 },
    ),
    column('Source', 'The component reporting this event. Should be a short machine understandable string.', { priority: 1 }),
    column('Message', 'A human-readable description of the status of this operation.'),
    column('First Seen', 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)', {
      priority: 1,
    }),
    column('Count', 'The number of times this event has occurred.', { priority: 1 }),
    { ...nameColumn, priority: 1 },
  ],
  cells: eventCells,
};

/** Both written forms of an event: core/v1 and events.k8s.io/v1 name some fields differently. */
function eventCells(event: ApiObject, now: number): Json[] {
  const subject = 'regarding' in event ? 'regarding' : 'involvedObject';
  const name = text(event, subject, 'name');
  const kind = text(event, subject, 'kind').toLowerCase();
  const first = event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime;
  const last = at(event, 'series', 'lastObservedTime') ?? event.lastTimestamp ?? event.deprecatedLastTimestamp ?? first;
  const source = 'deprecatedSource' in event ? 'deprecatedSource' : 'source';
  const component = text(event, source, 'component') || text(event, 'reportingComponent') || text(event, 'reportingController');
  const instance = text(event, source, 'host') || text(event, 'reportingInstance');
  return [
    humanAge(last, now),
    text(event, 'type'),
    text(event, 'reason'),
    name === '' ? kind : `${kind}/${name}`,
    text(event, subject, 'fieldPath'),
    instance === '' ? component : `${component}, ${instance}`,
    (text(event, 'message') || text(event, 'note')).trim(),
    humanAge(first, now),
    occurrences(event),
    event.metadata.name,
  ];
}

/** A series counts its repetitions; an event without a count happened once. */
function occurrences(event: ApiObject): number {
  const repeated = at(event, 'series', 'count');
  if (typeof repeated === 'number') return repeated + 1;
  const counted = event.count ?? event.deprecatedCount;
  return typeof counted === 'number' && counted > 0 ? counted : 1;
}

function column(name: string, description: string, more: { format?: string; priority?: number } = {}): ColumnDefinition {
  return { name, type: 'string', format: more.format ?? '', description, priority: more.priority ?? 0 };
}

function ageOf(object: ApiObject, now: number): string {
  return humanAge(object.metadata.creationTimestamp, now);
}

function at(object: ApiObject, key: string, inner: string): Json | undefined {
  const value = object[key];
  return isObject(value) ? (value[inner] as Json | undefined) : undefined;
}

function text(object: ApiObject, key: string, inner?: string): string {
  const value = inner === undefined ? object[key] : at(object, key, inner);
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return isObject(value) ? Object.keys(value).length : 0;
}
