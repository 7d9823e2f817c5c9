import type { StatusCause } from './errors.js';
import { compareText, equalJson } from './json.js';
import { labelFault, labelValueFault, qualifiedNameFault, subdomainFault } from './names.js';
import type { Json, ObjectMeta } from './resource-type.js';

const maxAnnotationBytes = 256 * 1024;

/** What is wrong with the metadata of an object, in the order in which the server looks. */
export function validateMetadata(metadata: ObjectMeta, isNamespace: boolean): StatusCause[] {
  const causes: StatusCause[] = [];
  const nameFault = isNamespace ? labelFault(metadata.name) : subdomainFault(metadata.name);
  if (nameFault !== undefined) causes.push(invalidValue('metadata.name', metadata.name, nameFault));
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    const keyFault = qualifiedNameFault(key);
    if (keyFault !== undefined) causes.push(invalidValue('metadata.labels', key, keyFault));
    const valueFault = labelValueFault(value);
    if (valueFault !== undefined) causes.push(invalidValue('metadata.labels', value, valueFault));
  }
  causes.push(...annotationFaults(metadata.annotations ?? {}));
  for (const finalizer of list(metadata.finalizers)) {
    const fault = qualifiedNameFault(String(finalizer));
    if (fault !== undefined) causes.push(invalidValue('metadata.finalizers', String(finalizer), fault));
  }
  causes.push(...ownerFaults(list(metadata.ownerReferences)));
  return causes;
}

function annotationFaults(annotations: { [key: string]: string }): StatusCause[] {
  const causes: StatusCause[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const fault = qualifiedNameFault(key.toLowerCase());
    if (fault !== undefined) causes.push(invalidValue('metadata.annotations', key, fault));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) {
    const message = `Too long: must have at most ${maxAnnotationBytes} bytes`;
    causes.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  return causes;
}

function ownerFaults(references: readonly Json[]): StatusCause[] {
  return references.flatMap((reference, index) =>
    ['apiVersion', 'kind', 'name', 'uid'].flatMap((field) => {
      const value =
        typeof reference === 'object' && reference !== null && !Array.isArray(reference) ? reference[field] : undefined;
      if (typeof value === 'string' && value !== '') return [];
      const message = `Invalid value: ${JSON.stringify(value ?? '')}: ${field} must not be empty`;
      return [{ reason: 'FieldValueInvalid', message, field: `metadata.ownerReferences[${index}].${field}` }];
    }),
  );
}

/** What an update may not change: identity, and finalizers that are added while the object is being deleted. */
export function metadataUpdateFaults(current: ObjectMeta, next: ObjectMeta): StatusCause[] {
  const causes: StatusCause[] = [];
  if (next.name !== current.name) causes.push(invalidValue('metadata.name', next.name, 'field is immutable'));
  if (current.deletionTimestamp === undefined) return causes;
  const before = list(current.finalizers);
  const added = list(next.finalizers).filter((item) => !before.some((known) => equalJson(known, item)));
  if (added.length === 0) return causes;
  const names = added
    .map((item) => JSON.stringify(item))
    .sort(compareText)
    .join(', ');
  const why = 'no new finalizers can be added if the object is being deleted, found new finalizers';
  const message = `Forbidden: ${why} []string{${names}}`;
  return [...causes, { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}

function invalidValue(field: string, value: string, fault: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${fault}`, field };
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
