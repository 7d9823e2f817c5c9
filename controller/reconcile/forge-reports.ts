import { durationOr } from '../core/duration.js';
import type { Millis } from '../core/model.js';
import type { ReleaseSourceResource } from '../core/resources/release-source.js';
import { Delivered } from './forge-delivery.js';
import { tellCommits, tellPullRequests } from './forge-passes.js';
import { PullRequests } from './forge-pull-requests.js';
import { ForgeStanding, type ForgeSubject, writeForgeStatus } from './forge-standing.js';
import type { Memory } from './gather.js';
import type { Forges, Key, Ports, Proposals } from './ports.js';
import { fromKeyText, toKeyText } from './published.js';
import { KeyedQueue, type PassReport, type Requeue, type Timers } from './queue.js';

/** What reports need beside everything else. */
export interface ForgePorts {
  readonly forges: Forges;
  readonly proposals: Proposals;
}

export interface ForgeReportOptions {
  readonly ports: Ports;
  readonly memory: Memory;
  readonly forge: ForgePorts;
  readonly timers: Timers;
  readonly random: () => number;
  readonly onPass?: (report: PassReport) => void;
}

/** What happens together is told together. */
const gatherMs: Millis = 2_000;
const passDeadlineMs: Millis = 120_000;
const longestWaitMs: Millis = 10 * 60_000;

/** What is known of one source; all of it can be lost. */
interface Known {
  readonly delivered: Delivered;
  readonly pullRequests: PullRequests;
  readonly standing: ForgeStanding;
}

/**
 * The outbox to code hosts: what is to be said is read off the cluster's own records and the open pull requests, and what was said is
 * compared with what the host has. A queue of its own: a host that is slow or away delays nothing else.
 */
export class ForgeReports {
  readonly queue: KeyedQueue;
  readonly #options: ForgeReportOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: ForgeReportOptions) {
    this.#options = options;
    this.queue = new KeyedQueue({
      name: 'forge',
      concurrency: 8,
      timers: options.timers,
      deadlineMs: passDeadlineMs,
      longestWaitMs: () => longestWaitMs,
      process: (key, signal) => this.#process(key, signal),
      ...(options.onPass === undefined ? {} : { onPass: options.onPass }),
    });
  }

  /** What it says, or how it is configured, is new. */
  source(key: Key): void {
    const text = toKeyText(key);
    if (!reports(this.#options.ports.sources.get(key)) && !this.#known.has(text)) return;
    for (const subject of ['commits', 'pulls']) this.queue.addAfter(`${subject}:${text}`, gatherMs);
  }

  /** Something happened in an environment. */
  environment(key: Key): void {
    const { ports } = this.#options;
    const name = ports.environments.get(key)?.spec.source;
    if (name === undefined || !reports(ports.sources.get({ namespace: key.namespace, name }))) return;
    this.queue.addAfter(`commits:${key.namespace}/${name}`, gatherMs);
  }

  /** There may be a new pull request of the source, or a new commit in one. */
  pullRequests(source: string, afterMs: Millis = 0): void {
    if (reports(this.#options.ports.sources.get(fromKeyText(source)))) this.queue.addAfter(`pulls:${source}`, afterMs);
  }

  async #process(queued: string, signal: AbortSignal): Promise<Requeue> {
    const { ports, memory, forge } = this.#options;
    const subject: ForgeSubject = queued.startsWith('pulls:') ? 'pulls' : 'commits';
    const key = fromKeyText(queued.slice(subject.length + 1));
    const source = ports.sources.get(key);
    if (source === undefined || !reports(source)) return this.#forget(key);
    const snapshot = memory.published.snapshotOf(key);
    // It is woken when it has been read.
    if (snapshot === undefined) return {};
    const known = this.#knownOf(key);
    const pass = { source, snapshot, delivered: known.delivered, forges: forge.forges, signal };
    const done =
      subject === 'pulls'
        ? await tellPullRequests(pass, known.pullRequests, { ports, memory, proposals: forge.proposals })
        : await tellCommits(pass, ports);
    const change = known.standing.after(subject, done, ports.clock.now());
    await writeForgeStatus(key, change, { sources: ports.sources, signal });
    if (done.error !== undefined) throw done.error;
    return subject === 'pulls' ? { afterMs: this.#interval(source) } : {};
  }

  #interval({ spec }: ReleaseSourceResource): Millis {
    return Math.round(durationOr(spec.forge?.interval, 300_000) * (0.95 + this.#options.random() * 0.1));
  }

  #knownOf(key: Key): Known {
    const text = toKeyText(key);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const fresh = { delivered: new Delivered(), pullRequests: new PullRequests(), standing: new ForgeStanding() };
    this.#known.set(text, fresh);
    return fresh;
  }

  async #forget(key: Key): Promise<Requeue> {
    const { forges, proposals } = this.#options.forge;
    this.#known.delete(toKeyText(key));
    await Promise.all([forges.forget(key), proposals.forget(key)]);
    return {};
  }
}

function reports(source: ReleaseSourceResource | undefined): boolean {
  return source?.spec.forge !== undefined && source.spec.forge.report !== false && source.spec.suspend !== true;
}
