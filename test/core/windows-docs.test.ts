import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { window } from '../../controller/core/gates/window.js';
import { reasons } from '../../controller/core/reasons.js';
import { hold } from '../../controller/core/resources/hold.js';
import { misfit } from '../../controller/kube/fit.js';
import { anEnvironment, someFacts } from '../support/facts.js';
import { config, load, product, sentence } from './documents-fixture.js';

const page = readFileSync('docs/windows.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

const [freeze = '', evenings = '', version = ''] = blocks('yaml');
const repository = load({
  'product.yaml': product.replace('name: shop', 'name: loyalty').replace('name: qa\n', 'name: qa\n    - name: production\n'),
  'config.yaml': config
    .replace('uat-acme', 'production-acme')
    .replace('shop', 'loyalty')
    .replace('stage: uat', 'stage: production'),
  'freeze.yaml': freeze,
  'evenings.yaml': evenings,
  'version.yaml': version,
});

describe('the page about windows', () => {
  it('shows documents that are valid', () => {
    expect(repository.findings.map(sentence)).toEqual([]);
    expect(repository.governance.windows.map(({ name }) => name)).toEqual(['change-evenings', 'year-end-freeze']);
    expect(repository.environments.map(({ override }) => override?.gates)).toEqual([['window']]);
  });

  it('shows the message of a freeze', () => {
    const { metadata, spec } = anEnvironment();
    const environment = { metadata, spec: { ...spec, stage: 'production', client: 'acme' } };
    const windows = repository.governance.windows.filter(({ name }) => name === 'year-end-freeze');
    const facts = someFacts({
      now: Date.parse('2026-12-20T00:00:00Z'),
      environment,
      governance: { releases: {}, windows, roles: [], broken: [] },
    });
    expect(page).toContain(`\`2.9.3: ${window({ facts })?.message}\``);
  });

  it('shows a Hold that fits its schema, and reasons that there are', () => {
    const [, text = ''] = /<<'END'\n([\s\S]*?)END/.exec(blocks('sh').join('')) ?? [];
    const object = parse(text);
    expect([object.kind, misfit(hold, { ...object, metadata: { ...object.metadata, namespace: 'default' } })]).toEqual([
      'Hold',
      undefined,
    ]);
    expect(['Overridden', 'Held'].every((reason) => page.includes(`\`${reason}\``) && reason in reasons)).toBe(true);
  });
});
