import { describe, expect, it } from 'vitest';
import { ApiError } from '../../controller/embedded/errors.js';
import { decodeProtobuf, isProtobuf } from '../../controller/embedded/protobuf-body.js';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('a protobuf body', () => {
  // As sent by `kubectl create secret generic`, `kubectl auth can-i create` and `kubectl create configmap` of 1.32.
  const secret = bytes(
    '6b3873000a0c0a0276311206536563726574122b0a120a02646212001a0022002a0032003800420012130a0870617373776f7264120768756e746572321a001a002200',
  );

  it('reads a secret as JSON, with data in base64', () => {
    expect(decodeProtobuf(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db' },
      data: { password: 'aHVudGVyMg==' },
    });
  });

  it('reads an access review', () => {
    const review = bytes(
      '6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a65637441636365737352657669657712520a100a0012001a0022002a0032003800420012340a320a0764656661756c7412066372656174651a0b746f77706174682e64657622002a0c656e7669726f6e6d656e747332003a001a08080012001a0020001a002200',
    );
    expect(decodeProtobuf(review)).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: { resourceAttributes: { namespace: 'default', verb: 'create', group: 'towpath.dev', resource: 'environments' } },
    });
  });

  it('reads a config map', () => {
    const configMap = bytes(
      '6b3873000a0f0a0276311209436f6e6669674d617012220a180a0873657474696e677312001a0022002a0032003800420012060a01611201621a002200',
    );
    expect(decodeProtobuf(configMap)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { a: 'b' },
    });
  });

  it('is told from JSON by its first bytes', () => {
    expect([isProtobuf(secret), isProtobuf(Buffer.from('{"a":1}')), isProtobuf(new Uint8Array(0))]).toEqual([true, false, false]);
  });

  it('is refused as a bad request wherever it is cut off', () => {
    for (let length = 4; length < secret.length - 6; length++) {
      const cut = () => decodeProtobuf(secret.subarray(0, length));
      expect(cut, `${length} bytes`).toThrow(ApiError);
    }
  });

  it('is refused for kinds without a protobuf form', () => {
    expect(() => decodeProtobuf(bytes('6b3873000a090a02763112035061641200'))).toThrow(
      'the body cannot be read as protobuf: v1 Pad is not read as protobuf',
    );
  });
});

describe('a protobuf body that protoc wrote with the generated.proto files of Kubernetes', () => {
  it('of a lease keeps set but empty fields, and every part of the metadata', () => {
    const lease = bytes(
      '6b3873000a1f0a16636f6f7264696e6174696f6e2e6b38732e696f2f763112054c6561736512a8010a90010a016e12001a026e732a01753201353802420808a0f5a2cb06100050005a050a01611200620e0a095f5f70726f746f5f5f1201786a180a09436f6e6669674d61701a016f22026f752a02763130007205662f6f6e657205662f74776f8a01310a016d12054170706c791a027631220608a0f5a2cb0632084669656c647356313a0f0a0d7b22663a64617461223a7b7d7d12130a00100f1a0b08a0f5a2cb06108094ef3a28001a002200',
    );
    expect(decodeProtobuf(lease)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: 'n',
        namespace: 'ns',
        uid: 'u',
        resourceVersion: '5',
        generation: 2,
        creationTimestamp: '2026-01-15T10:00:00Z',
        deletionGracePeriodSeconds: 0,
        labels: { a: '' },
        annotations: Object.fromEntries([['__proto__', 'x']]),
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'ou', controller: false }],
        finalizers: ['f/one', 'f/two'],
        managedFields: [
          {
            manager: 'm',
            operation: 'Apply',
            apiVersion: 'v1',
            time: '2026-01-15T10:00:00Z',
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:data': {} },
          },
        ],
      },
      spec: { holderIdentity: '', leaseDurationSeconds: 15, acquireTime: '2026-01-15T10:00:00.123456Z', leaseTransitions: 0 },
    });
  });

  it('of an event leaves out unset times and counts', () => {
    const event = bytes(
      '6b3873000a190a106576656e74732e6b38732e696f2f763112054576656e7412400a050a01654200120908a0f5a2cb0610e7071a0a0800120608a1f5a2cb062201633201613a017242060a014b1a016e5201745a064e6f726d616c62006a0078001a002200',
    );
    expect(decodeProtobuf(event)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      eventTime: '2026-01-15T10:00:00.000000Z',
      series: { count: 0, lastObservedTime: '2026-01-15T10:00:01.000000Z' },
      reportingController: 'c',
      action: 'a',
      reason: 'r',
      regarding: { kind: 'K', name: 'n' },
      note: 't',
      type: 'Normal',
      deprecatedSource: {},
    });
    const core = bytes(
      '6b3873000a0b0a02763112054576656e7412300a030a0178120c0a014b2201753a04737065631a017222016d2a030a0163320608a0f5a2cb0640034a064e6f726d616c1a002200',
    );
    expect(decodeProtobuf(core)).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'x' },
      involvedObject: { kind: 'K', uid: 'u', fieldPath: 'spec' },
      reason: 'r',
      message: 'm',
      source: { component: 'c' },
      firstTimestamp: '2026-01-15T10:00:00Z',
      count: 3,
      type: 'Normal',
    });
  });

  it('of a namespace and of delete options reads lists', () => {
    const namespace = bytes(
      '6b3873000a0f0a02763112094e616d657370616365122f0a030a0178120c0a0a6b756265726e657465731a1a0a0012160a0154120454727565220608a0f5a2cb062a015232001a002200',
    );
    expect(decodeProtobuf(namespace)).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'x' },
      spec: { finalizers: ['kubernetes'] },
      status: { conditions: [{ type: 'T', status: 'True', lastTransitionTime: '2026-01-15T10:00:00Z', reason: 'R' }] },
    });
    const options = bytes(
      '6b3873000a130a027631120d44656c6574654f7074696f6e731218080012030a0175220a4261636b67726f756e642a03416c6c1a002200',
    );
    expect(decodeProtobuf(options)).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u' },
      propagationPolicy: 'Background',
      dryRun: ['All'],
    });
  });
});
