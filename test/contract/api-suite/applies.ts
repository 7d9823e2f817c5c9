import { describe, expect, it } from 'vitest';
import type { Answer, Answered, ServerHandle } from './client.js';
import { aWidget, faultsOf, openWorkspace, type Workspace } from './widgets.js';

/** Who owns what, without times and without the subresource that old servers do not note. */
function owners({ body }: Answer): Answered[] {
  return body.metadata.managedFields.map(({ time: _time, subresource: _subresource, ...entry }: Answered) => entry);
}

function owner(manager: string, operation: string, fieldsV1: object): Answered {
  return { manager, operation, apiVersion: 'suite.towpath.dev/v1', fieldsType: 'FieldsV1', fieldsV1 };
}

const condition = (type: string, status = 'True') => ({ type, status });

/** Server-side apply. */
export function applySuite(server: () => ServerHandle): void {
  describe('server-side apply', () => {
    const open = () => openWorkspace(server(), 'applies');
    ownershipSuite(open);
    conflictSuite(open);
    refusalSuite(open);
  });
}

function ownershipSuite(open: () => Promise<Workspace>): void {
  it('creates what is not there and notes who owns which field', async () => {
    const { apply } = await open();
    const spec = {
      color: 'red',
      tags: ['a'],
      parts: [{ name: 'x', material: 'tin' }],
      settings: { k: 'v' },
      words: ['q'],
      atomic: { a: '1' },
    };
    const answer = await apply('one', aWidget('one', { spec, metadata: { labels: { l: '1' } } }), '?fieldManager=one');
    expect(answer.status).toBe(201);
    expect(owners(answer)).toEqual([
      owner('one', 'Apply', {
        'f:metadata': { 'f:labels': { 'f:l': {} } },
        'f:spec': {
          'f:atomic': {},
          'f:color': {},
          'f:parts': { 'k:{"name":"x"}': { '.': {}, 'f:material': {}, 'f:name': {} } },
          'f:settings': { 'f:k': {} },
          'f:tags': { 'v:"a"': {} },
          'f:words': {},
        },
      }),
    ]);
  });

  it('notes what a creation and a patch own', async () => {
    const { create, patch } = await open();
    const created = await create(aWidget('one', { metadata: { labels: { l: '1' } } }), '?fieldManager=maker');
    const patched = await patch('one', { spec: { size: 7 } }, { query: '?fieldManager=editor' });
    // Entries of one second stand in the order of their managers, others in that of their times.
    const status = (answer: Answer) =>
      owners(answer)
        .map((entry): [string, unknown] => [entry.manager, entry.fieldsV1['f:spec']])
        .sort(([a], [b]) => a.localeCompare(b));
    expect(owners(created)[0].fieldsV1['f:metadata']).toEqual({ 'f:labels': { '.': {}, 'f:l': {} } });
    expect(status(created)).toEqual([
      ['maker', { '.': {}, 'f:color': {}, 'f:nested': { '.': {}, 'f:depth': {} }, 'f:size': {} }],
    ]);
    expect(status(patched)).toEqual([
      ['editor', { 'f:size': {} }],
      ['maker', { '.': {}, 'f:color': {}, 'f:nested': { '.': {}, 'f:depth': {} } }],
    ]);
  });

  it('takes the name of the manager from the user agent where none is given', async () => {
    const { create } = await open();
    expect(owners(await create(aWidget('one')))[0].manager).toBe('suite');
  });

  it('removes what the manager stops applying and nobody else owns', async () => {
    const { apply } = await open();
    const full = { color: 'red', size: 4, settings: { a: '1', b: '2' }, parts: [{ name: 'x' }, { name: 'y' }], tags: ['a', 'b'] };
    await apply('one', aWidget('one', { spec: full, metadata: { labels: { l: '1' } } }), '?fieldManager=one');
    await apply('one', aWidget('one', { spec: { settings: { b: '2' }, parts: [{ name: 'y' }] } }), '?fieldManager=two');
    const { status, body } = await apply('one', aWidget('one', { spec: { color: 'red', tags: ['b'] } }), '?fieldManager=one');
    expect([status, body.metadata.labels, body.spec]).toEqual([
      200,
      undefined,
      { color: 'red', size: 3, nested: { depth: 1 }, settings: { b: '2' }, parts: [{ name: 'y', count: 1 }], tags: ['b'] },
    ]);
  });

  it('merges conditions of two managers by type', async () => {
    const { create, apply } = await open();
    await create(aWidget('one'));
    const conditions = (type: string) => aWidget('one', { spec: undefined, status: { conditions: [condition(type)] } });
    await apply('one/status', conditions('Ready'), '?fieldManager=one-status');
    await apply('one/status', conditions('Stalled'), '?fieldManager=two-status');
    const { body } = await apply('one/status', conditions('Ready'), '?fieldManager=one-status');
    expect(body.status.conditions).toEqual([condition('Ready'), condition('Stalled')]);
  });

  it('drops a condition that its manager stops applying', async () => {
    const { create, apply } = await open();
    await create(aWidget('one'));
    const conditions = (...types: string[]) =>
      aWidget('one', { spec: undefined, status: { conditions: types.map((type) => condition(type)) } });
    await apply('one/status', conditions('Ready', 'Stalled'), '?fieldManager=one-status');
    const { body } = await apply('one/status', conditions('Ready'), '?fieldManager=one-status');
    expect(body.status.conditions).toEqual([condition('Ready')]);
  });

  it('reads YAML', async () => {
    const { apply } = await open();
    const yaml = 'apiVersion: suite.towpath.dev/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n  color: blue # a comment\n';
    const { status, body } = await apply('one', yaml, '?fieldManager=one');
    expect([status, body.spec.color]).toEqual([201, 'blue']);
  });

  it('stores nothing on a dry run', async () => {
    const { apply, send, widgets } = await open();
    const dry = await apply('one', aWidget('one'), '?fieldManager=one&dryRun=All');
    expect([dry.status, (await send({ path: `${widgets}/one` })).status]).toEqual([201, 404]);
  });
}

