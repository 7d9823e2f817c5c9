import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClaimLedger, ledgersToTest, openBucketLedger } from '../support/claim-ledgers.js';
import { endOf, isInPath } from '../support/claim-script.js';

const slow = 240_000;
const timed = { at: expect.any(Number) };

describe.each(ledgersToTest())('a job that claims its runs in %s', (_place, open) => {
  let ledger: ClaimLedger;
  beforeAll(async () => {
    ledger = await open();
  }, slow);
  afterAll(() => ledger?.close());

  it(
    'has one winner of 8 builds that claim a run at the same time, and all others stop with exit 75 and say so',
    async () => {
      const run = 'shop.qa.1.0a1b2c3d';
      const numbers = Array.from({ length: 8 }, (_, index) => 40 + index);
      const ends = await Promise.all(numbers.map((number) => ledger.scripts.claim({ run, number })));
      const winners = numbers.filter((_, index) => ends[index]?.code === 0);
      expect([winners.length, ends.map(({ code }) => code).filter((code) => code !== 0)]).toEqual([1, Array(7).fill(75)]);
      const refusals = ends.filter(({ code }) => code === 75).map(({ said }) => said.includes('REFUSED'));
      expect(refusals).toEqual(Array(7).fill(true));
      expect(await ledger.read(run)).toEqual({ state: 'claimed', build: winners[0], ...timed });
    },
    slow,
  );

  it(
    'reads as absent, claimed and ended; an end is recorded by the build that claimed the run alone',
    async () => {
      const run = 'shop.production-acme.12.ffffffff';
      const seen = [await ledger.read(run)];
      expect((await ledger.scripts.end({ run, number: 7 }, 'FAILURE')).code).not.toBe(0);
      expect(await ledger.scripts.claim({ run, number: 7 })).toEqual({ code: 0, said: `claim: build 7 has claimed ${run}\n` });
      seen.push(await ledger.read(run));
      expect(await ledger.scripts.claim({ run, number: 8 })).toEqual({
        code: 75,
        said: `claim: REFUSED: ${run} was claimed by build 7; build 8 stops here and changes nothing\n`,
      });
      expect((await ledger.scripts.end({ run, number: 8 }, 'NOT_BUILT')).code).toBe(0);
      seen.push(await ledger.read(run));
      expect((await ledger.scripts.end({ run, number: 7 }, 'UNSTABLE')).code).toBe(0);
      seen.push(await ledger.read(run));
      expect(seen).toEqual([
        { state: 'absent' },
        { state: 'claimed', build: 7, ...timed },
        { state: 'claimed', build: 7, ...timed },
        { state: 'ended', result: 'UNSTABLE', build: 7, ...timed },
      ]);
    },
    slow,
  );

  it('claims nothing for a build that was started by hand', async () => {
    expect((await ledger.scripts.claim({ run: '', number: 9 })).code).toBe(0);
  });

  const commands = [
    ['ends well', ['true'], { code: 0, result: 'SUCCESS' }],
    ['fails', ['sh', '-c', 'exit 3'], { code: 3, result: 'FAILURE' }],
  ] as const;
  it.each(commands)(
    'records the end of a command that %s, and runs it once',
    async (what, command, { code, result }) => {
      const run = `shop.qa.2.${what.replaceAll(' ', '')}`;
      expect((await ledger.scripts.claimed({ run, number: 10 }, ...command)).code).toBe(code);
      expect(await ledger.read(run)).toEqual({ state: 'ended', result, build: 10, ...timed });
      const again = await ledger.scripts.claimed({ run, number: 11 }, 'echo', 'HAD AN EFFECT');
      expect([again.code, again.said.includes('EFFECT')]).toEqual([75, false]);
    },
    slow,
  );

  it(
    'records that Jenkins aborted the build',
    async () => {
      const run = 'shop.qa.3.00000000';
      const child = ledger.scripts.start('claimed.sh', { run, number: 12 }, 'sh', '-c', 'echo begun; sleep 60');
      const ended = endOf(child);
      await new Promise<void>((resolve) => child.stdout?.on('data', (chunk: Buffer) => chunk.includes('begun') && resolve()));
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      expect((await ended).code).toBe(143);
      expect(await ledger.read(run)).toEqual({ state: 'ended', result: 'ABORTED', build: 12, ...timed });
    },
    slow,
  );
});

describe.skipIf(!isInPath('aws'))('a claim in a bucket', () => {
  let ledger: Awaited<ReturnType<typeof openBucketLedger>>;
  beforeAll(async () => {
    ledger = await openBucketLedger();
  });
  afterAll(() => ledger?.close());

  it(
    'whose answer was lost, and which the client repeated, is still that of the build',
    async () => {
      ledger.store.fail('lost');
      expect((await ledger.scripts.claim({ run: 'shop.qa.1.lost', number: 1 })).code).toBe(0);
      expect((await ledger.scripts.claim({ run: 'shop.qa.1.lost', number: 2 })).code).toBe(75);
    },
    slow,
  );

  it(
    'that met another one at the same moment is tried again',
    async () => {
      ledger.store.fail('conflict');
      expect((await ledger.scripts.claim({ run: 'shop.qa.1.conflict', number: 1 })).code).toBe(0);
    },
    slow,
  );

  it(
    'that cannot be written stops the build, and is told apart from a refusal',
    async () => {
      const lost = await openBucketLedger();
      await lost.store.close();
      const { code, said } = await lost.scripts.claim({ run: 'shop.qa.1.down', number: 1 });
      expect([code, said.includes('could not be claimed, so nothing is done')]).toEqual([1, true]);
      await lost.close();
    },
    slow,
  );
});
