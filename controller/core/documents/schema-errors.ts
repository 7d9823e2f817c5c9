import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Json } from '../model.js';
import type { Problem } from './parsed.js';
import type { Path } from './places.js';
import { type ErrorContext, messageOf } from './schema-messages.js';
import { collapseUnions } from './schema-unions.js';

/** The errors of a schema, one for each mistake, in words of ours. */
export function explainErrors(errors: readonly ErrorObject[], context: ErrorContext): Problem[] {
  const found = new Map<string, Problem>();
  const meant = collapseUnions(errors);
  const typeErrors = new Set(meant.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath));
  for (const error of meant) {
    if (error.propertyName !== undefined && error.keyword !== 'propertyNames') continue;
    if (error.keyword !== 'type' && error.keyword !== 'anyOf' && error.keyword !== 'oneOf' && typeErrors.has(error.instancePath))
      continue;
    const path = toPath(error.instancePath, context.root);
    const message = messageOf(error, path, context);
    if (message === undefined) continue;
    const problem = { rule: context.rule, ...message };
    const key = JSON.stringify(problem.path);
    if (!found.has(key)) found.set(key, problem);
  }
  const problems = withoutMisspelled([...found.values()]);
  // Nothing may pass because its error could not be explained.
  return problems.length > 0 ? problems : [{ rule: context.rule, path: [], message: 'does not keep to its schema' }];
}

/** A missing field is not reported where an unknown one beside it was most likely meant to be it. */
function withoutMisspelled(problems: readonly (Problem & { meant?: string; missing?: string })[]): Problem[] {
  const meant = new Set(
    problems.flatMap((problem) =>
      problem.meant === undefined ? [] : [JSON.stringify([...problem.path.slice(0, -1), problem.meant])],
    ),
  );
  return problems
    .filter((problem) => problem.missing === undefined || !meant.has(JSON.stringify([...problem.path, problem.missing])))
    .map(({ meant: _meant, missing, ...problem }) =>
      missing === undefined ? problem : { ...problem, path: [...problem.path, missing] },
    );
}

/** A JSON pointer (RFC 6901) as a path; list indexes become numbers. */
function toPath(pointer: string, root: Json): Path {
  let value: Json | undefined = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) {
        value = value[Number(name)];
        return Number(name);
      }
      value = typeof value === 'object' && value !== null ? value[name] : undefined;
      return name;
    });
}
