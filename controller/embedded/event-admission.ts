import { checkShape } from './builtin-shape.js';
import { invalid, type StatusCause } from './errors.js';
import { toEventsV1 } from './event-forms.js';
import { isObject } from './json.js';
import type { ApiObject, Json } from './resource-type.js';
import type { Write } from './write.js';

/** An event in its stored form (core/v1): the fields that are always there, and the rules of the group it was written through. */
export function completeEvent(write: Write, event: ApiObject, current: ApiObject | undefined): void {
  const { type } = write.target;
  const throughNewGroup = type.group !== '';
  checkShape(write, (throughNewGroup ? toEventsV1(event) : event) as unknown as Json);
  event.involvedObject ??= {};
  event.source ??= {};
  event.firstTimestamp ??= null;
  event.lastTimestamp ??= null;
  event.eventTime ??= null;
  event.reportingComponent ??= '';
  event.reportingInstance ??= '';
  const faults = throughNewGroup && current === undefined ? strictFaults(event) : namespaceFaults(event);
  // The server names the kind without its group here.
  if (faults.length > 0) throw invalid({ group: '', kind: type.kind, plural: type.plural }, event.metadata.name, faults);
}

const maxNoteBytes = 1024;
const requiredFields = ['reportingController', 'reportingInstance', 'action', 'reason'] as const;

/** The rules of events.k8s.io/v1 for new events. */
function strictFaults(event: ApiObject): StatusCause[] {
  const required = (field: string): StatusCause[] => [{ reason: 'FieldValueRequired', message: 'Required value', field }];
  if (event.eventTime === null) return required('eventTime');
  const shown = toEventsV1(event);
  const missing = requiredFields.filter((field) => shown[field] === undefined || shown[field] === '');
  if (missing.length > 0) return missing.flatMap(required);
  const { type, message } = event;
  if (type !== 'Normal' && type !== 'Warning')
    return [invalidText('type', `has invalid value: ${typeof type === 'string' ? type : ''}`)];
  if (typeof message === 'string' && Buffer.byteLength(message) > maxNoteBytes) {
    return [invalidText('message', `can have at most ${maxNoteBytes} characters`)];
  }
  return [];
}

function namespaceFaults(event: ApiObject): StatusCause[] {
  const { involvedObject } = event;
  const namespace = isObject(involvedObject) ? involvedObject.namespace : undefined;
  if (typeof namespace !== 'string' || namespace === '' || namespace === event.metadata.namespace) return [];
  const message = `Invalid value: ${JSON.stringify(namespace)}: does not match event.namespace`;
  return [{ reason: 'FieldValueInvalid', message, field: 'involvedObject.namespace' }];
}

function invalidText(field: string, fault: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: "": ${fault}`, field };
}
