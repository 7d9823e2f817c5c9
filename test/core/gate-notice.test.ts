import { describe, expect, it } from 'vitest';
import { notice } from '../../controller/core/gates/notice.js';
import type { ReleaseDocument } from '../../controller/core/governance.js';
import type { Millis } from '../../controller/core/model.js';
import { aDesired, at, someFacts } from '../support/facts.js';
import { aDocument, aPath } from '../support/release-worlds.js';

const hour = 3_600_000;
const product = aPath({ name: 'major', notice: { periodMs: 2 * hour, stages: ['production'] } }, { name: 'minor' });
const wanted = aDesired({ product, stage: 'production', environment: 'production', release: { class: 'major' } });

function judge(document: Partial<ReleaseDocument> | undefined, now: Millis = at('10:00'), asked = wanted) {
  const releases = document === undefined ? {} : { '1.1.0': aDocument({ class: 'major', ...document }) };
  return notice({ facts: someFacts({ now, governance: { releases, windows: [], roles: [], broken: [] } }), wanted: asked });
}

describe('notice', () => {
  it('opens at the very moment that the notice is over', () => {
    expect(judge({ announced: at('08:00') }, at('09:59:59'))?.state).toBe('Waiting');
    expect(judge({ announced: at('08:00') })).toEqual({
      state: 'Passed',
      reason: 'NoticeOver',
      message: 'announced 2026-11-22 08:00 UTC, 2h of notice are over',
    });
  });

  it('closes until then', () => {
    expect(judge({ announced: at('09:00') })?.reason).toBe('NoticeRunning');
  });

  it('explains what is missing, and who can do it', () => {
    expect(judge({})).toEqual({
      state: 'Blocked',
      reason: 'NotAnnounced',
      message: '1.1.0 is major, and production wants 2h of notice: it has not been announced',
      who: 'a release manager, by a commit that announces it',
    });
  });

  it('explains an announcement that lies ahead', () => {
    expect(judge({ announced: at('11:00') })?.message).toBe(
      '1.1.0 is major, and production wants 2h of notice: it is to be announced 2026-11-22 11:00 UTC, so not before 2026-11-22 13:00 UTC',
    );
  });

  it('next change: when the notice is over', () => {
    expect(judge({ announced: at('09:00') })?.nextChange).toBe(at('11:00'));
  });

  it('fails closed where the document is gone while the class still stands', () => {
    expect(judge(undefined)?.reason).toBe('NotAnnounced');
  });

  it('is not there for other stages, other classes, or none', () => {
    expect(judge({}, undefined, { ...wanted, stage: 'uat' })).toBeUndefined();
    expect(judge({}, undefined, { ...wanted, release: { class: 'minor' } })).toBeUndefined();
    const { release: _, ...unknown } = wanted;
    expect(judge({}, undefined, unknown)).toBeUndefined();
  });
});
