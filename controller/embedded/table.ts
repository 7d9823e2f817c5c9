import { builtinRows, type ColumnDefinition, nameColumn, type RowPrinter } from './builtin-rows.js';
import { cellOf } from './cell.js';
import { parseJsonPath } from './json-path.js';
import type { ApiObject, Json, PrinterColumn, ResourceType } from './resource-type.js';

export interface TableOptions {
  /** Milliseconds since the epoch; ages are counted to it. */
  readonly now: number;
  readonly listMeta?: { [key: string]: Json };
  readonly includeObject: 'None' | 'Metadata' | 'Object';
}

/** A meta.k8s.io/v1 Table: what `kubectl get` prints (Kubernetes API concepts, "Receiving resources as Tables"). */
export function toTable(type: ResourceType, objects: readonly ApiObject[], options: TableOptions): Json {
  const { columns, cells } = builtinRows(type) ?? customRows(type);
  const rows = objects.map((object) => ({ cells: cells(object, options.now), object: embedded(object, options.includeObject) }));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.listMeta ?? {},
    columnDefinitions: columns.map((column) => ({ ...column })),
    rows,
  };
}

/** Whether the first clause of an Accept header asks for a Table, of v1 or v1beta1 (they have the same fields). */
export function wantsTable(accept: string | undefined): boolean {
  const [media, ...parameters] = (accept?.split(',')[0] ?? '').split(';').map((part) => part.trim());
  const has = (parameter: string) => parameters.includes(parameter);
  return media === 'application/json' && has('as=Table') && has('g=meta.k8s.io') && (has('v=v1') || has('v=v1beta1'));
}

function customRows(type: ResourceType): RowPrinter {
  const sources = type.columns.map((column) => ({ type: column.type, path: parseJsonPath(column.jsonPath) }));
  return {
    columns: [nameColumn, ...type.columns.map(toDefinition)],
    cells: (object, now) => [object.metadata.name, ...sources.map((source) => cellOf(object, source, now))],
  };
}

function toDefinition({ name, type, format, description, jsonPath, priority }: PrinterColumn): ColumnDefinition {
  return {
    name,
    type,
    format: format ?? '',
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
  };
}

function embedded(object: ApiObject, include: TableOptions['includeObject']): Json {
  if (include === 'None') return null;
  if (include === 'Object') return object as unknown as Json;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata as Json };
}
