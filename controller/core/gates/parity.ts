import { stageOf } from './order.js';
import { blocked, failed, type Gate, passed, waiting } from './verdict.js';

const shownSettings = 5;

/** Closed while settings here are not as they were tested at the stage that the product names, unless it allows that they differ. */
export const parity: Gate = ({ facts, wanted }) => {
  const rule = wanted && stageOf(wanted)?.parity;
  if (wanted === undefined || rule === undefined) return undefined;
  const found = facts.parity;
  if (found === undefined)
    return waiting('ParityUnknown', `the settings have not been compared with those of stage ${rule.with} yet`);
  if (found.environment === undefined) {
    const whose = wanted.client === undefined ? '' : ` for ${wanted.client}`;
    return blocked('ParityUntested', `no environment of stage ${rule.with}${whose}: the settings were tested nowhere`, {
      who: 'an author, by a commit',
    });
  }
  if (found.total === 0) return passed('SettingsTested', `the settings keep to those of ${found.environment}`);
  const shown = found.differences.slice(0, shownSettings).map(({ path, what }) => `${path} (${what})`);
  const more = found.total > shown.length ? `, and ${found.total - shown.length} more` : '';
  const count = found.total === 1 ? '1 setting was' : `${found.total} settings were`;
  return failed('SettingsUntested', `${count} not tested in ${found.environment}: ${shown.join(', ')}${more}`, {
    who: `an author, by a commit: the settings, or what stage ${wanted.stage} of product ${wanted.product.name} allows to differ`,
  });
};
