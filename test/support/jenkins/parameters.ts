import type { JobDefinition, ParameterDefinition, ParameterValue } from './definition.js';

/** What a request submits, each name with every value it was given. */
export type Form = ReadonlyMap<string, readonly string[]>;

/** Reads query and body as a servlet does: a body that is not a form adds nothing. */
export function parseForm(query: string, contentType: string, body: Buffer): Form {
  const form = new Map<string, string[]>();
  const add = (name: string, value: string): void => void form.set(name, [...(form.get(name) ?? []), value]);
  for (const [name, value] of new URLSearchParams(query)) add(name, value);
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) {
    const decode = /charset=iso-8859-1/i.test(contentType) ? decodeLatin1 : decodeUtf8;
    for (const pair of body.toString('latin1').split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      add(decode(name), decode(value));
    }
  }
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)/i.exec(contentType)?.[1];
  if (boundary !== undefined) {
    for (const [name, value] of parseMultipart(body.toString('latin1'), boundary)) add(name, value);
  }
  return form;
}

function percentBytes(text: string): Buffer {
  const plain = text.replaceAll('+', ' ');
  return Buffer.from(
    plain.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function decodeUtf8(text: string): string {
  return percentBytes(text).toString('utf8');
}

function decodeLatin1(text: string): string {
  return percentBytes(text).toString('latin1');
}

function parseMultipart(text: string, boundary: string): [string, string][] {
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .flatMap((part) => {
      const [head = '', ...rest] = part.split('\r\n\r\n');
      const name = /name="([^"]*)"/.exec(head)?.[1];
      return name === undefined ? [] : [[name, rest.join('\r\n\r\n').replace(/\r\n$/, '')] as [string, string]];
    });
}

/** The values that a build gets: unknown names are dropped, missing ones take the default. `undefined` where the server fails (500). */
export function submittedValues(job: JobDefinition, form: Form): ParameterValue[] | undefined {
  const values = (job.parameters ?? []).map((definition) => submittedValue(definition, form.get(definition.name) ?? []));
  return values.includes(undefined) ? undefined : values.filter((value) => value !== undefined);
}

function submittedValue(definition: ParameterDefinition, given: readonly string[]): ParameterValue | undefined {
  const [value, ...more] = given;
  if (value === undefined) return defaultValue(definition);
  if (more.length > 0) return undefined;
  if (definition.choices !== undefined && !definition.choices.includes(value)) return undefined;
  const type = definition.type ?? 'string';
  return { name: definition.name, type, value: type === 'boolean' ? String(/^(true|on|yes|1)$/i.test(value)) : value };
}

function defaultValue({ name, type = 'string', choices, default: text }: ParameterDefinition): ParameterValue {
  return { name, type, value: text ?? choices?.[0] ?? (type === 'boolean' ? 'false' : '') };
}

export function defaultValues(job: JobDefinition): ParameterValue[] {
  return (job.parameters ?? []).map(defaultValue);
}

/** `5sec` is five seconds and `5` is five MILLIseconds; anything else is `undefined` (500). */
export function parseDelay(text: string): number | undefined {
  const match = /^\s*([+-]?\d+)\s*(secs?)?\s*$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === undefined ? 1 : 1000);
}

export function sameValues(a: readonly ParameterValue[], b: readonly ParameterValue[]): boolean {
  return a.length === b.length && a.every(({ name, value }, index) => b[index]?.name === name && b[index]?.value === value);
}
