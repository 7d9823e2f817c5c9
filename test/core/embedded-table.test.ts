import { describe, expect, it } from 'vitest';
import { builtinTypes, typeOfCrd } from '../../controller/embedded/builtin-types.js';
import { humanDuration } from '../../controller/embedded/human-age.js';
import type { ApiObject, Json, PrinterColumn, ResourceType } from '../../controller/embedded/resource-type.js';
import { toTable, wantsTable } from '../../controller/embedded/table.js';

const now = Date.parse('2026-11-22T07:16:27Z');

function aCrd(columns: PrinterColumn[]): Json {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
          additionalPrinterColumns: columns as unknown as Json,
        },
      ],
    },
  };
}

function aWidget(fields: { [field: string]: Json }, metadata: Partial<ApiObject['metadata']> = {}): ApiObject {
  const all = { name: 'w', namespace: 'default', creationTimestamp: '2026-11-22T07:16:22Z', ...metadata };
  return { apiVersion: 'example.org/v1', kind: 'Widget', metadata: all, ...fields };
}

function cell(column: Omit<PrinterColumn, 'name'>, object: ApiObject): Json | undefined {
  const table = toTable(typeOfCrd(aCrd([{ name: 'X', ...column }])), [object], { now, includeObject: 'None' });
  return (table as { rows: { cells: Json[] }[] }).rows[0]?.cells[1];
}

function builtin(group: string, plural: string): ResourceType {
  const type = builtinTypes.find((one) => one.group === group && one.plural === plural);
  if (type === undefined) throw new Error(`${group}/${plural} is not built in`);
  return type;
}

function shown(type: ResourceType, objects: ApiObject[]): { [column: string]: Json }[] {
  const { columnDefinitions, rows } = toTable(type, objects, { now, includeObject: 'None' }) as unknown as {
    columnDefinitions: { name: string }[];
    rows: { cells: Json[] }[];
  };
  return rows.map(({ cells }) => Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, cells[index] ?? null])));
}

