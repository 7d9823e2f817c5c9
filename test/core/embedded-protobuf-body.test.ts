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
