import type { ErrorObject } from 'ajv/dist/2020.js';

const unions = new Set(['anyOf', 'oneOf']);

/** Of the errors of a union's branches only those of the branch that was most likely meant; else the union's own error alone. */
export function collapseUnions(errors: readonly ErrorObject[]): ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (!unions.has(error.keyword)) {
      if (error.keyword !== 'if') kept.push(error);
      continue;
    }
    const branches: ErrorObject[] = [];
    while (kept.length > 0 && isInside(kept.at(-1), error)) branches.unshift(...kept.splice(-1));
    const meant = branchOf(branches, error);
    kept.push(...(meant.length > 0 ? meant : [withBranches(error, branches)]));
  }
  return kept;
}

function isInside(candidate: ErrorObject | undefined, union: ErrorObject): boolean {
  if (candidate === undefined) return false;
  const within = candidate.instancePath === union.instancePath || candidate.instancePath.startsWith(`${union.instancePath}/`);
  const parent = union.schemaPath.slice(0, union.schemaPath.lastIndexOf('/') + 1);
  const sibling = candidate.schemaPath.startsWith(parent) && !candidate.schemaPath.startsWith(`${union.schemaPath}/`);
  return within && !sibling;
}

/** The errors of the only branch whose type is right. */
function branchOf(errors: readonly ErrorObject[], union: ErrorObject): ErrorObject[] {
  const branches = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const inside = error.schemaPath.startsWith(`${union.schemaPath}/`);
    const branch = inside ? (error.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '') : error.schemaPath;
    branches.set(branch, [...(branches.get(branch) ?? []), error]);
  }
  const fitting = [...branches.values()].filter(
    (branch) => !branch.some(({ keyword, instancePath }) => keyword === 'type' && instancePath === union.instancePath),
  );
  return fitting.length === 1 ? (fitting[0] ?? []) : [];
}

function withBranches(union: ErrorObject, branches: readonly ErrorObject[]): ErrorObject {
  const types = branches
    .filter(({ keyword, instancePath }) => keyword === 'type' && instancePath === union.instancePath)
    .flatMap(({ params }) => (Array.isArray(params.type) ? params.type : [params.type]) as string[]);
  return types.length === branches.length && types.length > 0
    ? { ...union, keyword: 'type', params: { type: [...new Set(types)] } }
    : union;
}