describe('a table of custom resources', () => {
  it('has the columns, cells and metadata of kube-apiserver', () => {
    const type = typeOfCrd(
      aCrd([
        { name: 'PRODUCT', type: 'string', jsonPath: '.spec.product', description: 'The product' },
        { name: 'READY', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status', priority: 1 },
        { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp', format: 'date-time' },
      ]),
    );
    const widget = aWidget({
      spec: { product: 'shop' },
      status: {
        conditions: [
          { type: 'Valid', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    });
    const table = toTable(type, [widget], { now, listMeta: { resourceVersion: '7' }, includeObject: 'Metadata' });
    expect(table).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '7' },
      columnDefinitions: [
        { name: 'Name', type: 'string', format: 'name', description: expect.stringMatching(/^Name must be unique/), priority: 0 },
        { name: 'PRODUCT', type: 'string', format: '', description: 'The product', priority: 0 },
        {
          name: 'READY',
          type: 'string',
          format: '',
          description: 'Custom resource definition column (in JSONPath format): .status.conditions[?(@.type=="Ready")].status',
          priority: 1,
        },
        {
          name: 'AGE',
          type: 'date',
          format: 'date-time',
          description: 'Custom resource definition column (in JSONPath format): .metadata.creationTimestamp',
          priority: 0,
        },
      ],
      rows: [
        {
          cells: ['w', 'shop', 'True', '5s'],
          object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: widget.metadata },
        },
      ],
    });
  });

  it('has no rows but all columns when nothing is there', () => {
    const table = toTable(typeOfCrd(aCrd([])), [], { now, includeObject: 'Metadata' }) as { [field: string]: Json };
    expect({ ...table, columnDefinitions: (table.columnDefinitions as { name: string }[]).map(({ name }) => name) }).toEqual({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: {},
      columnDefinitions: ['Name', 'Age'],
      rows: [],
    });
  });

  it('shows the age of a kind without columns, and carries the whole object when asked', () => {
    const widget = aWidget({ spec: { a: 1 } });
    const table = toTable(typeOfCrd(aCrd([])), [widget], { now, includeObject: 'Object' }) as { [field: string]: Json };
    expect(table.rows).toEqual([{ cells: ['w', '5s'], object: widget }]);
  });

  // Every expectation below is what kube-apiserver v1.20.2 answered for the same object and column.
  const object = aWidget(
    {
      spec: {
        text: 'a\nb  c',
        empty: '',
        count: 3,
        big: 123456789012,
        fraction: 123456789.5,
        million: 1000000.5,
        small: 0.00001,
        on: false,
        none: null,
        list: ['a', 'b', 'c'],
        nothing: [],
        map: { k: '<b> & c', g: 1e21, f: 1 },
        items: [
          { name: 'a', n: 1 },
          { name: 'b', n: 2 },
        ],
        date: '2026-11-20T00:00:00.123+02:00',
      },
    },
    { labels: { 'x.y/z': 'label' }, annotations: { 'a.b/c': 'note' } },
  );
  const cases: readonly (readonly [PrinterColumn['type'], string, Json])[] = [
    ['string', '.spec.text', 'a\nb  c'],
    ['string', '.spec.empty', ''],
    ['string', ".spec['text']", 'a\nb  c'],
    ['string', '.spec.count', '3'],
    ['string', '.spec.big', '123456789012'],
    ['string', '.spec.fraction', '1.234567895e+08'],
    ['string', '.spec.million', '1.0000005e+06'],
    ['string', '.spec.small', '1e-05'],
    ['string', '.spec.on', 'false'],
    ['string', '.spec.none', '<no value>'],
    ['string', '.spec.absent', null],
    ['string', '.spec.list', '["a","b","c"]'],
    ['string', '.spec.nothing', '[]'],
    ['string', '.spec.map', '{"f":1,"g":1e+21,"k":"\\u003cb\\u003e \\u0026 c"}'],
    ['string', '.spec.list[0]', 'a'],
    ['string', '.spec.list[-1]', 'c'],
    ['string', '.spec.list[9]', null],
    ['string', '.spec.list[*]', 'a'],
    ['string', '.spec.list[1:3]', 'b'],
    ['string', '.spec.list[1:4]', null],
    ['string', '.spec.items[1].name', 'b'],
    ['string', '.spec.items[*].name', 'a'],
    ['string', '.spec.items[?(@.name=="b")].n', '2'],
    ['string', ".spec.items[?(@.name=='b')].n", '2'],
    ['string', '.spec.items[?(@.name!="a")].n', '2'],
    ['string', '.spec.items[?(@.n>1)].name', 'b'],
    ['string', '.spec.items[?(@.absent)].name', null],
    ['string', '.metadata.labels.x\\.y/z', 'label'],
    ['string', ".metadata.annotations['a\\.b/c']", 'note'],
    ['string', ".metadata.annotations['a.b/c']", null],
    ['integer', '.spec.count', 3],
    ['integer', '.spec.fraction', 123456789],
    ['integer', '.spec.text', null],
    ['integer', '.spec.none', null],
    ['number', '.spec.fraction', 123456789.5],
    ['number', '.spec.text', null],
    ['boolean', '.spec.on', false],
    ['boolean', '.spec.text', null],
    ['date', '.spec.date', '2d9h'],
    ['date', '.spec.text', '<invalid>'],
    ['date', '.spec.empty', '<unknown>'],
    ['date', '.spec.count', null],
    ['date', '.spec.absent', null],
  ];
  it.each(cases)('shows %s %s as %j', (type, jsonPath, wanted) => {
    expect(cell({ type, jsonPath }, object)).toEqual(wanted);
  });
});

describe('a table of built-in kinds', () => {
  const metadata = { name: 'x', namespace: 'default', creationTimestamp: '2026-11-22T07:06:27Z' };

  it('shows the phase of a namespace', () => {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata, status: { phase: 'Active' } };
    expect(shown(builtin('', 'namespaces'), [object])).toEqual([{ Name: 'x', Status: 'Active', Age: '10m' }]);
  });

  it('counts the data of secrets and config maps and never shows them', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { a: 'Yg==', c: 'ZA==' } };
    expect(shown(builtin('', 'secrets'), [secret])).toEqual([{ Name: 'x', Type: 'Opaque', Data: 2, Age: '10m' }]);
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' }, binaryData: { c: 'ZA==' } };
    expect(shown(builtin('', 'configmaps'), [configMap, { ...configMap, data: {}, binaryData: {} }])).toEqual([
      { Name: 'x', Data: 2, Age: '10m' },
      { Name: 'x', Data: 0, Age: '10m' },
    ]);
  });

  it('shows the holder of a lease', () => {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: { holderIdentity: 'me' } };
    expect(shown(builtin('coordination.k8s.io', 'leases'), [lease, { ...lease, spec: {} }])).toEqual([
      { Name: 'x', Holder: 'me', Age: '10m' },
      { Name: 'x', Holder: '', Age: '10m' },
    ]);
  });

  it('shows an event of either group in the same columns', () => {
    const core = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata,
      involvedObject: { kind: 'Widget', name: 'full', fieldPath: 'spec.x' },
      reason: 'Started',
      message: 'it started\nnow ',
      type: 'Normal',
      firstTimestamp: '2026-11-22T07:00:00Z',
      lastTimestamp: '2026-11-22T07:10:00Z',
      count: 3,
      source: { component: 'towpath', host: 'h1' },
    };
    const series = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata,
      regarding: { kind: 'Widget', name: 'full' },
      reason: 'Waited',
      note: 'waiting',
      type: 'Warning',
      eventTime: '2026-11-22T07:05:00.123456Z',
      reportingController: 'towpath.dev/towpath',
      reportingInstance: 'pod-1',
      series: { count: 4, lastObservedTime: '2026-11-22T07:06:00.123456Z' },
    };
    const bare = { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind: 'Widget' } };
    expect(shown(builtin('', 'events'), [core, series, bare])).toEqual([
      {
        'Last Seen': '6m27s',
        Type: 'Normal',
        Reason: 'Started',
        Object: 'widget/full',
        Subobject: 'spec.x',
        Source: 'towpath, h1',
        Message: 'it started\nnow',
        'First Seen': '16m',
        Count: 3,
        Name: 'x',
      },
      {
        'Last Seen': '10m',
        Type: 'Warning',
        Reason: 'Waited',
        Object: 'widget/full',
        Subobject: '',
        Source: 'towpath.dev/towpath, pod-1',
        Message: 'waiting',
        'First Seen': '11m',
        Count: 5,
        Name: 'x',
      },
      {
        'Last Seen': '<unknown>',
        Type: '',
        Reason: '',
        Object: 'widget',
        Subobject: '',
        Source: '',
        Message: '',
        'First Seen': '<unknown>',
        Count: 1,
        Name: 'x',
      },
    ]);
  });
});

describe('the Accept header', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['application/json', false],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', true],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', true],
    ['application/json;as=Table;g=meta.k8s.io;v=v2', false],
    ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', false],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io', false],
  ])('%s asks for a table: %s', (accept, wanted) => {
    expect(wantsTable(accept)).toBe(wanted);
  });
});

describe('a duration', () => {
  const minute = 60;
  const hour = 60 * minute;
  const day = 24 * hour;
  it.each([
    [-2, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [5 * minute + 12, '5m12s'],
    [10 * minute + 12, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [2 * day + 7 * hour, '2d7h'],
    [8 * day + 7 * hour, '8d'],
    [729 * day, '729d'],
    [730 * day, '2y'],
    [800 * day, '2y70d'],
    [8 * 365 * day + day, '8y'],
  ])('of %i seconds reads %s', (seconds, wanted) => {
    expect(humanDuration(seconds * 1000)).toBe(wanted);
  });
});
