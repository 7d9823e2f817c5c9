import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPromotionWorld, type PromotionWorld } from '../support/forge/promotion-world.js';
import { createTerminalWorld, type TerminalWorld } from '../support/terminal-world.js';

const root = 'examples/releases';
const files = Object.fromEntries(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ya?ml|json)$/.test(path))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);

/** The commands of the first example of the page, as a shell would part them; what follows three blanks explains. */
const commands = (/```\n(towpath promote[\s\S]*?)```/.exec(readFileSync('docs/promote.md', 'utf8'))?.[1] ?? '')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.replace(/ {3,}.*$/, ''));

const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1);

describe('docs/promote.md', () => {
  let world: PromotionWorld;
  let cluster: TerminalWorld;
  beforeAll(async () => {
    [world, cluster] = await Promise.all([createPromotionWorld(files), createTerminalWorld()]);
    const since = '2026-11-01T00:00:00Z';
    const entry = (version: string) => ({ version, result: 'Succeeded', startedAt: since, finishedAt: since });
    const place = (environment: string, stage: string, more: object) => ({
      name: `loyalty.${environment}`,
      spec: { product: 'loyalty', source: 'releases', environment, stage },
      status: { observedGeneration: 1, ...more },
    });
    await cluster.put(
      'environments',
      place('qa', 'qa', { recorded: { version: '2.9.4', certain: true, verified: true, since } }),
      place('production-acme', 'production', { history: [entry('2.9.2'), entry('2.9.1')] }),
    );
  });
  afterAll(() => Promise.all([world.close(), cluster.close()]));

  it('shows as many commands as there are ways', () => {
    expect(commands.length).toBe(7);
  });

  it.each(commands)('%s does what it says in the example repository', async (command) => {
    const { code, stdout, stderr } = await world.towpath([...words(command), '--dry-run'], { KUBECONFIG: cluster.kubeconfig });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/→ 2\.9\.(4|1)\n[\s\S]*Nothing was done\.\n$/) });
    expect(stdout).toMatch(/^diff --git a\/products\/loyalty\/environments\//);
  });
});
