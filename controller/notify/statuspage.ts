import type { Json } from '../core/model.js';
import type { NotificationEvent } from '../core/notify/events.js';
import type { Message } from '../core/notify/message.js';
import { toTime } from '../core/time.js';
import type { Delivery, Sink } from '../reconcile/ports.js';
import { misconfigured, parseSinkUrl } from './address.js';
import { deliver, JsonApi, SinkFailure } from './json-api.js';
import type { OpenSink } from './open-sink.js';

const api = 'https://api.statuspage.io/v1';

interface Incident {
  readonly id?: string;
  readonly status?: string;
  readonly scheduled_for?: string;
  readonly metadata?: { readonly towpath?: { readonly deployment?: string } };
}

/** What is said of the components once a deployment is over; nobody knows what runs there after one that did not succeed. */
const endings: Partial<Record<NotificationEvent, { readonly component: string; readonly body: string }>> = {
  DeploymentSucceeded: { component: 'operational', body: 'The maintenance is over.' },
  DeploymentSuperseded: { component: 'operational', body: 'The maintenance was called off.' },
  DeploymentFailed: {
    component: 'degraded_performance',
    body: 'The maintenance did not end as planned; we are looking into it.',
  },
  VerificationFailed: {
    component: 'degraded_performance',
    body: 'The maintenance did not end as planned; we are looking into it.',
  },
};

const usualMs = 3_600_000;

/**
 * A status page by the API of Statuspage (developer.statuspage.io): a deployment is a maintenance, scheduled ahead where the Release
 * document plans it and called off where it does no more, that begins and ends with it, and its components are under maintenance meanwhile. What customers read holds no names of people, settings or builds. The page knows no
 * keys: the maintenance carries the deployment in its metadata, and is looked for by that.
 */
export function createStatuspage(open: OpenSink): Sink {
  const { spec, secret } = open;
  const root = parseSinkUrl({ sink: spec.name, url: spec.url ?? api, allowInsecure: spec.allowInsecure });
  if (secret.token === undefined) throw misconfigured(spec.name, 'its Secret has no token');
  if (spec.page === undefined || !/^[A-Za-z0-9]+$/.test(spec.page)) throw misconfigured(spec.name, 'it names no page');
  const page = new Page(new JsonApi(open, root, { authorization: `OAuth ${secret.token}` }), spec.page);
  const components = (message: Message) => (spec.components ?? []).filter((one) => stands(one, message)).map(({ id }) => id);
  return {
    certainty: 'lookup',
    send: (message, handle, signal) =>
      deliver(async (): Promise<Delivery> => {
        if (message.event === 'DeploymentStarted') return begin(message, components(message), { page, signal });
        if (message.event === 'DeploymentPlanned') return schedule(message, components(message), { page, signal });
        if (message.event === 'PlanWithdrawn') return callOff(message, { page, signal });
        const ending = endings[message.event];
        if (ending === undefined) return { state: 'delivered' };
        return end(message, { ...ending, components: components(message), id: idOf(handle) }, { page, signal });
      }),
    // What was sent is found by sending: each step looks whether it was done.
    find: async () => ({ state: 'absent' }),
  };
}

const idOf = (handle: Json | undefined): string | undefined => (typeof handle === 'string' ? handle : undefined);

type Component = NonNullable<OpenSink['spec']['components']>[number];

function stands({ product, environment, client }: Component, message: Message): boolean {
  return (
    (product === undefined || product === message.product) &&
    (environment === undefined || environment === message.environment) &&
    (client === undefined || client === message.client)
  );
}

interface Acting {
  readonly page: Page;
  readonly signal: AbortSignal;
}

/** The deployment has begun: what was scheduled for it goes on, or a maintenance is made. */
async function begin(message: Message, components: readonly string[], { page, signal }: Acting): Promise<Delivery> {
  const newest = await page.newest(signal);
  const found = newest.find(isOf(message.thread));
  if (found?.id !== undefined) return { state: 'delivered', handle: found.id };
  const until = Math.max(message.estimatedEnd ?? message.at + usualMs, message.at + 60_000);
  const maintenance = {
    status: 'in_progress',
    scheduled_until: toTime(until),
    body: `${message.product} ${message.version ?? ''} is being installed.`,
    component_ids: components,
    components: Object.fromEntries(components.map((id) => [id, 'under_maintenance'])),
    metadata: { towpath: { deployment: message.thread } },
  };
  const scheduled = newest.find((one) => one.status === 'scheduled' && message.plan !== undefined && isOf(message.plan)(one));
  if (scheduled?.id !== undefined) {
    await page.update(scheduled.id, maintenance, signal);
    return { state: 'delivered', handle: scheduled.id };
  }
  const made = await page.create({ ...aMaintenance(message), ...maintenance, scheduled_for: toTime(message.at) }, signal);
  return made.id === undefined ? { state: 'delivered' } : { state: 'delivered', handle: made.id };
}

