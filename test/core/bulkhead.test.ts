import { expect, it } from 'vitest';
import { withBulkhead } from '../../controller/jenkins/bulkhead.js';
import type { Deployer } from '../../controller/reconcile/ports.js';

it('a slow server holds so many calls and no more; what is refused was not sent, and comes later', async () => {
  const ends: (() => void)[] = [];
  let sent = 0;
  const slow = () => {
    sent += 1;
    return new Promise<never[]>((resolve) => ends.push(() => resolve([])));
  };
  const deployer = withBulkhead({ readLogTail: slow } as unknown as Deployer, 2, 'main');
  const read = () => deployer.readLogTail({ job: 'a', number: 1, lines: 1 }, new AbortController().signal);
  const held = [read(), read()];
  await expect(read()).rejects.toMatchObject({ reason: 'JenkinsBusy', retry: { afterMs: 5_000 } });
  expect(sent).toBe(2);
  for (const end of ends) end();
  await Promise.all(held);
  const later = read();
  expect(sent).toBe(3);
  ends.at(-1)?.();
  await later;
});
