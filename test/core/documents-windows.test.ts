import { describe, expect, it } from 'vitest';
import { loadRepository } from '../../controller/core/documents/load.js';
import { parseFile } from '../../controller/core/documents/parse.js';
import { encode, sentences, valid, window } from './documents-fixture.js';

const windows: readonly (readonly [title: string, from: string, to: string, findings: readonly string[]])[] = [
  ['an end without a beginning', '  from: 2026-12-18T00:00:00\n', '', ['window.yaml:7:3 spec.to: needs from beside it']],
  ['a beginning without an end', '  to: 2027-01-05T00:00:00\n', '', ['window.yaml:7:3 spec.from: needs to beside it']],
  [
    'an end before the beginning',
    'to: 2027',
    'to: 2025',
    ['window.yaml:8:7 spec.to: 2025-01-05T00:00:00 is not after from (2026-12-18T00:00:00)'],
  ],
  [
    'a day that is not in the calendar',
    '01-05T',
    '02-30T',
    ['window.yaml:8:7 spec.to: "2027-02-30T00:00:00" is not in the calendar'],
  ],
  [
    'a time with an offset',
    '01-05T00:00:00',
    '01-05T00:00:00Z',
    [
      'window.yaml:8:7 spec.to: "2027-01-05T00:00:00Z" is not a local time without offset, such as 2026-12-18T00:00:00 (timeZone says where)',
    ],
  ],
  [
    'an offset instead of a time zone',
    'Australia/Adelaide',
    '+10:30',
    ['window.yaml:6:13 spec.timeZone: "+10:30" is not an IANA time zone, such as Australia/Adelaide'],
  ],
  [
    'a city instead of a time zone',
    'Australia/Adelaide',
    'Adelaide',
    [
      'window.yaml:6:13 spec.timeZone: "Adelaide" is not an IANA time zone, such as Australia/Adelaide; did you mean "Australia/Adelaide"?',
    ],
  ],
  [
    'a misspelled time zone',
    'Australia/Adelaide',
    'Australia/Adelade',
    [
      'window.yaml:6:13 spec.timeZone: "Australia/Adelade" is not an IANA time zone, such as Australia/Adelaide; did you mean "Australia/Adelaide"?',
    ],
  ],
  [
    'a window that says not when',
    '  from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00\n',
    '',
    ['window.yaml:4:1 spec: says not when: from and to, or schedule and duration, are missing'],
  ],
  [
    'a window that says it in two ways',
    '  to:',
    '  schedule: x\n  to:',
    ['window.yaml:8:3 spec.schedule: a window has either from and to, or schedule and duration'],
  ],
  [
    'a schedule of four fields, for no time',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'schedule: 0 20 * *\n  duration: 0h',
    [
      'window.yaml:7:13 spec.schedule: "0 20 * *" is not a schedule: five fields (minute, hour, day of month, month, day of week), such as "0 20 * * 2,4"',
      'window.yaml:8:13 spec.duration: should be longer than nothing',
    ],
  ],
  [
    'a schedule in hour 24',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'schedule: 0 24 * * mon-fri\n  duration: 4h',
    ['window.yaml:7:13 spec.schedule: "0 24 * * mon-fri" is not a schedule: its hour is not one of 0 to 23, or *'],
  ],
  [
    'a schedule with a range that ends before it begins',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'schedule: 0 20 * * 5-2\n  duration: 4h',
    ['window.yaml:7:13 spec.schedule: "0 20 * * 5-2" is not a schedule: its day of week is not one of 0 to 7, or *'],
  ],
  [
    'a schedule that never comes',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'schedule: 0 2 31 2,4,6 *\n  duration: 4h',
    ['window.yaml:7:13 spec.schedule: "0 2 31 2,4,6 *" never comes: none of its months has such a day'],
  ],
  [
    'a window in a time that the clock skips',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'from: 2026-10-04T02:10:00\n  to: 2026-10-04T02:50',
    ['window.yaml:8:7 spec.to: the clock of Australia/Adelaide skips the time from 2026-10-04T02:10:00 to 2026-10-04T02:50'],
  ],
  [
    'a duration without a schedule',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'duration: 4h',
    ['window.yaml:7:3 spec.duration: needs schedule beside it'],
  ],
  [
    'a schedule without a duration',
    'from: 2026-12-18T00:00:00\n  to: 2027-01-05T00:00:00',
    'schedule: "0 20 * * 2,4"',
    ['window.yaml:7:3 spec.schedule: needs duration beside it'],
  ],
  [
    'what selects nothing, as warnings',
    'spec:',
    'spec:\n  selector: {stages: [produktion], clients: [acmee], products: [shopp], environments: [x]}',
    [
      'window.yaml:5:23 warning spec.selector.stages[0]: no stage is called "produktion" (qa, uat)',
      'window.yaml:5:46 warning spec.selector.clients[0]: no client is called "acmee" (acme); did you mean "acme"?',
      'window.yaml:5:65 warning spec.selector.products[0]: no product is called "shopp" (shop); did you mean "shop"?',
      'window.yaml:5:88 warning spec.selector.environments[0]: no environment is called "x" (uat-acme)',
    ],
  ],
  [
    'an unknown release class',
    'spec:',
    'spec:\n  exempt: [urgent]',
    ['window.yaml:5:12 warning spec.exempt[0]: no product has a release class "urgent" (major, minor, hotfix, emergency)'],
  ],
];

describe('a window that cannot be read', () => {
  const latin1 = new Uint8Array([...encode(window), 35, 0xfc, 10]);
  const governanceWith = (content: Uint8Array) =>
    loadRepository([
      ...Object.entries(valid).map(([path, text]) => parseFile({ path, content: encode(text) })),
      parseFile({ path: 'window.yaml', content }),
    ]).governance;

  it('is told as broken, and to select everything, where its file is not UTF-8 or too large', () => {
    expect(governanceWith(latin1)).toMatchObject({
      windows: [],
      broken: [{ kind: 'DeploymentWindow', name: 'window.yaml', message: expect.stringMatching(/^window.yaml:\d+:\d+ .*UTF-8/) }],
    });
    const large = encode(`${window}#${'x'.repeat(2_000_000)}`);
    expect(governanceWith(large).broken.map(({ name, selector }) => [name, selector])).toEqual([['window.yaml', undefined]]);
  });

  it('is not looked for in files that speak of none', () => {
    const text = new TextDecoder('latin1').decode(latin1).replace('DeploymentWindow', 'Incident');
    expect(governanceWith(Uint8Array.from(text, (character) => character.charCodeAt(0))).broken).toEqual([]);
  });
});

describe('overrides', () => {
  const version = valid['version.yaml'] ?? '';
  const withOverride = (of: string) =>
    version.replace('spec:', `spec:\n  override: {gates: [window], version: ${of}, reason: outage}`);

  it('are told of where they are for another version than the one that is asked for', () => {
    expect(sentences({ ...valid, 'version.yaml': withOverride('2.9.3') })).toEqual([]);
    expect(sentences({ ...valid, 'version.yaml': withOverride('2.9.4') })).toEqual([
      'version.yaml:5:40 warning spec.override.version: the override is for 2.9.4, not for 2.9.3: it lets nothing pass',
    ]);
  });
});

describe('windows', () => {
  it.each(windows)('reports %s', (_title, from, to, findings) => {
    expect(sentences({ ...valid, 'window.yaml': window.replace(from, to) })).toEqual(findings);
  });
});
