import { setTimeout as sleep } from 'node:timers/promises';
import { milestonesOf } from '../../../controller/core/notify/due.js';
import { invocationId, verificationId } from '../../../controller/core/run/identity.js';
import { isTerminal } from '../../../controller/core/run/run.js';
import type { HttpSink } from '../sinks/http-sink.js';
import { policyFile, secretObject } from '../sinks/policy.js';
import { type SlackStandIn, startSlack } from '../sinks/slack.js';
import { startWebhookSink, type WebhookSink } from '../sinks/webhook.js';
import { environmentFiles, jobs, productDocument, versionFile } from './documents.js';
import { eventually } from './eventually.js';
import { sequence } from './sequence.js';
import { startWorld, type World } from './world.js';

export interface Kills {
  readonly kills: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

export interface Outcome {
  /** What everybody has to hear: `run/event`, from the runs alone. */
  readonly expected: readonly string[];
  /** What a receiver that remembers ids took, once each. */
  readonly webhook: readonly string[];
  /** How often it was sent what it had: that is what the id is for. */
  readonly repeated: number;
  /** What stands in Slack, with everything that stands there twice. */
  readonly slack: readonly string[];
  /** Builds that Jenkins was asked for twice. */
  readonly twice: readonly string[];
}

const places = Array.from({ length: 6 }, (_, index) => `qa${index + 1}`);
const secret = 'a-secret-of-this-test';
const channel = 'C0123';

/** A busy stretch with many deployments, in which the program is killed again and again; then everything has to have been told once. */
export async function killWhileTelling({ kills, seed, say = () => undefined }: Kills): Promise<Outcome> {
  const random = sequence(seed);
  const webhook = await startWebhookSink(secret);
  const slack = await startSlack(secret, channel);
  const world = await startWorld(configuration(webhook, slack));
  const promote = async (number: number) => {
    const files = places.filter(() => random() < 0.6).map((place) => versionFile(place, `1.${number}.0`));
    if (files.length > 0) await world.repository.commit({ files: Object.assign({}, ...files), message: `Promote 1.${number}.0` });
  };
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      await promote(kill);
      // Half of the kills meet it right when something is told, most others at work, some while it starts.
      const meets = random();
      if (meets < 0.8) await world.program.started();
      if (meets < 0.5) await nextMessage(webhook, slack);
      await sleep(random() * (meets < 0.5 ? 100 : 1_500));
      await world.program.kill();
      world.program.launch();
      if (kill % 10 === 0) say(`${kill} kills, ${webhook.events.length} events, ${slack.messages.length} in Slack`);
    }
    return await settled(world, { webhook, slack });
  } finally {
    await world.close();
    await Promise.all([webhook.close(), slack.close()]);
  }
}

/** Waits until one of the sinks is asked something; for some seconds at most, since there may be nothing to tell. */
async function nextMessage(...sinks: readonly HttpSink[]): Promise<void> {
  const count = () => sinks.reduce((sum, { received }) => sum + received.length, 0);
  const before = count();
  for (let waited = 0; waited < 4_000 && count() === before; waited += 10) await sleep(10);
}

function configuration(webhook: WebhookSink, slack: SlackStandIn): Parameters<typeof startWorld>[0] {
  const environments = places.map((place) => environmentFiles(place, { stage: 'qa', version: '1.0.0' }));
  const product = productDocument({ stages: ['{name: qa}'] });
  return {
    files: Object.assign({ 'products/shop/product.yaml': product }, ...environments, policyFile(['hook', 'chat'])),
    jenkins: { jobs: jobs({ durationMs: 400 }) },
    source: {
      historyLimit: 200,
      sinks: [
        { name: 'hook', kind: 'webhook', url: webhook.url, secretRef: { name: 'hook' } },
        { name: 'chat', kind: 'slack', url: `${slack.url}/api/`, channel, secretRef: { name: 'chat' } },
      ],
    },
    objects: [secretObject('hook', { secret }), secretObject('chat', { token: secret })],
  };
}

/** Waits until all runs have ended and nothing is told any more. */
async function settled(world: World, sinks: { webhook: WebhookSink; slack: SlackStandIn }): Promise<Outcome> {
  await eventually(
    async () => {
      const environments = await world.api.list('environments');
      const open = environments.filter(({ status }) => status?.desired?.version !== status?.recorded?.version);
      if (open.length > 0) throw new Error(`${open.map(({ metadata }) => metadata.name).join(', ')} are not there yet`);
      return (await world.runs()).every(isTerminal);
    },
    'every run has ended',
    120_000,
  );
  const runs = await world.runs();
  const expected = runs.flatMap((run) => milestonesOf(run).map(({ event }) => `${invocationId(run)}/${event}`)).sort();
  const outcome = () => ({
    expected,
    webhook: inRuns(sinks.webhook.events.map(({ id }) => id)),
    repeated: sinks.webhook.repeated.length,
    slack: inRuns(sinks.slack.messages.flatMap(({ metadata }) => metadata?.event_payload.key ?? [])),
    twice: twiceIn(
      world,
      runs.flatMap((run) => [invocationId(run), verificationId(run, 'smoke')]),
    ),
  });
  // Also where it fails: then the outcome shows what is missing.
  await eventually(
    () => [outcome().webhook, outcome().slack].every((told) => told.length >= expected.length),
    'all is told',
    60_000,
  ).catch(() => undefined);
  // What is told too often may come late.
  await sleep(7_000);
  return outcome();
}

/** `run/event` of the keys that are of runs; details of a Slack message are beside it. */
const inRuns = (keys: readonly string[]): string[] =>
  keys
    .filter((key) => /^default\/shop\.qa\d\./.test(key) && !key.endsWith('#details'))
    .map((key) => key.split('/').slice(1, 3).join('/'))
    .sort();

function twiceIn({ jenkins }: World, known: readonly string[]): string[] {
  const ids = jenkins.effects.map(({ parameters }) => parameters.TOWPATH_RUN ?? '');
  return ids.filter((id, index) => known.includes(id) && ids.indexOf(id) !== index);
}
