import { badRequest, type StatusCause } from './errors.js';
import { isObject, type JsonObject } from './json.js';
import type { Json } from './resource-type.js';
import { validateSchema } from './schema-validate.js';
import type { Write } from './write.js';

/** Decoding: what the schema does not allow cannot be read at all. */
export function checkShape(write: Write, value: Json): void {
  const { type } = write.target;
  const [first] = validateSchema(type.schema, withoutNulls(value)).filter((cause) => cause.reason !== 'FieldValueRequired');
  const microTimes = isObject(value) ? microTimeFault(value) : undefined;
  const shapeFault = first === undefined ? undefined : showFault(write, first);
  const fault = shapeFault ?? microTimes;
  if (fault === undefined) return;
  throw badRequest(`${type.kind} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}: ${fault}`);
}

/** The field and its fault; of a secret the field alone, because the fault quotes the value. */
function showFault({ target }: Write, { field, message }: StatusCause): string {
  return target.type.plural === 'secrets'
    ? `${field}: the value is not of the type that the field demands`
    : `${field}: ${message}`;
}

/** Null is the same as absent for the built-in types. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

const microTimeFields = [['eventTime'], ['series', 'lastObservedTime'], ['spec', 'acquireTime'], ['spec', 'renewTime']];
const microTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}(Z|[+-]\d{2}:\d{2})$/;

/** MicroTime is written with exactly six digits of a second. */
function microTimeFault(object: JsonObject): string | undefined {
  for (const path of microTimeFields) {
    let value: Json | undefined = object;
    for (const key of path) value = isObject(value) ? value[key] : undefined;
    if (typeof value !== 'string' || microTime.test(value)) continue;
    return `${path.join('.')}: parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": six digits of a second are required`;
  }
  return undefined;
}
