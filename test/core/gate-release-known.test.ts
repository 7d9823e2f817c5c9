import { describe, expect, it } from 'vitest';
import { releaseKnown } from '../../controller/core/gates/release-known.js';
import { aDesired, aProduct, at, someFacts } from '../support/facts.js';

const required = aDesired({ product: aProduct({ releases: 'required' }) });
const judge = (wanted = required, now = at('10:00')) => releaseKnown({ facts: someFacts({ now }), wanted });

describe('release-known', () => {
  it('opens with a Release document, and says its class', () => {
    expect(judge({ ...required, release: { class: 'minor' } })).toEqual({
      state: 'Passed',
      reason: 'Known',
      message: 'release 1.1.0 is minor',
    });
  });

  it('closes without one, and explains which is missing, and who writes it', () => {
    expect(judge()).toEqual({
      state: 'Failed',
      reason: 'ReleaseUnknown',
      message: 'no Release document for shop 1.1.0',
      who: 'a release manager, by a commit',
    });
  });

  it('next change: has none, because it takes a commit', () => {
    expect(judge()?.nextChange).toBeUndefined();
    expect(judge(required, at('23:00'))).toEqual(judge());
  });

  it('fails closed where the document is not valid: then there is none', () => {
    const broken = [{ kind: 'Release' as const, name: '1.1.0', product: 'shop', message: 'a.yaml:1:1 no class' }];
    const facts = someFacts({ governance: { releases: {}, windows: [], roles: [], broken } });
    expect(releaseKnown({ facts, wanted: required })?.reason).toBe('ReleaseUnknown');
  });

  it('is not there where the product does not demand documents, or is not known', () => {
    expect(judge(aDesired())).toBeUndefined();
    expect(releaseKnown({ facts: someFacts() })).toBeUndefined();
  });
});
