import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { notificationEvents } from '../../controller/core/notify/events.js';
import { reasons } from '../../controller/core/reasons.js';
import { releaseSource, type SinkSpec } from '../../controller/core/resources/release-source.js';
import { misfit } from '../../controller/kube/fit.js';
import { startHttpSink } from '../support/sinks/http-sink.js';
import { aMessage } from '../support/sinks/messages.js';
import { aSink, never, openSink } from '../support/sinks/opened.js';
import { config, load, product, sentence } from './documents-fixture.js';

const page = readFileSync('docs/notifications.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const [policy = '', source = ''] = blocks('yaml');

describe('the page about notifications', () => {
  const repository = load({
    'product.yaml': product.replace('name: qa\n', 'name: qa\n    - name: production\n'),
    'config.yaml': config.replace('uat-acme', 'production-acme').replace(/stage: \w+/, 'stage: production'),
    'notifications.yaml': policy,
  });
  const { sinks } = (parse(source) as { spec: { sinks: SinkSpec[] } }).spec;

  it('shows a policy that is valid', () => {
    const about = repository.findings.filter(({ file }) => file === 'notifications.yaml');
    expect(about.map(sentence)).toEqual([]);
    expect(repository.governance.policies?.[0]?.rules.length).toBe(4);
  });

  it('shows sinks that can be opened, those that the policy names among them', async () => {
    const secret = { token: 't', secret: 's', url: 'https://teams.example/x', username: 'u', password: 'p' };
    const metadata = { name: 'releases', namespace: 'default' };
    const git = { url: 'https://git.example/releases.git', ref: { branch: 'main' }, path: '.', interval: '1m', timeout: '60s' };
    const written = { git, firstDeployment: 'confirm', historyLimit: 20, suspend: false, sinks: sinks.map(aSink) };
    expect(misfit(releaseSource, { metadata, spec: written })).toBeUndefined();
    for (const sink of sinks) await (await openSink(sink, secret)).close();
    const named = repository.governance.policies?.flatMap(({ rules }) =>
      rules.flatMap((rule) => rule.sinks.map(({ name }) => name)),
    );
    expect(named?.filter((name) => !sinks.some((sink) => sink.name === name))).toEqual([]);
  });

  it('names every event, and each is a reason', () => {
    expect(notificationEvents.filter((event) => !page.includes(`\`${event}\``) || !(event in reasons))).toEqual([]);
  });

  it('shows a receiver that takes each message once, and nothing that we did not sign', async () => {
    const module = (await import(`data:text/javascript,${encodeURIComponent(blocks('js')[0] ?? '')}`)) as {
      receive(headers: object, body: string, secret: string): string;
    };
    const sink = await startHttpSink();
    const { sink: webhook, close } = await openSink({ kind: 'webhook', url: sink.url }, { secret: 'secret' });
    await webhook.send(aMessage(), undefined, never);
    await webhook.send(aMessage(), undefined, never);
    const answers = sink.received.map(({ headers, body }) => module.receive(headers, body, 'secret'));
    const [first] = sink.received;
    answers.push(module.receive(first?.headers ?? {}, `${first?.body} `, 'secret'));
    expect(answers).toEqual(['dev.towpath.DeploymentStarted', 'known', 'not signed by us']);
    await close();
    await sink.close();
  });
});
