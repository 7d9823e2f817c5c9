import { badRequest } from './errors.js';
import {
  anyNumber,
  anySwitch,
  anyText,
  base64,
  bytesOf,
  embeddedJson,
  entry,
  type FieldDecoder,
  nested,
  optionalNumber,
  optionalText,
  type ReadShape,
  readMessage,
  timestamp,
} from './protobuf-read.js';
import type { Json } from './resource-type.js';

/** What clients built on client-go 0.32 and later send for built-in kinds, and do not fall back from. */
export const protobufMedia = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

/** Whether the body is an object in Kubernetes' protobuf envelope. */
export function isProtobuf(body: Uint8Array): boolean {
  return magic.equals(body.subarray(0, magic.length));
}

const seconds = timestamp('seconds');
const micros = timestamp('micros');

const objectMeta: ReadShape = {
  1: ['name', optionalText],
  2: ['generateName', optionalText],
  3: ['namespace', optionalText],
  5: ['uid', optionalText],
  6: ['resourceVersion', optionalText],
  7: ['generation', optionalNumber],
  8: ['creationTimestamp', seconds],
  9: ['deletionTimestamp', seconds],
  10: ['deletionGracePeriodSeconds', anyNumber],
  11: ['labels', entry(anyText), 'map'],
  12: ['annotations', entry(anyText), 'map'],
  13: [
    'ownerReferences',
    nested({
      1: ['kind', anyText],
      3: ['name', anyText],
      4: ['uid', anyText],
      5: ['apiVersion', anyText],
      6: ['controller', anySwitch],
      7: ['blockOwnerDeletion', anySwitch],
    }),
    'list',
  ],
  14: ['finalizers', anyText, 'list'],
  17: [
    'managedFields',
    nested({
      1: ['manager', optionalText],
      2: ['operation', optionalText],
      3: ['apiVersion', optionalText],
      4: ['time', seconds],
      6: ['fieldsType', optionalText],
      7: ['fieldsV1', (content) => readMessage(bytesOf(content), { 1: ['raw', embeddedJson] }).raw],
      8: ['subresource', optionalText],
    }),
    'list',
  ],
};
const metadata = nested(objectMeta);

const reference = nested({
  1: ['kind', optionalText],
  2: ['namespace', optionalText],
  3: ['name', optionalText],
  4: ['uid', optionalText],
  5: ['apiVersion', optionalText],
  6: ['resourceVersion', optionalText],
  7: ['fieldPath', optionalText],
});
const eventSource = nested({ 1: ['component', optionalText], 2: ['host', optionalText] });
const eventSeries = nested({ 1: ['count', anyNumber], 2: ['lastObservedTime', micros] });

const condition = nested({
  1: ['type', anyText],
  2: ['status', anyText],
  4: ['lastTransitionTime', seconds],
  5: ['reason', optionalText],
  6: ['message', optionalText],
});

const selector = (operands: string): FieldDecoder =>
  nested({
    1: ['rawSelector', optionalText],
    2: ['requirements', nested({ 1: ['key', anyText], 2: ['operator', anyText], 3: [operands, anyText, 'list'] }), 'list'],
  });

const accessReviewSpec = nested({
  1: [
    'resourceAttributes',
    nested({
      1: ['namespace', optionalText],
      2: ['verb', optionalText],
      3: ['group', optionalText],
      4: ['version', optionalText],
      5: ['resource', optionalText],
      6: ['subresource', optionalText],
      7: ['name', optionalText],
      8: ['fieldSelector', selector('values')],
      9: ['labelSelector', selector('values')],
    }),
  ],
  2: ['nonResourceAttributes', nested({ 1: ['path', optionalText], 2: ['verb', optionalText] })],
});

