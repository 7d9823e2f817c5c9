import type { Descriptor, Json, JsonObject } from '../model.js';
import { publishedSchema } from './document-schemas.js';
import { limits } from './limits.js';
import { type Problem, sourceOf } from './parsed.js';
import { computeLineStarts, findPlace, formatPath, type Path, positionOf, type Span } from './places.js';
import { printable, quote } from './quote.js';
import { DescriptorSchema } from './schema/descriptor.js';
import { buildTree, type Tree } from './tree.js';
import { createAjv, toValidator } from './validator.js';
import { composeDocuments } from './yaml-documents.js';
import { syntaxMessage } from './yaml-messages.js';

export type ParsedDescriptor = Pick<Descriptor, 'components' | 'content'> | { readonly problem: string };

const { $schema: _draft, ...schema } = publishedSchema('Descriptor', DescriptorSchema);
const validate = toValidator(createAjv().compile(schema), 'descriptor');

/** What is wrong with the text, as a sentence that begins with the place: `loyalty/2.9.3.json:3:12 components.crm: …`. */
function describe(place: { text: string; key: string }, span: Span, problem: { path: Path; message: string }): string {
  const { line, column } = positionOf(
    { file: place.key, lineStarts: computeLineStarts(place.text), nodes: new Uint32Array() },
    span,
  );
  const path = formatPath(problem.path);
  return `${printable(place.key, 300)}:${line}:${column} ${path === '' ? '' : `${path}: `}${problem.message}`;
}

function read(text: string, key: string): { tree: Tree } | { problem: string } {
  const place = { text, key };
  if (text.length > limits.descriptorBytes)
    return { problem: `${printable(key, 300)} is larger than ${limits.descriptorBytes} bytes` };
  const { documents, refusal } = composeDocuments(text);
  if (refusal !== undefined)
    return { problem: describe(place, { start: refusal.offset, end: refusal.offset }, { path: [], ...refusal }) };
  const [document, second] = documents;
  if (document === undefined) return { problem: `${printable(key, 300)} is empty` };
  const [error] = document.errors;
  if (error !== undefined)
    return { problem: describe(place, { start: error.pos[0], end: error.pos[1] }, { path: [], message: syntaxMessage(error) }) };
  if (second !== undefined) return { problem: `${printable(key, 300)} holds more than one document` };
  const tree = buildTree(document.contents, text);
  const [problem] = tree.problems;
  return problem === undefined ? { tree } : { problem: describe(place, problem.span, problem) };
}

function mismatches(content: JsonObject, expected: { product: string; version: string }): Problem[] {
  return (['product', 'version'] as const).flatMap((name) => {
    const said = content[name];
    if (said === undefined || said === expected[name]) return [];
    return [
      {
        rule: 'descriptor',
        path: [name],
        message: `${quote(String(said))} is not the ${name} asked for, ${quote(expected[name])}`,
      },
    ];
  });
}

/** Reads a descriptor, JSON or YAML. The product and the version that it names, if it does, must be those asked for. Never throws. */
export function parseDescriptor(text: string, expected: { product: string; version: string; key: string }): ParsedDescriptor {
  const reading = read(text.startsWith('\ufeff') ? text.slice(1) : text, expected.key);
  if ('problem' in reading) return reading;
  const { tree } = reading;
  const problems = validate(tree.value, (path) => sourceOf(tree, path));
  if (problems.length === 0) problems.push(...mismatches(tree.value as JsonObject, expected));
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    const places = { file: expected.key, lineStarts: new Uint32Array(), nodes: tree.nodes };
    const place = findPlace(places, tree.value, first.path);
    const span = first.atKey === true ? place.key : place.value;
    return { problem: `${describe({ text, key: expected.key }, span, first)}${more}` };
  }
  return { components: componentsOf(tree.value as JsonObject), content: tree.value };
}

function componentsOf(content: JsonObject): Readonly<Record<string, string>> {
  const components = content.components as Readonly<Record<string, Json>>;
  return Object.fromEntries(
    Object.entries(components).map(([name, pin]) => [name, typeof pin === 'string' ? pin : String((pin as JsonObject).version)]),
  );
}
