import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentRunResource } from '../../controller/core/resources/deployment-run.js';
import type { KubeApiserver } from '../support/kube-apiserver.js';
import type { Moment } from './plan.js';
import type { Site } from './site.js';

/** Waits for the moments of a round; `close` it at the end of the round. */
export interface Moments {
  until(moment: Moment): Promise<void>;
  close(): void;
}

/** What never comes, because something else holds the round up, is not waited for. */
const patienceMs = 15_000;
const pollMs = 2;

export function createMoments({ jenkins, kube, closing }: Site): Moments {
  const startedAt = performance.now();
  const claims = watchClaims(kube);
  const pause = (ms: number) => sleep(ms, undefined, { signal: closing });
  let read = jenkins.requests.length;
  let triggers = 0;
  const countTriggers = () => {
    for (; read < jenkins.requests.length; read += 1) {
      const seen = jenkins.requests[read];
      if (seen?.method === 'POST' && seen.path.endsWith('/buildWithParameters')) triggers += 1;
    }
    return triggers;
  };
  const isReached = (moment: Moment) => {
    if ('claim' in moment) return claims.count() >= moment.claim;
    return !('trigger' in moment) || countTriggers() >= moment.trigger;
  };
  return {
    close: claims.close,
    async until(moment) {
      if ('afterMs' in moment) return pause(moment.afterMs);
      while (!isReached(moment) && performance.now() - startedAt < patienceMs) await pause(pollMs);
      await pause(moment.plusMs);
    },
  };
}

/** Counts claims as the API tells of them: each comes right before its trigger is sent. */
function watchClaims({ url, caPem, token }: KubeApiserver): { count(): number; close(): void } {
  const path = '/apis/towpath.dev/v1alpha1/namespaces/default/deploymentruns?watch=1';
  const known = new Set<string>();
  let told = 0;
  let rest = '';
  let isClosed = false;
  let isFirst = true;
  const see = (line: string) => {
    const { type, object } = JSON.parse(line) as { type: string; object: DeploymentRunResource };
    const claim = object.status?.jenkins?.claim;
    const id = `${object.metadata?.name} ${claim?.posts}`;
    if (claim === undefined || known.has(id)) return;
    known.add(id);
    // What there was before comes first, as if it were new.
    if (!isFirst || type !== 'ADDED') told += 1;
  };
  const open = () => {
    const asked = request(
      `${url}${path}`,
      { ca: caPem, headers: { authorization: `Bearer ${token}` }, agent: false },
      (answer) => {
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          const lines = `${rest}${chunk}`.split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) see(line);
        });
        answer.on('error', () => undefined);
      },
    );
    current = asked;
    asked.on('error', () => undefined);
    asked.on('close', () => {
      rest = '';
      isFirst = false;
      if (!isClosed) setTimeout(open, 200).unref();
    });
    asked.end();
  };
  let current: ReturnType<typeof request> | undefined;
  open();
  return {
    count: () => told,
    close: () => {
      isClosed = true;
      current?.destroy();
    },
  };
}
