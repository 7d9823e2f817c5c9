import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runValidate } from '../../controller/commands/validate.js';
import { reasons } from '../../controller/core/reasons.js';
import { metricDescriptions } from '../../controller/telemetry/metric-table.js';
import { sourcesIn } from './sources.js';

const pages = [
  'README.md',
  ...readdirSync('docs').map((name) => join('docs', name)),
  'examples/jenkins/README.md',
  'examples/releases/README.md',
].filter((path) => path.endsWith('.md') && existsSync(path));

describe('documentation', () => {
  it('every reason that the code gives stands in the table', () => {
    const given = sourcesIn('controller')
      .filter(({ path }) => !path.startsWith('controller/embedded/') && !path.includes('/documents/'))
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(
            /(?:ReconcileError\(|\bfailed\(|\bpassed\(|\bblocked\(|\bwaiting\(|reason: )\s*'([A-Z][a-z][A-Za-z]+)'/g,
          ),
        ].map(([, reason = '']) => ({ path, reason })),
      );
    expect(given.length).toBeGreaterThan(60);
    expect(given.filter(({ reason }) => !(reason in reasons))).toEqual([]);
  });

  it('the pages of reasons and metrics list the tables, and nothing else', () => {
    const listed = (page: string) =>
      [...readFileSync(page, 'utf8').matchAll(/^\| `([A-Za-z_]+)`/gm)].map(([, name]) => name).sort();
    expect(listed('docs/reasons.md')).toEqual(Object.keys(reasons).sort());
    expect(listed('docs/metrics.md')).toEqual(Object.keys(metricDescriptions).sort());
  });

  it('links between pages and to files lead somewhere', () => {
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
        .map(([, target = '']) => join(dirname(page), target))
        .filter((target) => !existsSync(target))
        .map((target) => `${page} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('every npm script and command that the README names exists', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('the example repository is valid', async () => {
    let said = '';
    const code = await runValidate({ directory: 'examples/releases', format: 'human', color: false }, (text) => {
      said += text;
    });
    expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  });
});
