import type { Ajv2020 } from 'ajv/dist/2020.js';
import { type FormatName, fullFormats } from 'ajv-formats/dist/formats.js';

const names = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'iso-date-time',
  'json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uuid',
] as const satisfies readonly FormatName[];

export const formatNames: readonly string[] = names;

// The expressions of the formats backtrack; what is longer than any honest value is not even tried.
const longest = 2_048;

/** Adds the formats that settings may use. */
export function addFormats(ajv: Ajv2020): void {
  for (const name of names) ajv.addFormat(name, { type: 'string', validate: limited(fullFormats[name]) });
}

function limited(format: unknown): (text: string) => boolean {
  const test = testOf(format);
  return (text) => text.length <= longest && test(text);
}

function testOf(format: unknown): (text: string) => boolean {
  if (format instanceof RegExp) return (text) => format.test(text);
  if (typeof format === 'function') return (text) => format(text) === true;
  if (typeof format === 'object' && format !== null && 'validate' in format) return testOf(format.validate);
  return () => true;
}