function conflictSuite(open: () => Promise<Workspace>): void {
  it('names the owner of a field that another manager sets differently', async () => {
    const { apply } = await open();
    await apply(
      'one',
      aWidget('one', { spec: { color: 'red', size: 4, parts: [{ name: 'x', count: 2 }] } }),
      '?fieldManager=one',
    );
    const single = await apply('one', aWidget('one', { spec: { color: 'red', size: 5 } }), '?fieldManager=two');
    const several = await apply(
      'one',
      aWidget('one', { spec: { size: 5, parts: [{ name: 'x', count: 3 }] } }),
      '?fieldManager=two',
    );
    expect(single.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.size',
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.size' }] },
      code: 409,
    });
    expect(several.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.size\n- .spec.parts[name="x"].count',
    );
  });

  it('names the version of a manager that updated', async () => {
    const { create, apply } = await open();
    await create(aWidget('one', { spec: { color: 'red', size: 4 } }), '?fieldManager=maker');
    const { body } = await apply('one', aWidget('one', { spec: { color: 'red', size: 5 } }), '?fieldManager=two');
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "maker" using suite.towpath.dev/v1: .spec.size');
  });

  it('takes a field over by force', async () => {
    const { apply } = await open();
    await apply('one', aWidget('one', { spec: { color: 'red', size: 4 } }), '?fieldManager=one');
    const answer = await apply('one', aWidget('one', { spec: { size: 5 } }), '?fieldManager=two&force=true');
    expect(answer.body.spec.size).toBe(5);
    expect(owners(answer)).toEqual([
      owner('one', 'Apply', { 'f:spec': { 'f:color': {} } }),
      owner('two', 'Apply', { 'f:spec': { 'f:size': {} } }),
    ]);
  });

  it('shares a field that both set to the same', async () => {
    const { apply } = await open();
    await apply('one', aWidget('one'), '?fieldManager=one');
    const answer = await apply('one', aWidget('one'), '?fieldManager=two');
    expect([answer.status, owners(answer).map(({ manager }) => manager)]).toEqual([200, ['one', 'two']]);
  });
}

function refusalSuite(open: () => Promise<Workspace>): void {
  it('demands a field manager', async () => {
    const { apply } = await open();
    const answer = await apply('one', aWidget('one'), '');
    expect([answer.status, faultsOf(answer)]).toEqual([422, ['fieldManager: Required value: is required for apply patch']]);
  });

  it('refuses another name, another version, owners in the body, and what it cannot read', async () => {
    const { apply } = await open();
    const bodies = [
      aWidget('other'),
      { ...aWidget('one'), apiVersion: 'v1' },
      aWidget('one', { metadata: { managedFields: [{}] } }),
    ];
    const answers = [];
    for (const body of bodies) answers.push(await apply('one', body, '?fieldManager=one'));
    const unreadable = await apply('one', 'a: [b', '?fieldManager=one');
    expect(answers.map(({ body }) => `${body.code} ${body.message}`)).toEqual([
      '400 the name of the object (other) does not match the name on the URL (one)',
      '400 Incorrect version specified in apply patch. Specified patch version: v1, expected: suite.towpath.dev/v1',
      '400 metadata.managedFields must be nil',
    ]);
    expect([unreadable.status, unreadable.body.reason]).toEqual([400, 'BadRequest']);
  });

  it('does not create by a status', async () => {
    const { apply } = await open();
    const { status } = await apply('one/status', aWidget('one', { status: { phase: 'Done' } }), '?fieldManager=one');
    expect(status).toBe(404);
  });

  it('validates what it merged', async () => {
    const { apply } = await open();
    const answer = await apply('one', aWidget('one', { spec: { color: 'pink' } }), '?fieldManager=one');
    expect([answer.status, faultsOf(answer)]).toEqual([
      422,
      ['spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"'],
    ]);
  });
}
