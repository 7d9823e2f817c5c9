import { describe, expect, it } from 'vitest';
import { formatMarkdown } from '../../controller/core/plan/markdown.js';
import { byteLength, escapeHtml, escapeMarkdown, linkTo } from '../../controller/core/plan/markdown-text.js';
import { planChanges } from '../../controller/core/plan/plan-changes.js';
import { load } from './documents-fixture.js';
import { config, context, planOf, version, world } from './plan-fixture.js';

describe('the Markdown form of a plan', () => {
  it('begins with what matters, and folds the rest', () => {
    const plan = planOf({
      'acme/version.yaml': version('acme', '2.9.3', 'reason: Sprint 41'),
      'acme/config.yaml': config('acme', 'production', 'client: acme\nsettings: {url: "https://new.example"}'),
    });
    const digests = plan.environments.map(({ to }) => [to?.digest, to?.releaseDigest])[0] ?? [];
    expect(formatMarkdown(plan)).toBe(`### Towpath plan: 1 environment changes: 1 would be deployed

From main to working tree; gates judged from git alone at 2026-12-01 10:00 UTC.

| Environment | Where | Version | Change | Held by |
| --- | --- | --- | --- | --- |
| shop.acme | production (acme) | 2.9.2 → 2.9.3 | new version, 1 setting | the cluster decides: order |

**No simple way back:**

- shop.acme: there is no way back from 2.9.3: drop (2.9.3, data-migration) cannot be taken back (drop (2.9.3): Restore the snapshot)

<details><summary>shop.acme: 2.9.2 → 2.9.3, new version, 1 setting</summary>

- Reason: Sprint 41
- Notes: [2.9.3 for users](https://notes.example/2.9.3)
- Tickets: SH-1
- To sign: \`${digests[0]}\`
- Release digest: \`${digests[1]}\`
- Way back: there is no way back from 2.9.3: drop (2.9.3, data-migration) cannot be taken back (drop (2.9.3): Restore the snapshot)

**Settings**

- url changed: "https:\u2060//acme.example" → "https:\u2060//new.example"

**Gates**

- ❔ order: 2.9.3 has to be verified first in uat, of acme or of all clients
- ✅ checklist: 1 item done, over 2.9.3

**Checklist**

- [x] Rotate the secret (2.9.3, rotate, secret, pre)
- [ ] Drop the table (2.9.3, drop, data-migration, during; cannot be taken back)

</details>

<details><summary>What could not be known</summary>

- Judged from git alone: what runs where, what is verified, who suspended or holds something and what is being deployed now stands in the cluster. What was asked for before is taken for what is deployed.

</details>
`);
  });

  it('stays within the bytes that it is given, whole lines at a time, and says that it was cut', () => {
    const many = Object.fromEntries(
      Array.from({ length: 400 }, (_, at) => [
        [`e${at}/version.yaml`, version(`e${at}`, '2.9.4', `reason: ${'ü'.repeat(200)}`)],
        [`e${at}/config.yaml`, config(`e${at}`, 'production', `client: c${at}`)],
      ]).flat() as [string, string][],
    );
    const plan = planChanges(load(world), load({ ...world, ...many }), context);
    for (const mostBytes of [60_000, 20_000, 3_000]) {
      const text = formatMarkdown(plan, { mostBytes });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostBytes);
      expect(text).toMatch(/\*\*Cut here:\*\* .*`towpath plan` shows all\.\n$/);
      expect(text.split('<details>').length).toBe(text.split('</details>').length);
    }
    expect(formatMarkdown(plan)).toContain('more environments that do not fit in here.**');
  });

  it('folds nothing where the code host shows no HTML', () => {
    const text = formatMarkdown(planOf({ 'qa/version.yaml': version('qa', '2.9.3') }), { fold: false });
    expect(text).toContain('#### shop.qa: 2.9.2 → 2.9.3, new version\n');
    expect(text).not.toContain('<');
  });

  it('shows what is not valid before everything else', () => {
    const text = formatMarkdown(planOf({ 'acme/config.yaml': config('acme', 'uta') }));
    expect(text.split('\n').slice(4, 6)).toEqual([
      '- **error** acme/config.yaml:6:10 spec.stage: "uta" is not a stage of product shop (qa, uat, production); did you mean "uat"? See product.yaml:7:5',
      '',
    ]);
  });

  it('lets no document speak in its name', () => {
    const reason = '</details> @ops <img src=x> [x](javascript:1) | `a` #12 !7 https://evil.example www.evil.example **b**';
    const text = formatMarkdown(planOf({ 'qa/version.yaml': version('qa', '2.9.3', `reason: '${reason}'`) }));
    const line = text.split('\n').find((one) => one.startsWith('- Reason: '));
    expect(line?.replaceAll('\u2060', '·')).toBe(
      '- Reason: &lt;/details&gt; @·ops &lt;img src=x&gt; \\[x\\](javascript:1) \\| \\`a\\` \\#·12 !·7 https:·//evil.example www·.evil.example \\*\\*b\\*\\*',
    );
  });
});

describe('text inside of Markdown', () => {
  it.each([
    ['- a', '\\- a'],
    ['1. a', '1\\. a'],
    ['2.9.3', '2.9.3'],
    ['# a', '\\# a'],
    ['a\n\n# b', 'a \\# b'],
    ['+ a', '\\+ a'],
    ['a_b_c', 'a\\_b\\_c'],
    ['&copy;', '&amp;copy;'],
  ])('%j is written as %j', (text, wanted) => {
    expect(escapeMarkdown(text).replaceAll('\u2060', '')).toBe(wanted);
  });

  it('is not read as Markdown in a summary, so that only HTML is escaped there', () => {
    expect(escapeHtml('a_b <b>&')).toBe('a_b &lt;b&gt;&amp;');
  });

  it('is a link only where the address is one of the web', () => {
    expect(linkTo('https://a.example/x(1)?b=[2]', 'a|b')).toBe('[a\\|b](https://a.example/x%281%29?b=%5B2%5D)');
    expect(linkTo('javascript:alert(1)', 'a')).toBe('a');
  });

  it('is reckoned in UTF-8', () => {
    for (const text of ['', 'a', 'ü', '…', '💥']) expect(byteLength(text)).toBe(Buffer.byteLength(text));
  });
});
