import { createHash } from 'node:crypto';
import type { Agent } from 'undici';
import { durationOr } from '../core/duration.js';
import type { SinkSpec } from '../core/resources/release-source.js';
import type { Sink, Sinks } from '../reconcile/ports.js';
import { misconfigured } from './address.js';
import { createEmail } from './email.js';
import { createAgent } from './exchange.js';
import { createJira } from './jira.js';
import type { OpenSink } from './open-sink.js';
import { createSlackWebhook, createTeams } from './posted.js';
import { createSlack } from './slack.js';
import { createStatuspage } from './statuspage.js';
import { createWebhook } from './webhook.js';

export interface SinksOptions {
  /** The Secret's decoded content as it is now; undefined where there is none. */
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Record<string, string> | undefined>;
  readonly now: () => number;
}

interface Opened {
  readonly fingerprint: string;
  readonly sink: Sink;
  readonly agent: Agent;
}

const longestTimeoutMs = 60_000;

/** Sinks by name; one is kept while neither its configuration nor its Secret changes. */
export function createSinks({ readSecret, now }: SinksOptions): Sinks & { close(): Promise<void> } {
  const opened = new Map<string, Opened>();
  return {
    async open(namespace, spec, signal) {
      const secret = await secretOf(namespace, spec, { readSecret, signal });
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([spec, secret]))
        .digest('hex');
      const name = `${namespace}/${spec.name}/${spec.kind}`;
      const known = opened.get(name);
      if (known?.fingerprint === fingerprint) return known.sink;
      const timeoutMs = Math.min(durationOr(spec.timeout, 10_000), longestTimeoutMs);
      const agent = createAgent(timeoutMs, secret['ca.crt']);
      const sink = create({ spec, secret, exchanging: { dispatcher: agent, timeoutMs }, now });
      opened.set(name, { fingerprint, sink, agent });
      // What is under way on the old one may end.
      void known?.agent.close();
      return sink;
    },
    async close() {
      await Promise.all([...opened.values()].map(({ agent }) => agent.destroy()));
      opened.clear();
    },
  };
}

function create(open: OpenSink): Sink {
  switch (open.spec.kind) {
    case 'webhook':
      return createWebhook(open);
    case 'slack':
      return open.secret.token === undefined && open.secret.url !== undefined ? createSlackWebhook(open) : createSlack(open);
    case 'teams':
      return createTeams(open);
    case 'email':
      return createEmail(open);
    case 'jira':
      return createJira(open);
    case 'statuspage':
      return createStatuspage(open);
  }
}

async function secretOf(
  namespace: string,
  { name, secretRef }: SinkSpec,
  { readSecret, signal }: Pick<SinksOptions, 'readSecret'> & { signal: AbortSignal },
): Promise<Record<string, string>> {
  if (secretRef === undefined) return {};
  const found = await readSecret(namespace, secretRef.name, signal);
  if (found === undefined) throw misconfigured(name, `there is no Secret ${secretRef.name} in ${namespace}`);
  // Files that were made with an editor end in a line break.
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, value.trim()]));
}
