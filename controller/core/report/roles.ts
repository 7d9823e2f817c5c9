const roleName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The roles among those that could open a gate: `Ann or Ben as client, by a commit`, `operator, by a commit that says that it is done`. */
export function rolesIn(gate: string, who: string | undefined): string[] {
  if (who === undefined) return [];
  const parts =
    gate === 'signoffs'
      ? who.split('; ').flatMap((part) => / as (\S+), by a commit$/.exec(` ${part.trimStart()}`)?.[1] ?? [])
      : gate === 'checklist'
        ? who.split(', ')
        : [];
  return [...new Set([who, ...parts].filter((name) => roleName.test(name)))];
}