/** Field numbers from the generated.proto files of k8s.io/api and k8s.io/apimachinery; they never change. */
const kinds: { readonly [kind: string]: ReadShape } = {
  'v1 Namespace': {
    1: ['metadata', metadata],
    2: ['spec', nested({ 1: ['finalizers', anyText, 'list'] })],
    3: ['status', nested({ 1: ['phase', optionalText], 2: ['conditions', condition, 'list'] })],
  },
  'v1 Secret': {
    1: ['metadata', metadata],
    2: ['data', entry(base64), 'map'],
    3: ['type', optionalText],
    4: ['stringData', entry(anyText), 'map'],
    5: ['immutable', anySwitch],
  },
  'v1 ConfigMap': {
    1: ['metadata', metadata],
    2: ['data', entry(anyText), 'map'],
    3: ['binaryData', entry(base64), 'map'],
    4: ['immutable', anySwitch],
  },
  'v1 Event': {
    1: ['metadata', metadata],
    2: ['involvedObject', reference],
    3: ['reason', optionalText],
    4: ['message', optionalText],
    5: ['source', eventSource],
    6: ['firstTimestamp', seconds],
    7: ['lastTimestamp', seconds],
    8: ['count', optionalNumber],
    9: ['type', optionalText],
    10: ['eventTime', micros],
    11: ['series', eventSeries],
    12: ['action', optionalText],
    13: ['related', reference],
    14: ['reportingComponent', optionalText],
    15: ['reportingInstance', optionalText],
  },
  'events.k8s.io/v1 Event': {
    1: ['metadata', metadata],
    2: ['eventTime', micros],
    3: ['series', eventSeries],
    4: ['reportingController', optionalText],
    5: ['reportingInstance', optionalText],
    6: ['action', optionalText],
    7: ['reason', optionalText],
    8: ['regarding', reference],
    9: ['related', reference],
    10: ['note', optionalText],
    11: ['type', optionalText],
    12: ['deprecatedSource', eventSource],
    13: ['deprecatedFirstTimestamp', seconds],
    14: ['deprecatedLastTimestamp', seconds],
    15: ['deprecatedCount', optionalNumber],
  },
  'coordination.k8s.io/v1 Lease': {
    1: ['metadata', metadata],
    2: [
      'spec',
      nested({
        1: ['holderIdentity', anyText],
        2: ['leaseDurationSeconds', anyNumber],
        3: ['acquireTime', micros],
        4: ['renewTime', micros],
        5: ['leaseTransitions', anyNumber],
      }),
    ],
  },
  'authorization.k8s.io/v1 SelfSubjectAccessReview': { 1: ['metadata', metadata], 2: ['spec', accessReviewSpec] },
  'authorization.k8s.io/v1 SelfSubjectRulesReview': {
    1: ['metadata', metadata],
    2: ['spec', nested({ 1: ['namespace', optionalText] })],
  },
};

const deleteOptions: ReadShape = {
  1: ['gracePeriodSeconds', anyNumber],
  2: ['preconditions', nested({ 1: ['uid', anyText], 2: ['resourceVersion', anyText] })],
  3: ['orphanDependents', anySwitch],
  4: ['propagationPolicy', anyText],
  5: ['dryRun', anyText, 'list'],
};

/** `runtime.Unknown`: what kind it is, and its bytes. */
const envelope: ReadShape = {
  1: ['type', nested({ 1: ['apiVersion', anyText], 2: ['kind', anyText] })],
  2: ['raw', base64],
};

/** The object of a protobuf body as JSON. Throws a 400 for malformed bytes and for kinds that have no protobuf form here. */
export function decodeProtobuf(body: Uint8Array): Json {
  try {
    const { type, raw } = readMessage(body.subarray(magic.length), envelope);
    const { apiVersion = '', kind = '' } = (type ?? {}) as { apiVersion?: string; kind?: string };
    const shape = kind === 'DeleteOptions' ? deleteOptions : kinds[`${apiVersion} ${kind}`];
    if (shape === undefined) throw new RangeError(`${apiVersion} ${kind} is not read as protobuf`);
    if (typeof raw !== 'string') throw new RangeError('the message is cut short');
    return { apiVersion, kind, ...readMessage(Buffer.from(raw, 'base64'), shape) };
  } catch (error) {
    throw badRequest(`the body cannot be read as protobuf: ${error instanceof Error ? error.message : String(error)}`);
  }
}
