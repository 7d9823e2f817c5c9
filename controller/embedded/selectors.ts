import { badRequest } from './errors.js';
import { isObject, type JsonObject } from './json.js';
import { labelValueFault, qualifiedNameFault } from './names.js';
import { isEvent } from './registry.js';
import type { ApiObject, ResourceType } from './resource-type.js';

export type Match = (object: ApiObject) => boolean;

/** A predicate of `labelSelector` and `fieldSelector`; throws a 400 for what cannot be understood. */
export function parseSelectors(query: URLSearchParams, type: ResourceType): Match {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', type);
  return (object) => labels(object.metadata.labels ?? {}) && fields(object);
}

type LabelTest = (labels: { readonly [key: string]: string }) => boolean;

const requirement =
  /^\s*(?:(!)\s*([^\s!=,()]+)|([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)|([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)|([^\s!=,()]+))\s*$/;

/** The label selector grammar: equality, sets (`in`, `notin`) and existence, joined by commas. */
function parseLabelSelector(text: string): LabelTest {
  if (text.trim() === '') return () => true;
  const tests = splitOutsideParentheses(text).map(parseRequirement);
  return (labels) => tests.every((test) => test(labels));
}

function parseRequirement(text: string): LabelTest {
  const [, not, absent, setKey, setOperator, set, key, operator, value, present] = requirement.exec(text) ?? [];
  if (not !== undefined && absent !== undefined) return exists(absent, false);
  if (setKey !== undefined && set !== undefined)
    return oneOf(
      setKey,
      set.split(',').map((item) => item.trim()),
      setOperator === 'in',
    );
  if (key !== undefined && value !== undefined) return oneOf(key, [value], operator !== '!=');
  if (present !== undefined) return exists(present, true);
  throw badRequest(`unable to parse requirement: found '${text.trim()}'`);
}

function exists(key: string, wanted: boolean): LabelTest {
  checkKey(key);
  return (labels) => Object.hasOwn(labels, key) === wanted;
}

function oneOf(key: string, values: readonly string[], wanted: boolean): LabelTest {
  checkKey(key);
  for (const value of values) {
    const fault = labelValueFault(value);
    if (fault !== undefined)
      throw badRequest(`unable to parse requirement: invalid label value: ${JSON.stringify(value)}: ${fault}`);
  }
  const set = new Set(values);
  return (labels) => (Object.hasOwn(labels, key) && set.has(labels[key] ?? '')) === wanted;
}

function checkKey(key: string): void {
  const fault = qualifiedNameFault(key);
  if (fault !== undefined) throw badRequest(`unable to parse requirement: invalid label key ${JSON.stringify(key)}: ${fault}`);
}

function splitOutsideParentheses(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function parseFieldSelector(text: string, type: ResourceType): Match {
  if (text.trim() === '') return () => true;
  const tests = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => parseFieldTerm(term, type));
  return (object) => tests.every((test) => test(object));
}

function parseFieldTerm(term: string, type: ResourceType): Match {
  const [, label = '', operator, value = ''] = /^([^=!]+?)(==|!=|=)(.*)$/.exec(term) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const path = fieldPath(label, type);
  if (path === undefined) throw badRequest(`field label not supported: ${label}`);
  const wanted = operator !== '!=';
  return (object) => (valueAt(object, path) === value) === wanted;
}

const metadataFields = new Set(['metadata.name', 'metadata.namespace']);
const referenceFields = new Set(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']);

/** The path in the stored form, or undefined for a field that cannot be selected by. */
function fieldPath(label: string, type: ResourceType): readonly string[] | undefined {
  if (metadataFields.has(label)) return label.split('.');
  if (isEvent(type)) return eventFieldPath(label, type.group === '');
  if (type.group === '' && type.plural === 'secrets' && label === 'type') return ['type'];
  if (type.group === '' && type.plural === 'namespaces' && label === 'status.phase') return ['status', 'phase'];
  return undefined;
}

function eventFieldPath(label: string, isCore: boolean): readonly string[] | undefined {
  const [first, field = ''] = label.split('.');
  if (first === (isCore ? 'involvedObject' : 'regarding') && referenceFields.has(field)) return ['involvedObject', field];
  if (label === 'reason' || label === 'type') return [label];
  if (label === (isCore ? 'reportingComponent' : 'reportingController')) return ['reportingComponent'];
  return isCore && label === 'source' ? ['source', 'component'] : undefined;
}

function valueAt(object: ApiObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const key of path) value = isObject(value) ? (value as JsonObject)[key] : undefined;
  return typeof value === 'string' ? value : '';
}
