import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DeploymentWindowDocument } from '../../controller/core/documents/schema/deployment-window.js';
import { standing } from '../../controller/core/windows/opening.js';
import { campaign, endOfCampaign, moveFreezes } from '../../examples/demo/freezes.js';
import { type Facts, reckon } from '../../examples/demo/reckoning.js';
import { builtUrl } from '../support/built.js';

interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}

let temporary: string;
let demo: ChildProcess | undefined;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'towpath-demo-test-'));
});
afterEach(async () => {
  if (demo?.pid !== undefined && isAlive(demo.pid)) process.kill(-demo.pid, 'SIGKILL');
  await rm(temporary, { recursive: true, force: true });
});

/** Starts the built demo in a process group of its own, and calls back for every event that it tells. */
function startDemo(take: (event: Told) => void): { child: ChildProcess; ended: Promise<unknown[]> } {
  const program = `import(${JSON.stringify(builtUrl('examples/demo/main.js').href)}).then(({ main }) => main(['--json']))`;
  const env = { ...process.env, TMPDIR: temporary };
  const child = spawn(process.execPath, ['-e', program], { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('it has no output');
  createInterface({ input: child.stdout }).on('line', (line) => take(JSON.parse(line) as Told));
  demo = child;
  return { child, ended: once(child, 'close') };
}

/** Whether any process of the group is left. */
function isAlive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** What the first closed gate said in each environment, in the order of the story. */
function gatesTold(told: readonly Told[]): string[] {
  return told.flatMap(({ event, place, gate, message }) => {
    const { product, name } = (place ?? {}) as { product?: string; name?: string };
    return event === 'gate' || event === 'opens' ? [`${product} ${name}: ${gate}: ${message}`] : [];
  });
}

/** What the path of a release left to be done: the obligation, and who owes it. */
function owedIn(told: readonly Told[], version: string): string[][] {
  return told.flatMap(({ event, place, obligations }) => {
    if (event !== 'owed' || (place as { name: string }).name !== version) return [];
    return (obligations as { id: string; owner: string }[]).map(({ id, owner }) => [id, owner]);
  });
}

/** The freeze, the missing sign-off, the jump and the hotfix, in the words of the gates. */
const sentences = [
  /^loyalty production-acme: signoffs: waiting for sign-off by quality-analyst, client \(acme\) of 2\.9\.3; .*to sign: sha256:[0-9a-f]{12}$/,
  /^loyalty production-acme: signoffs: waiting for sign-off by client \(acme\) of 2\.9\.3; .*quality-analyst: Priya Nair on [-0-9]+; to sign: /,
  /^loyalty production-globex: window: frozen by globex-campaign \(Spring sale\); next opening /,
  /^loyalty production-initech: checklist: 1 of 3 items open: rotate-crm-secret \(2\.9\.3, secret\)$/,
  /^checkin production: class: 7\.4\.2 is hotfix, and may skip alpha and beta; it changes what it claims$/,
  /^checkin production: window: hotfix releases are exempt from change-evenings, globex-campaign, year-end-freeze$/,
].map((sentence) => expect.stringMatching(sentence));

describe('the demo', () => {
  it('tells its story to the end: every deployment once, every environment as git asks for, nothing left behind', async () => {
    const told: Told[] = [];
    const { child, ended } = startDemo((event) => told.push(event));
    expect(await ended).toEqual([0, null]);

    expect(told.at(-1)).toEqual({
      event: 'summary',
      deployments: 25,
      succeeded: 22,
      failed: 3,
      builds: 40,
      checks: 13,
      foreign: 2,
      doubles: 0,
      owed: 5,
      errors: 2,
      seconds: expect.any(Number),
      problems: [],
    });
    const failures = told.filter(({ event, phase }) => event === 'ended' && phase === 'Failed').map(({ run }) => run);
    expect(failures).toEqual(['loyalty.production-acme.1', 'loyalty.qa.3', 'loyalty.qa.4']);
    const errors = told.flatMap(({ event, errors: found }) => (event === 'errors' ? (found as object[]) : []));
    expect(errors).toEqual([
      {
        file: 'products/loyalty/environments/uat-globex/config.yaml',
        line: 8,
        column: 10,
        message: expect.stringContaining('did you mean "uat"?'),
      },
      {
        file: 'products/loyalty/environments/qa/version.yaml',
        line: 8,
        column: 12,
        message: 'spec.version: 2.10 is a number (2.1): write "2.10"',
      },
    ]);
    expect(gatesTold(told)).toEqual(expect.arrayContaining(sentences));
    expect(owedIn(told, '7.4.2')).toEqual([
      ['verification/alpha', 'quality-analyst'],
      ['verification/beta', 'quality-analyst'],
      ['signoff/product-manager/checkin-production', 'product-manager'],
      ['review/review', 'engineering-manager'],
    ]);
    expect(isAlive(child.pid ?? 0)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('cleans up when it is interrupted while deployments are under way', async () => {
    let interrupted = false;
    const { child, ended } = startDemo(({ event }) => {
      if (event === 'deploying' && !interrupted) interrupted = child.kill('SIGINT');
    });
    expect(await ended).toEqual([130, null]);
    expect(isAlive(child.pid ?? 0)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('the freezes of the demo', () => {
  /** The state of the windows of that file at that time. */
  const at = async (file: string, now: number): Promise<string> => {
    const { metadata, spec } = parse(await readFile(join(temporary, file), 'utf8')) as DeploymentWindowDocument;
    const { effect, timeZone, from = '', to = '' } = spec;
    return standing([{ name: metadata.name, effect, selector: {}, timeZone, exempt: [], when: { from, to } }], now).state;
  };

  it.each([
    '2026-11-22T11:00:00Z',
    '2026-12-25T23:59:00Z',
    '2027-03-28T01:30:00Z',
    '2027-10-31T00:30:00Z',
    '2027-10-31T02:30:00Z',
  ])('hold globex alone, and no longer than the story wants, on whichever day it is told: %s', async (time) => {
    const now = Date.parse(time);
    await cp('examples/releases/windows', join(temporary, 'windows'), { recursive: true });
    await moveFreezes(temporary, now);
    const fiveMinutes = 300_000;
    expect([await at(campaign.file, now), await at(campaign.file, now + fiveMinutes)]).toEqual(['denied', 'denied']);
    expect(await at('windows/year-end-freeze.yaml', now + fiveMinutes)).toBe('open');
    const path = join(temporary, campaign.file);
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^ {2}to: .*$/m, `  ${endOfCampaign(now)}`));
    expect(await at(campaign.file, now)).toBe('open');
  });
});

describe('the reckoning of the demo', () => {
  const environment = (status: 'True' | 'False') =>
    ({
      metadata: { name: 'shop.qa' },
      status: { conditions: [{ type: 'Ready', status }] },
    }) as unknown as Facts['environments'][number];
  const run = (number: number, phase: string) =>
    ({
      metadata: { name: `shop.qa.${number}`, uid: `0000000${number}-1111` },
      spec: {},
      status: { phase },
    }) as unknown as Facts['runs'][number];
  const release = (...states: string[]) =>
    ({ status: { obligations: states.map((state) => ({ state })) } }) as unknown as Facts['releases'][number];
  const effect = (towpathRun: string) => ({
    job: 'deploy',
    number: 1,
    queueId: 1,
    accepted: 'first/1',
    at: 0,
    parameters: { TOWPATH_RUN: towpathRun },
  });
  const facts: Facts = {
    runs: [run(1, 'Failed'), run(2, 'Succeeded')],
    environments: [environment('True')],
    releases: [release('met', 'open'), release('overdue')],
    effects: ['shop.qa.1.00000001', 'shop.qa.2.00000002', 'shop.qa.2.00000002.smoke', ''].map(effect),
    errors: 1,
    seconds: 2,
  };
  const expected = { deployments: 2, failed: 1, checks: 1, foreign: 1, owed: 2, errors: 1, environments: 1 };

  it('finds nothing wrong where every build is that of one run, or foreign', () => {
    expect(reckon(facts, expected)).toEqual({
      event: 'summary',
      deployments: 2,
      succeeded: 1,
      failed: 1,
      builds: 4,
      checks: 1,
      foreign: 1,
      doubles: 0,
      owed: 2,
      errors: 1,
      seconds: 2,
      problems: [],
    });
  });

  it('counts a run that Jenkins ran twice', () => {
    const { doubles, problems } = reckon({ ...facts, effects: [...facts.effects, effect('shop.qa.2.00000002')] }, expected);
    expect([doubles, problems]).toEqual([1, ['1 builds are doubles', '2 runs, but 3 deployments in Jenkins']]);
  });

  it('finds a build of no run, an environment that is not ready, and a count that is not that of the story', () => {
    const odd = {
      ...facts,
      environments: [environment('False')],
      errors: 0,
      effects: [...facts.effects, effect('shop.qa.3.00000003')],
    };
    expect(reckon(odd, expected).problems).toEqual([
      'errors: 0, and not 1',
      '1 builds belong to no run',
      '2 runs, but 3 deployments in Jenkins',
      'shop.qa is not ready',
    ]);
  });
});
