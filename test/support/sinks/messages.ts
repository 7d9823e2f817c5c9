import type { Message } from '../../../controller/core/notify/message.js';
import { at } from '../facts.js';

/** A deployment that has begun. */
export function aMessage(changes: Partial<Message> = {}): Message {
  const event = changes.event ?? 'DeploymentStarted';
  const run = changes.run ?? 'shop.production.7';
  return {
    key: `default/${run}.0a1b2c3d/${event}/team`,
    thread: `default/${run}.0a1b2c3d/team`,
    event,
    severity: 'info',
    at: at('10:00'),
    source: { namespace: 'default', name: 'releases' },
    product: 'shop',
    version: '2.9.4',
    previousVersion: '2.9.1',
    environment: 'production',
    stage: 'production',
    client: 'acme',
    run,
    title: 'shop 2.9.4 is being deployed to production (acme)',
    details: [],
    who: 'Ada <ada@acme.example>',
    why: 'git asks for 2.9.4; 2.9.1 is recorded',
    changes: { summary: '1 upgraded, 1 added', components: ['cart 1.2.0 → 1.3.0', 'mail 1.0.0 (new)'] },
    links: [
      { label: 'Build', url: 'https://jenkins.example/job/deploy/17/' },
      { label: 'Commit 0a1b2c3d4e5f', url: 'https://git.example/acme/releases/commit/0a1b2c3d4e5f' },
    ],
    tickets: ['SHOP-12', 'SHOP-15'],
    commit: '0a1b2c3d4e5f',
    ...changes,
  };
}

export const succeeded = (changes: Partial<Message> = {}): Message =>
  aMessage({ event: 'DeploymentSucceeded', severity: 'good', title: 'shop 2.9.4 is deployed to production (acme)', ...changes });
