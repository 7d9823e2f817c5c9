/** A policy that leads everything to some sinks, as a file of the repository. */
export function policyFile(sinks: readonly string[], lines: readonly string[] = []): Record<string, string> {
  const rule = [`    - sinks: [${sinks.join(', ')}]`, ...lines.map((line) => `      ${line}`)];
  const head = 'apiVersion: towpath.dev/v1alpha1\nkind: NotificationPolicy\nmetadata:\n  name: everybody\nspec:\n  rules:\n';
  return { 'notifications.yaml': `${head}${rule.join('\n')}\n` };
}

export const secretObject = (name: string, stringData: Readonly<Record<string, string>>): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData,
});
