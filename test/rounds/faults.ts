import { setTimeout as sleep } from 'node:timers/promises';
import type { KillableServer } from '../support/kube-apiserver.js';
import type { Fault, FaultKind } from './plan.js';
import type { Replica } from './replica.js';
import type { Site } from './site.js';

/** Brings faults about, one at a time for each victim. */
export interface FaultMaker {
  /** Resolves when it is over: the victim is back, or about to be started again. */
  strike(fault: Fault): Promise<void>;
}

type Strike = (site: Site, lastingMs: number) => Promise<void>;

const strikes: Readonly<Record<FaultKind, Strike>> = {
  'kill leader': async ({ replicas }, lastingMs) => leaderOf(replicas)?.kill(lastingMs),
  'kill standby': async ({ replicas }, lastingMs) =>
    replicas.find((one) => one.isRunning && !one.isFrozen && !one.isLeading)?.kill(lastingMs),
  'freeze leader': async ({ replicas, lease }, lastingMs) => leaderOf(replicas)?.freeze(lease.leaseMs + lastingMs),
  'kill apiserver': (site, lastingMs) => away(site, site.kube.apiserver, lastingMs),
  'kill etcd': (site, lastingMs) => away(site, site.kube.etcd, lastingMs),
  'kill jenkins': (site, lastingMs) =>
    away(site, { kill: () => site.jenkins.crash(), start: () => site.jenkins.start() }, lastingMs),
  'terminate jenkins': (site, lastingMs) =>
    away(site, { kill: () => site.jenkins.terminate(), start: () => site.jenkins.start() }, lastingMs),
  'git away': (site, lastingMs) => away(site, site.git, lastingMs),
};

const victims: Readonly<Record<FaultKind, string>> = {
  'kill leader': 'controllers',
  'kill standby': 'controllers',
  'freeze leader': 'controllers',
  'kill apiserver': 'apiserver',
  'kill etcd': 'etcd',
  'kill jenkins': 'jenkins',
  'terminate jenkins': 'jenkins',
  'git away': 'git',
};

export function createFaultMaker(site: Site): FaultMaker {
  const busy = new Map<string, Promise<void>>();
  return {
    strike({ kind, lastingMs }) {
      const victim = victims[kind];
      const before = busy.get(victim) ?? Promise.resolve();
      const struck = before.then(() => strikes[kind](site, lastingMs));
      busy.set(victim, struck);
      return struck;
    },
  };
}

/** Between two leaders there is none: then it meets the one that runs. */
function leaderOf(replicas: readonly Replica[]): Replica | undefined {
  const awake = replicas.filter((one) => one.isRunning && !one.isFrozen);
  return awake.find((one) => one.isLeading) ?? awake[0];
}

async function away({ closing }: Site, server: KillableServer, ms: number): Promise<void> {
  await server.kill();
  await sleep(ms, undefined, { signal: closing });
  await server.start();
}