/** A deployment is planned, or planned for another time. */
async function schedule(message: Message, components: readonly string[], { page, signal }: Acting): Promise<Delivery> {
  const { from, to } = message.planned ?? { from: message.at };
  const times = { scheduled_for: toTime(from), scheduled_until: toTime(to ?? from + usualMs) };
  const found = (await page.newest(signal)).find((one) => one.status === 'scheduled' && isOf(message.thread)(one));
  if (found?.id !== undefined) {
    if (found.scheduled_for === undefined || Date.parse(found.scheduled_for) !== from) await page.update(found.id, times, signal);
    return { state: 'delivered' };
  }
  const body = `${message.product} ${message.version ?? ''} will be installed.`;
  const metadata = { towpath: { deployment: message.thread } };
  await page.create(
    { ...aMaintenance(message), ...times, status: 'scheduled', body, component_ids: components, metadata },
    signal,
  );
  return { state: 'delivered' };
}

/**
 * A deployment is planned no more. The maintenance is completed and not deleted: it stays on the page with what became of it, and whoever
 * was told of it by the page is told that too (DELETE tells nobody). One that goes on, or that a person has ended, is left alone.
 */
async function callOff(message: Message, { page, signal }: Acting): Promise<Delivery> {
  const found = (await page.newest(signal)).filter((one) => one.status === 'scheduled' && isOf(message.thread)(one));
  const calledOff = {
    status: 'completed',
    body: 'The maintenance was called off: it will not take place.',
    // It has changed no component, and so its end changes none.
    auto_transition_to_operational_state: false,
  };
  for (const { id } of found) if (id !== undefined) await page.update(id, calledOff, signal);
  return { state: 'delivered' };
}

const aMaintenance = ({ product }: Message) => ({
  name: `Maintenance of ${product}`,
  impact_override: 'maintenance',
  // It begins and ends with the deployment, and not by the clock.
  scheduled_auto_in_progress: false,
  scheduled_auto_completed: false,
});

const isOf = (deployment: string) => (incident: Incident) => incident.metadata?.towpath?.deployment === deployment;

async function end(
  message: Message,
  ending: { component: string; body: string; components: readonly string[]; id: string | undefined },
  { page, signal }: Acting,
): Promise<Delivery> {
  const incident =
    ending.id === undefined ? (await page.newest(signal)).find(isOf(message.thread)) : await page.read(ending.id, signal);
  // Its start was not told here: there is no maintenance to end, and what the components show is not ours.
  if (incident?.id === undefined) return { state: 'delivered' };
  if (incident.status === 'completed') return { state: 'delivered', handle: incident.id };
  const components = Object.fromEntries(ending.components.map((id) => [id, ending.component]));
  const body = { status: 'completed', body: ending.body, component_ids: ending.components, components };
  await page.update(incident.id, body, signal);
  return { state: 'delivered', handle: incident.id };
}

class Page {
  readonly #api: JsonApi;
  readonly #path: string;

  constructor(json: JsonApi, page: string) {
    this.#api = json;
    this.#path = `/pages/${page}/incidents`;
  }

  /** The newest 100: what is ahead or goes on is among them. */
  newest(signal: AbortSignal): Promise<readonly Incident[]> {
    return this.#api.call('GET', `${this.#path}?limit=100`, { signal });
  }

  /** Undefined where somebody has removed it. */
  async read(id: string, signal: AbortSignal): Promise<Incident | undefined> {
    try {
      return await this.#api.call<Incident>('GET', `${this.#path}/${encodeURIComponent(id)}`, { signal });
    } catch (error) {
      if (error instanceof SinkFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  create(incident: object, signal: AbortSignal): Promise<Incident> {
    return this.#api.call('POST', this.#path, { body: { incident }, signal });
  }

  async update(id: string, incident: object, signal: AbortSignal): Promise<void> {
    await this.#api.call('PATCH', `${this.#path}/${encodeURIComponent(id)}`, { body: { incident }, signal });
  }
}
