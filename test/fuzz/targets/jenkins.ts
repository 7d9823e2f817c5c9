import type { BuildReading } from '../../../controller/core/run/observation.js';
import { toTime } from '../../../controller/core/time.js';
import { createDeployer } from '../../../controller/jenkins/deployer.js';
import { parseBuilds, parseItem, parseJob, parseQueue } from '../../../controller/jenkins/shapes.js';
import type { Deployer } from '../../../controller/reconcile/ports.js';
import { startRawServer } from '../raw-server.js';
import { bytesOf, partsOf, promise, type Target } from '../target.js';
import { jenkinsAnswers, jenkinsWords } from './jenkins-seeds.js';

const headers =
  'X-Jenkins: 2.555\r\nX-Jenkins-Session: aa\r\nContent-Type: application/json;charset=utf-8\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nX-Text-Size: 10\r\n';
const job = 'platform/deploy';
const id = 'shop.qa.1.aabbccdd';
const request = { job, id, parameters: { ENVIRONMENT: 'qa', VERSION: '1.0.0' } };

type Ask = (deployer: Deployer, signal: AbortSignal) => Promise<unknown>;

/** What is asked, by the first letter of the input, and the states that it may come to. */
const questions: Readonly<Record<string, readonly [ask: Ask, states: readonly string[]]>> = {
  p: [(deployer, signal) => deployer.preflight(request, signal), ['ready', 'refused', 'unavailable']],
  t: [(deployer, signal) => deployer.trigger(request, signal), ['accepted', 'refused', 'unsent', 'ambiguous', 'mismatch']],
  l: [(deployer, signal) => deployer.lookup({ job, id, since: 4 }, signal), ['read', 'unavailable']],
  i: [
    (deployer, signal) => deployer.readItem({ job, id, queueId: 7 }, signal),
    ['waiting', 'started', 'leaving', 'cancelled', 'missing', 'unavailable'],
  ],
  b: [
    (deployer, signal) => deployer.readBuild({ job, id, number: 5 }, signal),
    ['building', 'finished', 'missing', 'unavailable'],
  ],
  h: [(deployer, signal) => deployer.readHistory(job, signal), ['read', 'unavailable']],
};

/** Every time can be written down, and every text is one line that a status takes. */
function checkReading(value: unknown): void {
  if (Array.isArray(value)) for (const each of value) checkReading(each);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (['startedAt', 'finishedAt', 'estimatedEnd'].includes(name)) toTime(inner as number);
      if (['why', 'by', 'message', 'result'].includes(name))
        promise(
          typeof inner === 'string' && inner.length < 3_000 && !/[\p{Cc}\p{Zl}]/u.test(inner),
          `${name} is no sentence`,
          value,
        );
      if (name === 'progress') promise(Number(inner) >= -1, 'progress', value);
      checkReading(inner);
    }
  } else if (typeof value === 'number') promise(Number.isFinite(value), 'a number is none', String(value));
}

export const jenkins: Target = {
  name: 'jenkins',
  guide: /controller\/jenkins\//,
  words: jenkinsWords,
  open: async () => {
    const server = await startRawServer();
    const credentials = { username: 'a', secret: 'b', kind: 'token' } as const;
    const deployer = createDeployer({
      url: server.url,
      credentials,
      requestTimeoutMs: 1_000,
      delayMs: 1_000,
      unauthorizedPatienceMs: 0,
    });
    return {
      seeds: jenkinsAnswers.map((parts) => bytesOf(...parts)),
      run: async (input) => {
        const [asked, ...answers] = partsOf(input);
        server.answer(answers, headers);
        const [ask, states] = questions[asked?.toString('latin1', 0, 1) ?? ''] ?? questions.b ?? [];
        const reading = (await ask?.(deployer, AbortSignal.timeout(300))) as BuildReading;
        promise(states?.includes(reading.state) === true, 'an answer of no declared state', reading);
        checkReading(reading);
      },
      close: async () => {
        deployer.close();
        await server.close();
      },
    };
  },
};

/** The logs and what stops things: they give lines, or throw a sentence. */
export const jenkinsControl: Target = {
  name: 'jenkins-control',
  guide: /controller\/jenkins\//,
  words: jenkinsWords,
  open: async () => {
    const server = await startRawServer();
    const credentials = { username: 'a', secret: 'b', kind: 'password' } as const;
    const deployer = createDeployer({ url: server.url, credentials, requestTimeoutMs: 1_000, delayMs: 1_000 });
    return {
      seeds: jenkinsAnswers.map((parts) => bytesOf(...parts)),
      run: async (input) => {
        const [asked, ...answers] = partsOf(input);
        server.answer(answers, headers);
        const signal = AbortSignal.timeout(300);
        const kind = (asked?.[0] ?? 0) % 3;
        if (kind === 0) {
          const lines = await deployer.readLogTail({ job, number: 5, lines: 20 }, signal);
          const bad = lines.find((line) => line.length > 2_000 || /(?!\t)\p{Cc}/u.test(line));
          promise(lines.length <= 20 && bad === undefined, 'a line of a log', lines);
          return;
        }
        const work =
          kind === 1 ? deployer.cancelItem({ job, id, queueId: 7 }, signal) : deployer.stopBuild({ job, id, number: 5 }, signal);
        const error = await work.then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (error === undefined) return;
        promise(
          error instanceof Error && error.name === 'ReconcileError',
          'something else than a ReconcileError was thrown',
          String(error),
        );
        checkReading({ message: (error as Error).message });
      },
      close: async () => {
        deployer.close();
        await server.close();
      },
    };
  },
};

/** The parsers of Jenkins' JSON alone: a hundred times as many inputs as through a server. */
export const jenkinsShapes: Target = {
  name: 'jenkins-shapes',
  guide: /controller\/jenkins\//,
  words: jenkinsWords,
  open: async () => ({
    seeds: jenkinsAnswers.flatMap((parts) =>
      parts
        .slice(1)
        .filter((part) => part.startsWith('{'))
        .map((part) => Buffer.from(part)),
    ),
    run: async (input) => {
      let value: unknown;
      try {
        value = JSON.parse(Buffer.from(input).toString('utf8'));
      } catch {
        return;
      }
      for (const parsed of [
        parseJob(value),
        parseItem(value),
        parseQueue(value),
        parseBuilds(value, 'builds'),
        parseBuilds(value, 'allBuilds'),
      ])
        checkReading(structuredClone(parsed));
    },
    close: async () => undefined,
  }),
};
