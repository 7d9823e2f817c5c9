import type { OpenApiSchema } from './resource-type.js';

const objectReference = {
  apiVersion: { description: 'API version of the referent.', type: 'string' },
  fieldPath: {
    description:
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2].',
    type: 'string',
  },
  kind: { description: 'Kind of the referent.', type: 'string' },
  name: { description: 'Name of the referent.', type: 'string' },
  namespace: { description: 'Namespace of the referent.', type: 'string' },
  resourceVersion: { description: 'Specific resourceVersion to which this reference is made, if any.', type: 'string' },
  uid: { description: 'UID of the referent.', type: 'string' },
};
const eventSource = {
  component: { description: 'Component from which the event is generated.', type: 'string' },
  host: { description: 'Node name on which the event is generated.', type: 'string' },
};

/** Event of core/v1. */
export const coreEventSchema: OpenApiSchema = {
  description:
    'Event is a report of an event somewhere in the cluster. Events have a limited retention time and triggers and messages may evolve with time.',
  type: 'object',
  required: ['involvedObject'],
  properties: {
    action: { description: 'What action was taken/failed regarding to the Regarding object.', type: 'string' },
    count: { description: 'The number of times this event has occurred.', type: 'integer', format: 'int32' },
    eventTime: { description: 'Time when this Event was first observed.', type: 'string', format: 'date-time' },
    firstTimestamp: {
      description: 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
      type: 'string',
      format: 'date-time',
    },
    involvedObject: { description: 'The object that this event is about.', type: 'object', properties: objectReference },
    lastTimestamp: {
      description: 'The time at which the most recent occurrence of this event was recorded.',
      type: 'string',
      format: 'date-time',
    },
    message: { description: 'A human-readable description of the status of this operation.', type: 'string' },
    reason: {
      description:
        "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
      type: 'string',
    },
    related: { description: 'Optional secondary object for more complex actions.', type: 'object', properties: objectReference },
    reportingComponent: {
      description: 'Name of the controller that emitted this Event, e.g. `kubernetes.io/kubelet`.',
      type: 'string',
    },
    reportingInstance: { description: 'ID of the controller instance, e.g. `kubelet-xyzf`.', type: 'string' },
    series: {
      description: "Data about the Event series this event represents or nil if it's a singleton Event.",
      type: 'object',
      properties: {
        count: {
          description: 'Number of occurrences in this series up to the last heartbeat time',
          type: 'integer',
          format: 'int32',
        },
        lastObservedTime: { description: 'Time of the last occurrence observed', type: 'string', format: 'date-time' },
      },
    },
    source: {
      description: 'The component reporting this event. Should be a short machine understandable string.',
      type: 'object',
      properties: eventSource,
    },
    type: { description: 'Type of this event (Normal, Warning), new types could be added in the future', type: 'string' },
  },
};

/** Event of events.k8s.io/v1. */
export const eventSchema: OpenApiSchema = {
  description:
    'Event is a report of an event somewhere in the cluster. It generally denotes some state change in the system. Events have a limited retention time and triggers and messages may evolve with time.',
  type: 'object',
  required: ['eventTime'],
  properties: {
    action: {
      description:
        'action is what action was taken/failed regarding to the regarding object. It is machine-readable. This field cannot be empty for new Events and it can have at most 128 characters.',
      type: 'string',
    },
    deprecatedCount: {
      description: 'deprecatedCount is the deprecated field assuring backward compatibility with core.v1 Event type.',
      type: 'integer',
      format: 'int32',
    },
    deprecatedFirstTimestamp: {
      description: 'deprecatedFirstTimestamp is the deprecated field assuring backward compatibility with core.v1 Event type.',
      type: 'string',
      format: 'date-time',
    },
    deprecatedLastTimestamp: {
      description: 'deprecatedLastTimestamp is the deprecated field assuring backward compatibility with core.v1 Event type.',
      type: 'string',
      format: 'date-time',
    },
    deprecatedSource: {
      description: 'deprecatedSource is the deprecated field assuring backward compatibility with core.v1 Event type.',
      type: 'object',
      properties: eventSource,
    },
    eventTime: {
      description: 'eventTime is the time when this Event was first observed. It is required.',
      type: 'string',
      format: 'date-time',
    },
    note: {
      description:
        'note is a human-readable description of the status of this operation. Maximal length of the note is 1kB, but libraries should be prepared to handle values up to 64kB.',
      type: 'string',
    },
    reason: {
      description:
        'reason is why the action was taken. It is human-readable. This field cannot be empty for new Events and it can have at most 128 characters.',
      type: 'string',
    },
    regarding: {
      description:
        "regarding contains the object this Event is about. In most cases it's an Object reporting controller implements, e.g.",
      type: 'object',
      properties: objectReference,
    },
    related: {
      description:
        'related is the optional secondary object for more complex actions. E.g. when regarding object triggers a creation or deletion of related object.',
      type: 'object',
      properties: objectReference,
    },
    reportingController: {
      description:
        'reportingController is the name of the controller that emitted this Event, e.g. `kubernetes.io/kubelet`. This field cannot be empty for new Events.',
      type: 'string',
    },
    reportingInstance: {
      description:
        'reportingInstance is the ID of the controller instance, e.g. `kubelet-xyzf`. This field cannot be empty for new Events and it can have at most 128 characters.',
      type: 'string',
    },
    series: {
      description: "series is data about the Event series this event represents or nil if it's a singleton Event.",
      type: 'object',
      required: ['count', 'lastObservedTime'],
      properties: {
        count: {
          description: 'count is the number of occurrences in this series up to the last heartbeat time.',
          type: 'integer',
          format: 'int32',
        },
        lastObservedTime: {
          description: 'lastObservedTime is the time when last Event from the series was seen before last heartbeat.',
          type: 'string',
          format: 'date-time',
        },
      },
    },
    type: {
      description:
        'type is the type of this event (Normal, Warning), new types could be added in the future. It is machine-readable. This field cannot be empty for new Events.',
      type: 'string',
    },
  },
};
