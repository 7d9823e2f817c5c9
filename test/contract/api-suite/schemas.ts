import { describe, expect, it } from 'vitest';
import type { ServerHandle } from './client.js';
import { aWidget, faultsOf, openWorkspace } from './widgets.js';

const faults: readonly (readonly [spec: unknown, faults: readonly string[]])[] = [
  [null, ['spec: Required value']],
  [{}, ['spec.color: Required value']],
  ['text', ['spec: Invalid value: "string": spec in body must be of type object: "string"']],
  [[], ['spec: Invalid value: "array": spec in body must be of type object: "array"']],
  [{ color: 'pink' }, ['spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"']],
  [
    { color: 5 },
    [
      'spec.color: Invalid value: "integer": spec.color in body must be of type string: "integer"',
      'spec.color: Unsupported value: 5: supported values: "red", "green", "blue"',
    ],
  ],
  [{ color: 'red', size: 'x' }, ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"']],
  [{ color: 'red', size: 2.5 }, ['spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"']],
  [{ color: 'red', size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
  [{ color: 'red', size: 11 }, ['spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10']],
  [{ color: 'red', ratio: 0 }, ['spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0']],
  [{ color: 'red', name: 'a' }, ['spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long']],
  [{ color: 'red', name: 'abcdef' }, ['spec.name: Invalid value: "abcdef": spec.name in body should be at most 5 chars long']],
  [{ color: 'red', name: 'ABC' }, ['spec.name: Invalid value: "ABC": spec.name in body should match \'^[a-z]+$\'']],
  [{ color: 'red', since: 'now' }, ['spec.since: Invalid value: "now": spec.since in body must be of type date-time: "now"']],
  [{ color: 'red', tags: ['a', 'a'] }, ['spec.tags: Duplicate value: "a"']],
  [
    { color: 'red', tags: ['a', 'b', 'c', 'd', 'e'] },
    ['spec.tags: Invalid value: 5: spec.tags in body should have at most 4 items'],
  ],
  [{ color: 'red', words: [] }, ['spec.words: Invalid value: 0: spec.words in body should have at least 1 items']],
  [{ color: 'red', words: [1] }, ['spec.words: Invalid value: "integer": spec.words in body must be of type string: "integer"']],
  [{ color: 'red', parts: [{ count: 1 }] }, ['spec.parts.name: Required value']],
  [{ color: 'red', parts: [{ name: 'a' }, { name: 'a' }] }, ['spec.parts: Duplicate value: map[string]interface {}{"name":"a"}']],
  [
    { color: 'red', settings: { a: 1 } },
    ['spec.settings.a: Invalid value: "integer": spec.settings.a in body must be of type string: "integer"'],
  ],
  [
    { color: 'red', settings: { a: '1', b: '2', c: '3', d: '4' } },
    ['spec.settings: Invalid value: 3: spec.settings in body should have at most 3 properties'],
  ],
  [
    { color: 'red', choice: { left: 'a', right: 'b' } },
    ['<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    { color: 'pink', size: 99 },
    [
      'spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"',
      'spec.size: Invalid value: 99: spec.size in body should be less than or equal to 10',
    ],
  ],
];

/** Structural schemas: pruning, defaults, validation; and the syntax of names and labels. */
export function schemaSuite(server: () => ServerHandle): void {
  describe('schemas', () => {
    const open = () => openWorkspace(server(), 'schemas');

    it('drops fields that the schema does not know, except where it preserves them', async () => {
      const { create } = await open();
      const anything = { known: 1, other: { deep: [1] } };
      const { body } = await create(aWidget('one', { spec: { color: 'red', unknown: 1, nested: { more: 1 }, anything } }));
      expect(body.spec).toEqual({ color: 'red', size: 3, nested: { depth: 1 }, anything });
    });

    it('fills in defaults, also in lists and for nulls that are not allowed', async () => {
      const { create } = await open();
      const { body } = await create(
        aWidget('one', { spec: { color: 'red', size: null, note: null, enabled: null, nested: null, parts: [{ name: 'a' }] } }),
      );
      expect(body.spec).toEqual({ color: 'red', size: 3, note: null, nested: { depth: 1 }, parts: [{ name: 'a', count: 1 }] });
    });

    it.each(faults)('names what is wrong with %j', async (spec, expected) => {
      const { create } = await open();
      const answer = await create(aWidget('one', { spec }));
      expect([answer.status, answer.body.reason, faultsOf(answer)]).toEqual([422, 'Invalid', expected]);
    });

    it('validates the status too', async () => {
      const { create, patch } = await open();
      await create(aWidget('one'));
      const answer = await patch('one/status', { status: { phase: 'Odd' } });
      expect(faultsOf(answer)).toEqual(['status.phase: Unsupported value: "Odd": supported values: "Pending", "Done"']);
    });

    it('checks the syntax of names and labels', async () => {
      const { create } = await open();
      const answer = await create(aWidget('Bad_Name', { metadata: { labels: { 'a b': 'c d' } } }));
      expect(
        answer.body.details.causes.map(({ field, message }: { field: string; message: string }) => `${field} ${message}`),
      ).toEqual([
        "metadata.name Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        "metadata.labels Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        "metadata.labels Invalid value: \"c d\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ]);
    });

    it('demands a name', async () => {
      const { create } = await open();
      const answer = await create(aWidget(''));
      expect(faultsOf(answer)).toEqual(['metadata.name: Required value: name or generateName is required']);
    });
  });
}
