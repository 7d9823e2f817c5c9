import { describe, expect, it } from 'vitest';
import { compareSettings } from '../../controller/core/plan/settings.js';

describe('settings that change', () => {
  it('are told one by one, by their paths', () => {
    const before = { url: 'https://a.example', replicas: 2, toggles: { wallet: true }, gone: ['a'] };
    const after = { url: 'https://b.example', replicas: 2, toggles: { wallet: true, 'gen.ai': false } };
    expect(compareSettings(before, after)).toEqual({
      settings: [
        { path: 'gone', change: 'removed', from: '["a"]' },
        { path: 'toggles."gen.ai"', change: 'added', to: 'false' },
        { path: 'url', change: 'changed', from: '"https://a.example"', to: '"https://b.example"' },
      ],
      more: 0,
    });
  });

  it('do not show what a secret reference says, nor what is called like a secret or looks like one', () => {
    const before = { crm: { credentials: { secretRef: 'acme-crm' } }, dbPassword: 'hunter2', list: [{ token: 'abc' }] };
    const after = {
      crm: { credentials: { secretRef: 'acme-crm-2', user: 'bob' } },
      dbPassword: 'hunter3',
      list: [{ token: 'abd' }],
      pem: '-----BEGIN PRIVATE KEY-----',
      hook: 'https://hooks.example/in?token=s3cr3t',
    };
    const { settings } = compareSettings(before, after);
    expect(settings).toEqual([
      { path: 'crm.credentials.secretRef', change: 'changed', hidden: true },
      { path: 'crm.credentials.user', change: 'added', hidden: true },
      { path: 'dbPassword', change: 'changed', hidden: true },
      { path: 'hook', change: 'added', hidden: true },
      { path: 'list', change: 'changed', hidden: true },
      { path: 'pem', change: 'added', hidden: true },
    ]);
  });

  it('do not show the credentials of an address, however long what follows is', () => {
    const long = `https://bob:${'s'.repeat(5_000)}@db.example`;
    expect(compareSettings({}, { a: 'https://bob:hunter2@db.example/x', b: long }).settings).toEqual([
      { path: 'a', change: 'added', to: '"https://***@db.example/x"' },
      { path: 'b', change: 'added', to: '"https://***@' },
    ]);
  });

  it('are counted where they are too many to be listed', () => {
    const after = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`k${at}`, at]));
    const { settings, more } = compareSettings({}, after);
    expect([settings.length, more]).toEqual([50, 10]);
  });

  it('are shown cut where they are long, and without what could drive a terminal', () => {
    const { settings } = compareSettings({ a: 'x' }, { a: `${'y'.repeat(500)}`, b: '\u001b[2J\u202e' });
    expect(settings[0]?.to).toBe(`"${'y'.repeat(119)}…`);
    expect(settings[1]?.to).toBe('"\\u001b[2J\\u202e"');
  });
});
