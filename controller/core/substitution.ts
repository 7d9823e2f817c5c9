/**
 * Substitution of `${name}` in the few fields that allow it. Names of a fixed list, no expressions, no nesting, and what is put in is never looked
 * at again. `$${` stands for the two characters `${`; any other `$` for itself.
 */

export const placeholderNames = [
  'environment',
  'product',
  'stage',
  'client',
  'version',
  'commit',
  'digest',
  'releaseDigest',
  'descriptor.key',
  'descriptor.sha256',
  'descriptor.versionId',
  'descriptor.bucket',
  'run',
] as const;

export type PlaceholderName = (typeof placeholderNames)[number];

/** Names allowed in the key of a descriptor: what does not depend on the environment, because a release is the same everywhere. */
export const keyPlaceholders = ['product', 'version'] as const satisfies readonly PlaceholderName[];

export type PlaceholderValues = Readonly<Partial<Record<PlaceholderName, string>>>;

export interface Placeholder {
  readonly name: string;
  /** Offset of the `$`. */
  readonly at: number;
  /** A `${` without its `}`: `name` is what follows it. */
  readonly closed: boolean;
}

interface Part {
  readonly text: string;
  readonly placeholder?: Placeholder;
}

function split(template: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let at = template.indexOf('${'); at >= 0; at = template.indexOf('${', from)) {
    if (at > from && template[at - 1] === '$') {
      parts.push({ text: `${template.slice(from, at - 1)}\${` });
      from = at + 2;
      continue;
    }
    const end = template.indexOf('}', at);
    parts.push({ text: template.slice(from, at) });
    from = end < 0 ? template.length : end + 1;
    parts.push({
      text: template.slice(at, from),
      placeholder: { name: template.slice(at + 2, end < 0 ? template.length : end), at, closed: end >= 0 },
    });
  }
  parts.push({ text: template.slice(from) });
  return parts;
}

/** Every `${…}` of a template, known or not, in order. */
export function placeholders(template: string): Placeholder[] {
  return split(template).flatMap(({ placeholder }) => (placeholder === undefined ? [] : [placeholder]));
}

/** The template with its placeholders replaced. A name without a value (a shared environment has no client) becomes the empty string. */
export function substitute(template: string, values: PlaceholderValues): string {
  const known = new Map<string, string>(Object.entries(values));
  return split(template)
    .map(({ text, placeholder }) => {
      if (placeholder === undefined) return text;
      return placeholder.closed && isPlaceholderName(placeholder.name) ? (known.get(placeholder.name) ?? '') : text;
    })
    .join('');
}

export function isPlaceholderName(name: string): name is PlaceholderName {
  return (placeholderNames as readonly string[]).includes(name);
}
