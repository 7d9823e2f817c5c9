import type { JsonAnswer } from '../../controller/jenkins/connection.js';
import type { Exchange } from '../../controller/jenkins/exchange.js';
import type { SimJenkins } from './jenkins.js';
import type { Parameters, SimBuild, SimItem, SimJob } from './jenkins-state.js';
import type { Random } from './random.js';

export type Reading =
  | { readonly what: 'job'; readonly job: string; readonly tree: string }
  | { readonly what: 'build'; readonly job: string; readonly number: number }
  | { readonly what: 'item'; readonly number: number }
  | { readonly what: 'queue' };

export interface PostRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly who: string;
}

const fromJenkins = { 'x-jenkins': '2.426.2' };

/** What Jenkins answers over HTTP, in the forms that the recorded exchanges show. `undefined`: it refuses connections. */
export class JenkinsPages {
  readonly #jenkins: SimJenkins;
  readonly #random: Random;
  /** Probability of a 401 for good credentials, as a Jenkins gives that goes down. */
  readonly #faults: { unauthorized: number };

  constructor(jenkins: SimJenkins, random: Random, faults: { unauthorized: number }) {
    this.#jenkins = jenkins;
    this.#random = random;
    this.#faults = faults;
  }

  read(reading: Reading): JsonAnswer | Exchange | undefined {
    const closed = this.#closed();
    if (closed !== 'open') return closed;
    const value = this.#value(reading);
    if (value === undefined) return { kind: 'missing' };
    return { kind: 'json', value, session: this.#jenkins.session, answeredAt: undefined };
  }

  answer({ method, path, body, who }: PostRequest): Exchange | undefined {
    const closed = this.#closed();
    if (closed !== 'open') return closed;
    const [, job, rest] = /^\/job\/([^/]+)\/(.*)$/.exec(path) ?? [];
    const found = job === undefined ? undefined : this.#jenkins.jobs.get(decodeURIComponent(job));
    if (path.startsWith('/queue/cancelItem')) return this.#cancel(Number(/id=(\d+)/.exec(path)?.[1]));
    if (found === undefined || rest === undefined) return page(404, fromJenkins);
    if (rest.startsWith('buildWithParameters')) return this.#trigger(found, rest, { body, who });
    const stop = /^(\d+)\/stop$/.exec(rest)?.[1];
    if (stop !== undefined)
      return this.#jenkins.stop(found, Number(stop)) ? page(302, { location: `/job/${job}/${stop}/` }) : page(404, fromJenkins);
    if (method === 'HEAD') return page(200, { ...fromJenkins, 'x-text-size': '12' });
    return {
      kind: 'answer',
      status: 200,
      headers: { ...fromJenkins, 'content-type': 'text/plain' },
      body: 'it went so\r\n',
      isWhole: true,
    };
  }

  #trigger(job: SimJob, rest: string, { body, who }: { body: string; who: string }): Exchange {
    if (job.isDisabled) return page(409, fromJenkins);
    job.parameters = job.parametersAtNextRequest ?? job.parameters;
    job.parametersAtNextRequest = undefined;
    const delayMs = Number(/delay=(\d+)sec/.exec(rest)?.[1] ?? 0) * 1_000;
    const given = Object.fromEntries(new URLSearchParams(body));
    const { item, isFolded } = this.#jenkins.enqueue(job, given, { delayMs, origin: { by: 'towpath', who, hasLeft: false } });
    return page(isFolded ? 303 : 201, { location: `https://jenkins.test/queue/item/${item.id}/` });
  }

  #cancel(id: number): Exchange {
    if (this.#jenkins.cancel(id)) return page(204, {});
    return page(this.#jenkins.item(id) === undefined ? 404 : 500, fromJenkins);
  }

  #closed(): 'open' | Exchange | undefined {
    const unauthorized = () => page(401, { 'www-authenticate': 'Basic realm="Jenkins"' });
    switch (this.#jenkins.phase) {
      case 'down':
        return undefined;
      case 'starting':
        return { kind: 'answer', status: 503, headers: {}, body: '<title>Starting Jenkins</title>', isWhole: true };
      case 'stopping':
        return this.#random.chance(0.5)
          ? unauthorized()
          : { kind: 'answer', status: 503, headers: {}, body: '<title>Restarting Jenkins</title>', isWhole: true };
      case 'up':
        return this.#random.chance(this.#faults.unauthorized) ? unauthorized() : 'open';
    }
  }

  #value(reading: Reading): unknown {
    const { jobs, queue } = this.#jenkins;
    if (reading.what === 'queue') return { items: queue.map((item) => itemValue(item)) };
    if (reading.what === 'item') {
      const item = this.#jenkins.item(reading.number);
      return item === undefined ? undefined : itemValue(item);
    }
    const job = jobs.get(reading.job);
    if (job === undefined) return undefined;
    if (reading.what === 'build') {
      const build = job.builds.get(reading.number);
      return build === undefined ? undefined : buildValue(build);
    }
    return jobValue(job, reading.tree);
  }
}

function page(status: number, headers: Readonly<Record<string, string>>): Exchange {
  return { kind: 'answer', status, headers, body: '', isWhole: true };
}

function jobValue(job: SimJob, tree: string): unknown {
  const base = { fullName: job.name, buildable: !job.isDisabled, disabled: job.isDisabled, nextBuildNumber: job.nextBuildNumber };
  if (tree.includes('parameterDefinitions')) {
    const parameterDefinitions = job.parameters.map((name) => ({ name, type: 'StringParameterDefinition' }));
    return { ...base, property: [{ parameterDefinitions }] };
  }
  const newestFirst = [...job.builds.values()].sort((a, b) => b.number - a.number);
  if (!tree.includes('allBuilds')) return { ...base, builds: newestFirst.slice(0, 100).map(buildValue) };
  const [, from = '0', to = '200'] = /\{(\d+),(\d+)\}/.exec(tree) ?? [];
  return { ...base, allBuilds: newestFirst.slice(Number(from), Number(to)).map(buildValue) };
}

function itemValue(item: SimItem): unknown {
  const left = item.leftAt !== undefined;
  const executable = item.buildNumber === undefined ? null : { number: item.buildNumber };
  return {
    _class: `hudson.model.Queue$${left ? 'LeftItem' : 'WaitingItem'}`,
    id: item.id,
    why: left ? null : 'In the quiet period.',
    stuck: false,
    task: { name: item.job, fullName: item.job },
    actions: [{ parameters: parameterValues(item.parameters) }],
    ...(left ? { cancelled: item.isCancelled, executable } : {}),
  };
}

function buildValue(build: SimBuild): unknown {
  const parameters = build.parameters === undefined ? [] : [{ parameters: parameterValues(build.parameters) }];
  return {
    number: build.number,
    queueId: build.queueId,
    building: build.isBuilding,
    result: build.result ?? null,
    timestamp: build.startedAt,
    duration: build.endedAt === undefined ? 0 : build.endedAt - build.startedAt,
    estimatedDuration: -1,
    actions: [...parameters, { causes: [{ userName: build.origin.who }] }],
  };
}

function parameterValues(parameters: Parameters) {
  return Object.entries(parameters).map(([name, value]) => ({ name, value }));
}
