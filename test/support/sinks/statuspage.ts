import { type HttpSink, type Received, type Reply, startHttpSink } from './http-sink.js';

export interface Incident {
  readonly id: string;
  name: string;
  status: string;
  body: string;
  components: Record<string, string>;
  metadata?: object;
  scheduled_for?: string;
  scheduled_until?: string;
  updates: number;
}

/** As much of the API of Statuspage as is used, of one page. */
export interface StatuspageStandIn extends HttpSink {
  readonly incidents: readonly Incident[];
  readonly components: Readonly<Record<string, string>>;
  /** Decides what happens to a request; undefined: what the page does. A lost answer is one of something that was done. */
  fault: (method: string) => Reply | 'lost' | undefined;
}

export async function startStatuspage(token: string, page: string): Promise<StatuspageStandIn> {
  const incidents: Incident[] = [];
  const components: Record<string, string> = {};
  const faults: { decide: StatuspageStandIn['fault'] } = { decide: () => undefined };
  const change = (incident: Incident, { incident: wanted }: { incident: Partial<Incident> }) => {
    Object.assign(incident, wanted, { updates: incident.updates + 1 });
    Object.assign(components, wanted.components);
  };
  const act = (request: Received): Reply => {
    if (request.headers.authorization !== `OAuth ${token}`) return { status: 401 };
    const { pathname } = new URL(request.path, 'http://page');
    const [, , ofPage, kind, id] = pathname.split('/');
    if (ofPage !== page || kind !== 'incidents') return { status: 404 };
    const fault = faults.decide(request.method);
    if (fault !== undefined && fault !== 'lost') return fault;
    const incident = incidents.find((one) => one.id === id);
    const done = (reply: Reply): Reply => (fault === 'lost' ? { ...reply, lost: true } : reply);
    if (id !== undefined && incident === undefined) return { status: 404 };
    if (request.method === 'GET') return done({ status: 200, body: incident ?? incidents.toReversed() });
    const body = JSON.parse(request.body) as { incident: Partial<Incident> };
    if (incident !== undefined) {
      change(incident, body);
      return done({ status: 200, body: incident });
    }
    const made: Incident = { id: `p${incidents.length + 1}`, name: '', status: '', body: '', components: {}, updates: 0 };
    incidents.push(made);
    change(made, body);
    return done({ status: 201, body: made });
  };
  const server = await startHttpSink(act);
  return {
    ...server,
    incidents,
    components,
    get fault() {
      return faults.decide;
    },
    set fault(decide) {
      faults.decide = decide;
    },
  };
}
