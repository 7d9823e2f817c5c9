import { describe, expect, it } from 'vitest';
import { formatPlan } from '../../controller/cli/plan-text.js';
import { config, freeze, planOf, version } from './plan-fixture.js';

const look = { color: false, width: 100 };

describe('the plan for a terminal', () => {
  it('tells each environment, what is to be done, what governs and what is not known', () => {
    const plan = planOf({
      'freeze.yaml': freeze,
      'acme/version.yaml': version('acme', '2.9.4', 'reason: Sprint 41'),
      'acme/config.yaml': config(
        'acme',
        'production',
        'client: acme\nsettings: {url: "https://new.example", key: {secretRef: a}}',
      ),
    });
    const digest = plan.environments[0]?.to?.digest;
    expect(formatPlan(plan, look)).toBe(`1 environment changes: 1 would be deployed.
From main to working tree; gates judged from git alone at 2026-12-01 10:00 UTC.

shop.acme (production (acme))  2.9.2 → 2.9.4  new version, 2 settings
    reason: Sprint 41
    releases on the way: 2.9.3, 2.9.4
    notes of 2.9.3: https://notes.example/2.9.3
    setting key.secretRef added (not shown: a secret, or the name of one)
    setting url changed: "https://acme.example" → "https://new.example"
    to sign: ${digest}
    way back: one can go back to 2.9.3, and not to 2.9.2: drop (2.9.3, data-migration) cannot be
      taken back (drop (2.9.3): Restore the snapshot)
    ? order: 2.9.4 has to be verified first in uat, of acme or of all clients
    x checklist: 1 of 2 items open: callback (2.9.4, cognito-app) (opened by operations, by a commit
        that says that it is done)
    + window

What governs:
  DeploymentWindow freeze added: nothing may start from 2026-12-18T00:00:00 to 2027-01-05T00:00:00
    (UTC) in stages production: Retail peak

To be done before it can start:
  [ ] Allow the address (shop 2.9.4, callback, by operations) in acme

What could not be known:
  Judged from git alone: what runs where, what is verified, who suspended or holds something and
    what is being deployed now stands in the cluster. What was asked for before is taken for what is
    deployed.
`);
  });

  it('lets no document drive the terminal', () => {
    const text = formatPlan(planOf({ 'qa/version.yaml': version('qa', '2.9.3', 'reason: "\\u001b[2J\\u202eabc"') }), look);
    expect(text).toContain('    reason: \\u001b[2J\\u202eabc\n');
    for (const sign of ['\u001b', '\u202e']) expect(text).not.toContain(sign);
  });

  it('marks with colours only where it may', () => {
    const plan = planOf({ 'qa/version.yaml': version('qa', '2.9.3') });
    const colored = formatPlan(plan, { ...look, color: true });
    expect(colored).toContain('\u001b[1mshop.qa\u001b[0m');
    const plain = colored.split('\u001b').map((part) => part.replace(/^\[\d+m/, ''));
    expect(plain.join('')).toBe(formatPlan(plan, look));
  });
});
